// Names, rooms and their rules, as far as the page can know them before it asks the server.

const COLOURS = 8;

/** Lengths count characters, as the server does, not UTF-16 units: one emoji is one. */
export const lengthOf = (text) => [...text].length;

/** The same for the spellings of a name that people type. Which names are one, the server alone decides. */
export const foldName = (name) => name.normalize("NFKC").toLowerCase();
export const sameName = (a, b) => a != null && b != null && foldName(a) === foldName(b);

export const byName = (a, b) => a.localeCompare(b, undefined, { sensitivity: "base", numeric: true });

/** The same name has the same colour in every tab and on every visit. */
export function colourOf(name) {
  let sum = 7;
  for (const character of foldName(name)) sum = (sum * 31 + character.codePointAt(0)) >>> 0;
  return `c${((sum ^ (sum >>> 9)) >>> 0) % COLOURS}`;
}

/** What is wrong with a name, as a sentence, or "" when the server may be asked. */
export function faultOfName(name, limit) {
  if (name === "") return "Please choose a nickname.";
  if (lengthOf(name) > limit) return `A nickname has at most ${limit} characters; this one has ${lengthOf(name)}.`;
  return "";
}

export function faultOfRoom(room, limit) {
  if (room === "") return "Please name a room.";
  if (!/^[a-z0-9-]+$/.test(room)) return "A room is named with the letters a to z, digits and hyphens.";
  if (lengthOf(room) > limit) return `The name of a room has at most ${limit} characters; this one has ${lengthOf(room)}.`;
  return "";
}

/** What people type for a room, in the form the server knows: " #Lobby" is "lobby". */
export const tidyRoom = (typed) => typed.trim().replace(/^#/, "").toLowerCase();
