// @ts-check
// How each connection begins: reclaim the name, join every room again where it was left, then let pending lines be sent.

import { rememberName, rememberTab } from "./identity.js";
import { mergeJoined } from "./merge.js";
import * as pending from "./pending.js";
import { setPeople } from "./roster.js";
import { addNotice, currentRoom, emit, newRoom, state } from "./state.js";

let send = (_request) => false;
let session; // reclaims our name from an earlier connection
let offeredSession; // of this connection: worth nothing until it has our name
let hasName = false; // this connection has our name
let roomsToJoin = []; // the first has been requested
const roomsToLeave = new Set(); // requested, but not yet answered
let isSpare = false; // our name is a spare one for this tab, not the browser's own
let roomToShow = ""; // as soon as it is joined

export function setSender(sender) {
  send = sender;
  pending.setSender(sender);
}

/** False if there is no connection. */
export const request = (message) => send(message);

/** Sets who we are, before there is a connection. A `spare` name is for this tab alone. */
export function begin(name, rooms, shown, known, spare = false) {
  state.me = name;
  isSpare = spare;
  session = known ?? session;
  roomToShow = shown;
  roomsToJoin = [...new Set([...rooms, ...state.rooms.keys()])];
}

export function join(room) {
  if (state.rooms.has(room)) return choose(room);
  roomToShow = room;
  if (roomsToJoin.includes(room)) return;
  roomsToJoin.push(room);
  if (roomsToJoin.length === 1 && offeredSession) joinNext();
}

export function leave(room) {
  if (send({ type: "leave", room })) roomsToLeave.add(room);
  else removeRoom(room);
}

/** Our own name has left a room. If this tab did not ask for that, an older connection of ours has left. */
export function ownLeft(room) {
  if (roomsToLeave.delete(room)) removeRoom(room);
}

/** Shows a room that we are in. */
export function choose(room) {
  roomToShow = "";
  show(room);
}

function show(name) {
  if (!state.rooms.has(name) || name === state.current) return;
  const before = state.rooms.get(state.current);
  state.current = name;
  emit("current", before);
  save();
}

function removeRoom(name) {
  state.rooms.delete(name);
  if (state.current === name) {
    state.current = "";
    const next = [...state.rooms.keys()].at(-1);
    if (next) show(next);
    else emit("current");
  }
  emit("rooms");
  save();
}

export function welcome({ session: offered, wire, limits }) {
  offeredSession = offered;
  hasName = false;
  Object.assign(state.limits, limits);
  emit("limits");
  emit("wire", wire);
  roomsToJoin = [...new Set([...state.rooms.keys(), ...roomsToJoin])];
  joinNext();
}

export function joined(event) {
  const room = state.rooms.get(event.room) ?? newRoom(event.room);
  state.rooms.set(event.room, room);
  if (!hasName) nameAccepted(event.name);
  setPeople(room, event.people, event.persons);
  room.typing = [];
  room.loading = false;
  mergeJoined(room, event, state.me);
  emit("rooms");
  if (event.room === roomToShow || !currentRoom()) show(event.room);
  if (event.room === roomToShow) roomToShow = "";
  emit("people", room);
  emit("typing", room);
  save();
  joinAnswered(event.room);
}

function nameAccepted(name) {
  hasName = true;
  session = offeredSession;
  state.me = name;
  if (!isSpare) rememberName(name);
  emit("me");
  // These belong to a connection, and an earlier one has ended.
  if (state.topics.length > 0) send({ type: "follow", topics: state.topics });
  if (state.ignored.size > 0) send({ type: "ignore", persons: [...state.ignored.keys()] });
}

/** A `join` was refused. Because of the room: only that room is lost. Because of the name: the attempt ends. */
export function joinRefused({ code, message, retry_ms: wait }) {
  const room = roomsToJoin[0];
  if (code === "rate_limited") return setTimeout(joinNext, wait ?? 1000);
  if (!hasName && (code !== "bad_room" || state.rooms.size === 0)) {
    return emit("refused", { which: code === "bad_room" ? "room" : "name", message, isTaken: code === "name_taken" });
  }
  if (code !== "already_joined") {
    if (state.rooms.has(room)) removeRoom(room);
    emit("room-refused", message);
    addNotice("error", message);
  }
  joinAnswered(room);
}

export function disconnected() {
  offeredSession = undefined;
  hasName = false;
  roomsToLeave.forEach(removeRoom); // the answer is lost, but a lost connection leaves every room
  roomsToLeave.clear();
  pending.connectionLost();
  for (const room of state.rooms.values()) {
    room.typing = [];
    emit("typing", room);
  }
}

export function logOut() {
  session = undefined;
  isSpare = false;
  roomsToJoin = [];
  state.rooms.clear();
  state.topics = [];
  state.ignored.clear();
  state.me = state.current = "";
  pending.forgetAll();
}

/** The reader chose a name: it is the browser's own from now on. */
export function renamed(name) {
  state.me = name;
  isSpare = false;
  rememberName(name);
  save();
}

/** All that another tab, or this one after a reload, needs to continue. */
export const memory = () => ({ name: state.me, session, rooms: [...state.rooms.keys()], current: state.current, spare: isSpare, ignored: [...state.ignored] });

export function save() {
  if (state.me !== "") rememberTab(memory());
}

function joinAnswered(room) {
  roomsToJoin = roomsToJoin.filter((other) => other !== room);
  if (roomsToJoin.length > 0) joinNext();
  else pending.connectionReady();
}

// One room at a time: the answer to the first says whether we have our name.
function joinNext() {
  const name = roomsToJoin[0];
  if (!name) return;
  const known = state.rooms.get(name);
  send({
    type: "join",
    name: state.me,
    room: name,
    session: hasName ? undefined : session,
    ...(known?.epoch && { epoch: known.epoch, since: known.seq }),
  });
}
