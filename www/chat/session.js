// The first words on every connection: take the name (back), join every room again from where it was
// left, and only then let the outbox send what is still unacknowledged.

import { rememberName, rememberTab } from "./identity.js";
import { weave } from "./merge.js";
import { connectionLost, connectionReady, dropAll, sendThrough } from "./pending.js";
import { enrol } from "./roster.js";
import { currentRoom, newRoom, note, state, tell } from "./state.js";

let send = () => false;
let session; // takes our name back from an earlier connection
let fresh; // the one of this connection: worth something only once it has the name
let named = false; // this connection has our name
let asked = []; // rooms to join on this connection; the first is being asked for
const leaving = new Set(); // rooms we have asked to leave
let isSpare = false; // our name is not this browser's, but a spare one beside it
let toShow = ""; // the room to show as soon as it is joined

export function speakThrough(sender) {
  send = sender;
  sendThrough(sender);
}

/** Sends a request as it is; false when there is no connection. */
export const ask = (request) => send(request);

/** Sets who we are before there is a connection; a `spare` name is this tab's alone. */
export function begin(name, rooms, shown, known, spare = false) {
  state.me = name;
  isSpare = spare;
  session = known ?? session;
  toShow = shown;
  asked = [...new Set([...rooms, ...state.rooms.keys()])];
}

export function join(room) {
  if (state.rooms.has(room)) return choose(room);
  toShow = room;
  if (asked.includes(room)) return;
  asked.push(room);
  if (asked.length === 1 && fresh) askNext();
}

export function leave(room) {
  if (send({ type: "leave", room })) leaving.add(room);
  else gone(room);
}

/** Our own name has left a room: with us, if we asked; otherwise with an older connection of ours. */
export function ownLeft(room) {
  if (leaving.delete(room)) gone(room);
}

/** Shows a room of ours, whatever else was asked for before. */
export function choose(room) {
  toShow = "";
  show(room);
}

function show(name) {
  if (!state.rooms.has(name) || name === state.current) return;
  const before = state.rooms.get(state.current);
  state.current = name;
  tell("current", before);
  save();
}

/** A room is left: by our own wish, or because the server would not have us back. */
function gone(name) {
  state.rooms.delete(name);
  if (state.current === name) {
    state.current = "";
    const next = [...state.rooms.keys()].at(-1);
    if (next) show(next);
    else tell("current");
  }
  tell("rooms");
  save();
}

export function welcome({ session: given, wire, limits }) {
  fresh = given;
  named = false;
  Object.assign(state.limits, limits);
  tell("limits");
  tell("wire", wire);
  asked = [...new Set([...state.rooms.keys(), ...asked])];
  askNext();
}

export function joined(event) {
  const known = state.rooms.get(event.room);
  const room = known ?? newRoom(event.room);
  state.rooms.set(event.room, room);
  if (!named) {
    named = true;
    session = fresh;
    state.me = event.name;
    if (!isSpare) rememberName(event.name);
    tell("me");
    // The server knows nothing of what was asked for on an earlier connection.
    if (state.topics.length > 0) send({ type: "follow", topics: state.topics });
    if (state.ignored.size > 0) send({ type: "ignore", persons: [...state.ignored.keys()] });
  }
  enrol(room, event.people, event.persons);
  room.typing = [];
  room.loading = false;
  weave(room, event, state.me);
  tell("rooms");
  if (event.room === toShow || !currentRoom()) show(event.room);
  if (event.room === toShow) toShow = "";
  tell("people", room);
  tell("typing", room);
  save();
  answered(event.room);
}

/** A `join` was refused: a word about the room ends only the room, a word about the name ends the attempt. */
export function joinRefused({ code, message, retry_ms: wait }) {
  const room = asked[0];
  if (code === "rate_limited") return setTimeout(askNext, wait ?? 1000);
  if (!named && (code !== "bad_room" || state.rooms.size === 0)) {
    return tell("refused", { which: code === "bad_room" ? "room" : "name", message, isTaken: code === "name_taken" });
  }
  if (code !== "already_joined") {
    if (state.rooms.has(room)) gone(room);
    tell("room-refused", message);
    note("error", message);
  }
  answered(room);
}

export function disconnected() {
  fresh = undefined;
  named = false;
  leaving.forEach(gone); // the answer is lost, but we are out
  leaving.clear();
  connectionLost();
  for (const room of state.rooms.values()) {
    room.typing = [];
    tell("typing", room);
  }
}

export function logOut() {
  session = undefined;
  isSpare = false;
  asked = [];
  state.rooms.clear();
  state.topics = [];
  state.ignored.clear();
  state.me = state.current = "";
  dropAll();
}

/** Our own wish: this browser's name from now on. */
export function renamed(name) {
  state.me = name;
  isSpare = false;
  rememberName(name);
  save();
}

/** All that another tab, or this one after a reload, needs to go on. */
export const memory = () => ({ name: state.me, session, rooms: [...state.rooms.keys()], current: state.current, spare: isSpare, ignored: [...state.ignored] });

/** Keeps it for a reload. */
export function save() {
  if (state.me !== "") rememberTab(memory());
}

function answered(room) {
  asked = asked.filter((other) => other !== room);
  if (asked.length > 0) askNext();
  else connectionReady();
}

// One room at a time: the answer to the first says whether we have our name.
function askNext() {
  const name = asked[0];
  if (!name) return;
  const request = { type: "join", name: state.me, room: name };
  if (!named && session) request.session = session;
  const known = state.rooms.get(name);
  if (known?.epoch) Object.assign(request, { epoch: known.epoch, since: known.seq });
  send(request);
}
