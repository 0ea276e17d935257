// Lines on their way. Each keeps its id until the server has acknowledged it: after a lost connection
// it is sent again under the same id, so that it arrives, and arrives once.

import { nameOf } from "./roster.js";
import { addEntry, removeEntry, state, tell } from "./state.js";

const prefix = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(36)).join("");
const waiting = new Map(); // id → entry
let count = 0;
let ready = false; // all rooms are joined again on this connection
let pausedUntil = 0;
let send = () => false;

export const sendThrough = (sender) => (send = sender);

/** Shows a line at once, as "sending", and sends it as soon as the connection allows. */
export function post(room, fields) {
  count += 1;
  const entry = { ...fields, id: `${prefix}-${count}`, room: room.name, at: new Date().toISOString(), own: true };
  entry.state = "sending";
  waiting.set(entry.id, entry);
  addEntry(room, entry);
  if (!ready && isUncertain(entry)) return giveUp(entry, "there is no connection just now");
  pump();
}

/** The server has the line: gives back the entry that waited for this, if one did. */
export function acknowledged(id) {
  const entry = waiting.get(id);
  waiting.delete(id);
  if (ready) pump();
  return entry;
}

/** The server refused the line. One that was only too early goes out again by itself. */
export function refused({ id, code, message, retry_ms: wait }) {
  const entry = waiting.get(id);
  if (!entry) return false;
  if (code === "rate_limited") {
    entry.written = false;
    const until = Date.now() + (wait ?? 1000);
    // It may be the listener who cannot take a whisper just now: other lines need not wait for that.
    if (entry.kind === "whisper") entry.waitsUntil = until;
    else pausedUntil = until;
    setTimeout(pump, (wait ?? 1000) + 20);
    pump();
  } else {
    fail(entry, message);
    pump();
  }
  return true;
}

/** What its writer does with a line that failed: "retry" or "discard". */
export function decide(does, room, id) {
  const entry = room?.entries.find((other) => other.id === id && other.state === "failed");
  if (!entry) return;
  if (does === "discard") {
    removeEntry(room, entry);
    tell("dropped", room, [entry]);
    return;
  }
  entry.state = "sending";
  entry.written = false;
  entry.to = nameOf(entry.person) ?? entry.to;
  waiting.set(entry.id, entry);
  tell("changed", entry);
  if (!ready && isUncertain(entry)) return giveUp(entry, "there is no connection just now");
  pump();
}

export function connectionReady() {
  ready = true;
  pump();
}

export function connectionLost() {
  ready = false;
  for (const entry of [...waiting.values()]) {
    // A whisper is in no room's replay, so nothing will ever tell whether it arrived: its writer decides.
    if (isUncertain(entry)) giveUp(entry, "the connection was lost before an answer came");
    else if (entry.written && entry.kind === "whisper") fail(entry, "the connection was lost before an answer came");
    entry.written = false;
  }
}

export function dropAll() {
  waiting.clear();
  ready = false;
}

// One line at a time: were the next one sent before the answer, it would overtake one that is
// refused for being too early, and goes out again.
function pump() {
  if (!ready || Date.now() < pausedUntil) return;
  const lagging = new Set(); // their whispers keep their order
  for (const entry of [...waiting.values()]) {
    if (entry.written) return;
    if (entry.waitsUntil > Date.now()) lagging.add(entry.to);
    if (entry.kind === "whisper" && lagging.has(entry.to)) continue;
    if (entry.kind === "line" && !state.rooms.has(entry.room)) {
      waiting.delete(entry.id);
      continue;
    }
    entry.written = send(requestFor(entry));
    return;
  }
}

function requestFor({ kind, room, to, person, text, id }) {
  if (kind !== "whisper") return { type: "say", room, text, id };
  return { type: "whisper", to: nameOf(person) ?? to, person, text, id };
}

// To a name in no room of ours: the name may have changed hands while there was no connection.
const isUncertain = ({ kind, person }) => kind === "whisper" && !person;

function giveUp(entry, reason) {
  entry.final = true;
  fail(entry, `${reason}, and ${entry.to} is in no room of yours`);
}

function fail(entry, reason) {
  waiting.delete(entry.id);
  entry.state = "failed";
  entry.reason = reason;
  tell("changed", entry);
}
