// @ts-check
// What the page knows. A module that changes it emits an event; main.js decides which view listens.

/**
 * An entry of a log; a "lost" one is a gap. `seq` is its number in the room, `id` was chosen by the page that sent it.
 * `person` is the author or, of an own whisper, the recipient. Only an own line has a `state`.
 *
 * @typedef {{ kind: "line" | "whisper" | "notice" | "lost", at: string, state?: "sending" | "sent" | "failed", [field: string]: any }} Entry
 */

/** Entries of a room that stay on the page. The server keeps the older ones. */
export const ENTRIES_KEPT = 1000;

/** While the reader has left the newest lines: what is being read must not disappear. */
export const ENTRIES_KEPT_FOR_READING = 3000;

export const state = {
  me: "",
  limits: { name: 32, room: 32, text: 2000, history: 100 },
  /** @type {Map<string, Room>} */
  rooms: new Map(), // that this tab is in
  current: "", // the room that is shown
  topics: [], // the news topics that are wanted; none means all
  ignored: new Map(), // person → the name they had then
  allRooms: [], // all rooms of the server: { room, count }
  isListingRooms: false, // the reader typed `/rooms`, and the answer has not come
};

const listeners = new Map();

export function on(event, listener) {
  listeners.set(event, [...(listeners.get(event) ?? []), listener]);
}

export function emit(event, ...details) {
  for (const listener of listeners.get(event) ?? []) listener(...details);
}

export const currentRoom = () => state.rooms.get(state.current);

/** @typedef {ReturnType<typeof newRoom>} Room */
export function newRoom(name) {
  return {
    name,
    epoch: "", // identifies one run of the room's history, in which `seq` counts
    seq: 0, // the highest number received
    people: [],
    persons: new Map(), // folded name → person
    typing: [],
    /** @type {Entry[]} */
    entries: [], // those that are being sent come last
    more: false, // the server has older lines
    loading: false, // they have been requested
    isShowingOlder: false, // the log will scroll to them
    unread: 0,
    draft: "",
    recipient: null, // { person, name }: the one person whom the draft is for
    isReadingBack: false, // the reader has left the newest lines
    place: null, // where the reader was when another room was chosen; null: at the newest line
  };
}

/** Puts an entry before the lines that are still being sent. */
export function addEntry(room, entry) {
  let end = room.entries.length;
  if (!isSending(entry)) while (end > 0 && isSending(room.entries[end - 1])) end -= 1;
  room.entries.splice(end, 0, entry);
  emit("entry", room, entry);
  dropOldest(room);
}

export function setReadingBack(room, isReadingBack) {
  room.isReadingBack = isReadingBack;
  dropOldest(room);
}

function dropOldest(room) {
  const most = room.isReadingBack ? ENTRIES_KEPT_FOR_READING : ENTRIES_KEPT;
  const dropped = room.entries.splice(0, Math.max(0, room.entries.length - most));
  if (dropped.length === 0) return;
  room.more ||= dropped.some((entry) => entry.seq);
  emit("dropped", room);
}

export function removeEntry(room, entry) {
  const index = room.entries.indexOf(entry);
  if (index >= 0) room.entries.splice(index, 1);
}

/** It has no place in the room's order yet. One that failed stays where it was. */
const isSending = (entry) => entry.state === "sending";

/** Adds a notice by the page itself: a text, or a sentence of strings and `{ who }`. */
export function addNotice(kind, text, room = currentRoom()) {
  if (room) addEntry(room, { kind: "notice", notice: kind, text, at: new Date().toISOString() });
}

export function unreadTotal() {
  return [...state.rooms.values()].reduce((sum, room) => sum + room.unread, 0);
}
