// Who is in which room, and who is who. A name changes hands; a person, as the server marks them, does not.

import { foldName } from "../shared/names.js";
import { state } from "./state.js";

const REMEMBERED = 4096; // people who were met: what was written to one who left must not reach the next of that name

const names = new Map(); // person → the name they had last
const bearers = new Map(); // folded name → the person who had it last

export function enrol(room, people, persons = []) {
  room.people = people;
  room.persons = new Map();
  people.forEach((name, place) => know(room, name, persons[place]));
}

export function enter(room, name, person) {
  if (!room.people.includes(name)) room.people = [...room.people, name];
  know(room, name, person);
}

export function leave(room, name) {
  room.people = room.people.filter((other) => other !== name);
  room.persons.delete(foldName(name));
}

export function rename(room, from, to, person) {
  room.people = room.people.map((name) => (name === from ? to : name));
  room.persons.delete(foldName(from));
  know(room, to, person);
}

/** The person of exactly this name: who is in a room of ours, or else who had it when last seen. */
export function personCalled(name, room) {
  const folded = foldName(name);
  const inRoom = [room, ...state.rooms.values()].find(({ persons }) => persons.has(folded));
  return inRoom?.persons.get(folded) ?? bearers.get(folded);
}

export const nameOf = (person) => names.get(person);
export const namesMet = () => [...names.values()];
export const isHere = (person) => [...state.rooms.values()].some(({ persons }) => [...persons.values()].includes(person));

function know(room, name, person) {
  if (!person) return;
  room.persons.set(foldName(name), person);
  meet(name, person);
}

/** A person of whom we hear, perhaps in no room of ours. */
export function meet(name, person) {
  const folded = foldName(name);
  const before = foldName(names.get(person) ?? name);
  if (before !== folded && bearers.get(before) === person) bearers.delete(before);
  remember(names, person, name);
  remember(bearers, folded, person);
}

function remember(map, key, value) {
  map.delete(key);
  map.set(key, value); // last again
  if (map.size > REMEMBERED) map.delete(map.keys().next().value);
}
