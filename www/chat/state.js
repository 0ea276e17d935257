// What the page knows, and nothing about how it looks. Whoever changes it tells what has changed;
// main.js decides which view listens.

/** Lines of a room that stay on the page; older ones are the server's to remember. */
export const KEPT = 1000;

/** The same for a room whose reader has left the newest lines: what is being read does not go away. */
export const HELD = 3000;

export const state = {
  me: "",
  limits: { name: 32, room: 32, text: 2000, history: 100 },
  rooms: new Map(), // the rooms this tab is in, by name
  current: "", // the one that is shown
  topics: [], // of which news is wanted; none means all
  ignored: new Map(), // person → the name they had then
  listed: [], // all rooms of the server: { room, count }
};

const listeners = new Map();

export function on(what, listener) {
  listeners.set(what, [...(listeners.get(what) ?? []), listener]);
}

export function tell(what, ...details) {
  for (const listener of listeners.get(what) ?? []) listener(...details);
}

export const currentRoom = () => state.rooms.get(state.current);

export function newRoom(name) {
  return {
    name,
    epoch: "", // one run of the room's history, in which `seq` counts
    seq: 0, // the highest seen: what came before it is here
    people: [],
    persons: new Map(), // folded name → person
    typing: [],
    entries: [], // lines, whispers, notices; those on their way are last
    more: false, // older lines exist on the server
    loading: false,
    unread: 0,
    draft: "",
    recipient: null, // { person, name }: whom the draft is for alone
    isReadBack: false, // its reader has left the newest lines
    place: null, // where the reader was when another room was chosen; null: at the newest
  };
}

/** Puts an entry in its place: before the lines that are still on their way. */
export function addEntry(room, entry) {
  let end = room.entries.length;
  if (!isOnItsWay(entry)) while (end > 0 && isOnItsWay(room.entries[end - 1])) end -= 1;
  room.entries.splice(end, 0, entry);
  tell("entry", room, entry);
  dropOldest(room);
}

/** The reader of a room has left its newest lines, or is back there. */
export function readBack(room, isReadBack) {
  room.isReadBack = isReadBack;
  dropOldest(room);
}

function dropOldest(room) {
  const most = room.isReadBack ? HELD : KEPT;
  const dropped = room.entries.splice(0, Math.max(0, room.entries.length - most));
  if (dropped.length === 0) return;
  room.more ||= dropped.some((gone) => gone.seq);
  tell("dropped", room);
}

export function removeEntry(room, entry) {
  const index = room.entries.indexOf(entry);
  if (index >= 0) room.entries.splice(index, 1);
}

/** Not yet in the room's order. One that has failed stays where it was said. */
const isOnItsWay = (entry) => entry.state === "sending";

/** A notice made by the page itself, for its own reader: a text, or a sentence of strings and `{ who }`. */
export function note(kind, text, room = currentRoom()) {
  if (room) addEntry(room, { kind: "notice", notice: kind, text, at: new Date().toISOString() });
}

export function unreadTotal() {
  return [...state.rooms.values()].reduce((sum, room) => sum + room.unread, 0);
}
