// @ts-check
// Who is in which room, and which person has which name. A name can pass to another person; `person`, the server's mark
// for a person, cannot.

import { foldName } from "../shared/names.js";
import { state } from "./state.js";

// People who are remembered. A message to one who has left must not reach the next holder of the name.
const REMEMBERED = 4096;

const lastNames = new Map(); // person → the name they had last
const lastHolders = new Map(); // folded name → the person who had it last

export function setPeople(room, people, persons = []) {
  room.people = people;
  room.persons = new Map();
  people.forEach((name, index) => place(room, name, persons[index]));
}

export function addPerson(room, name, person) {
  if (!room.people.includes(name)) room.people = [...room.people, name];
  place(room, name, person);
}

export function removePerson(room, name) {
  room.people = room.people.filter((other) => other !== name);
  room.persons.delete(foldName(name));
}

export function renamePerson(room, from, to, person) {
  room.people = room.people.map((name) => (name === from ? to : name));
  room.persons.delete(foldName(from));
  place(room, to, person);
}

/** The person with exactly this name: in one of our rooms, or else its last known holder. */
export function personNamed(name, room) {
  const folded = foldName(name);
  const shared = [room, ...state.rooms.values()].find(({ persons }) => persons.has(folded));
  return shared?.persons.get(folded) ?? lastHolders.get(folded);
}

export const nameOf = (person) => lastNames.get(person);
export const knownNames = () => [...lastNames.values()];
export const isPresent = (person) => [...state.rooms.values()].some(({ persons }) => [...persons.values()].includes(person));

function place(room, name, person) {
  if (!person) return;
  room.persons.set(foldName(name), person);
  rememberPerson(name, person);
}

/** Remembers a person, who may be in none of our rooms. */
export function rememberPerson(name, person) {
  const folded = foldName(name);
  const before = foldName(lastNames.get(person) ?? name);
  if (before !== folded && lastHolders.get(before) === person) lastHolders.delete(before);
  remember(lastNames, person, name);
  remember(lastHolders, folded, person);
}

function remember(map, key, value) {
  map.delete(key);
  map.set(key, value); // moves it to the end
  if (map.size > REMEMBERED) map.delete(map.keys().next().value);
}
