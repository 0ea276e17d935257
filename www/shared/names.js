// @ts-check
// The rules for names and rooms, as far as the page can check them before it asks the server.

const COLOURS = 8;

/** In characters, as the server counts: not in UTF-16 units. */
export const lengthOf = (text) => [...text].length;

/** The form in which the page compares names. Whether two names are one, only the server decides. */
export const foldName = (name) => name.normalize("NFKC").toLowerCase();

export const sameName = (a, b) => a != null && b != null && foldName(a) === foldName(b);

export const compareNames = (a, b) =>
  a.localeCompare(b, undefined, { sensitivity: "base", numeric: true });

/** The class of a name's colour: the same in every tab and on every visit. */
export function colourOf(name) {
  let sum = 7;
  for (const character of foldName(name)) sum = (sum * 31 + character.codePointAt(0)) >>> 0;
  return `c${((sum ^ (sum >>> 9)) >>> 0) % COLOURS}`;
}

/** What is wrong with a name, as a sentence; "" if the server may be asked. */
export function nameProblem(name, limit) {
  if (name === "") return "Please choose a nickname.";
  if (lengthOf(name) > limit) return `A nickname has at most ${limit} characters; this one has ${lengthOf(name)}.`;
  return "";
}

export function roomProblem(room, limit) {
  if (room === "") return "Please name a room.";
  if (!/^[a-z0-9-]+$/.test(room)) return "The name of a room consists of the letters a to z, digits and hyphens.";
  if (lengthOf(room) > limit) return `The name of a room has at most ${limit} characters; this one has ${lengthOf(room)}.`;
  return "";
}

/** " #Lobby", as people type it, is "lobby" for the server. */
export const normalizeRoom = (typed) => typed.trim().replace(/^#/, "").toLowerCase();
