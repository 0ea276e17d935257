// @ts-check
// Lines that the server has not acknowledged. Each keeps its id: after a lost connection it is sent again under the same id,
// so that it arrives, and arrives once.

import { nameOf } from "./roster.js";
import { addEntry, emit, removeEntry, state } from "./state.js";

/** @typedef {import("./state.js").Entry} Entry */

const NO_CONNECTION = "there is no connection";
const NO_ANSWER = "the connection was lost before an answer came";

const prefix = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(36)).join("");
/** @type {Map<string, Entry>} */
const pending = new Map(); // by id
let count = 0;
let isReady = false; // all rooms are joined again on this connection
let pausedUntil = 0;
let send = (_request) => false;

export const setSender = (sender) => (send = sender);

/** Shows a line at once, as "sending", and sends it as soon as the connection allows. */
export function post(room, fields) {
  count += 1;
  /** @type {Entry} */
  const entry = { ...fields, id: `${prefix}-${count}`, room: room.name, at: new Date().toISOString(), own: true, state: "sending" };
  pending.set(entry.id, entry);
  addEntry(room, entry);
  if (!isReady && isUncertain(entry)) return failForGood(entry, NO_CONNECTION);
  sendNext();
}

/** The server has the line with this id: returns its entry, if it was pending. */
export function takeAcknowledged(id) {
  const entry = pending.get(id);
  pending.delete(id);
  if (isReady) sendNext();
  return entry;
}

/** The server refused a line. One that came too early is sent again later. False if no such line is pending. */
export function lineRefused({ id, code, message, retry_ms: wait }) {
  const entry = pending.get(id);
  if (!entry) return false;
  if (code === "rate_limited") {
    entry.isWritten = false;
    const until = Date.now() + (wait ?? 1000);
    // Perhaps only the recipient of a whisper cannot take it now: other lines need not wait.
    if (entry.kind === "whisper") entry.waitsUntil = until;
    else pausedUntil = until;
    setTimeout(sendNext, (wait ?? 1000) + 20);
  } else {
    fail(entry, message);
  }
  sendNext();
  return true;
}

/** The reader's decision about a line that failed. */
export function retryOrDiscard(/** @type {"retry" | "discard"} */ action, room, id) {
  const entry = room?.entries.find((other) => other.id === id && other.state === "failed");
  if (!entry) return;
  if (action === "discard") {
    removeEntry(room, entry);
    emit("dropped", room, [entry]);
    return;
  }
  entry.state = "sending";
  entry.isWritten = false;
  entry.to = nameOf(entry.person) ?? entry.to;
  pending.set(entry.id, entry);
  emit("changed", entry);
  if (!isReady && isUncertain(entry)) return failForGood(entry, NO_CONNECTION);
  sendNext();
}

export function connectionReady() {
  isReady = true;
  sendNext();
}

export function connectionLost() {
  isReady = false;
  for (const entry of [...pending.values()]) {
    // No history contains a whisper, so its author decides whether to send it again.
    if (isUncertain(entry)) failForGood(entry, NO_ANSWER);
    else if (entry.isWritten && entry.kind === "whisper") fail(entry, NO_ANSWER);
    entry.isWritten = false;
  }
}

export function forgetAll() {
  pending.clear();
  isReady = false;
}

// One line at a time: the next could overtake one that is refused as too early and sent again.
function sendNext() {
  if (!isReady || Date.now() < pausedUntil) return;
  const waiting = new Set(); // recipients whose whispers keep their order
  for (const entry of [...pending.values()]) {
    if (entry.isWritten) return;
    if (entry.waitsUntil > Date.now()) waiting.add(entry.to);
    if (entry.kind === "whisper" && waiting.has(entry.to)) continue;
    if (entry.kind === "line" && !state.rooms.has(entry.room)) {
      pending.delete(entry.id);
      continue;
    }
    entry.isWritten = send(requestFor(entry));
    return;
  }
}

function requestFor(/** @type {Entry} */ { kind, room, to, person, text, id }) {
  if (kind !== "whisper") return { type: "say", room, text, id };
  return { type: "whisper", to: nameOf(person) ?? to, person, text, id };
}

// Its recipient is in none of our rooms: while we are offline, the name may pass to another person.
const isUncertain = (/** @type {Entry} */ { kind, person }) => kind === "whisper" && !person;

function failForGood(entry, reason) {
  entry.isFinal = true;
  fail(entry, `${reason}, and ${entry.to} is in none of your rooms`);
}

function fail(entry, reason) {
  pending.delete(entry.id);
  entry.state = "failed";
  entry.reason = reason;
  emit("changed", entry);
}
