// @ts-check
// Merges the lines of a `joined` into what the page already shows. After a reconnect these are the missed lines.

import { takeAcknowledged } from "./pending.js";
import { personNamed } from "./roster.js";
import { addEntry, removeEntry } from "./state.js";
import { timeOr } from "./time.js";

/** An entry for a `said`; it is an own line if `me` said it. */
export function lineFrom(said, me, room) {
  const { seq, from, text, id } = said;
  return { kind: "line", seq, from, person: personNamed(from, room), text, id, at: timeOr(said.at), own: from === me, state: from === me ? "sent" : undefined };
}

export function mergeJoined(room, { epoch, seq, messages, lost }, me) {
  const known = room.epoch !== "";
  const sameRun = known && room.epoch === epoch;
  // Another run of the history counts from 1 again: only their content tells known lines from new ones.
  const shown = new Set(known && !sameRun ? room.entries.map(fingerprint) : []);
  if (lost && known) addEntry(room, { kind: "lost", at: new Date().toISOString() });

  for (const said of messages) {
    if (sameRun && said.seq <= room.seq) continue;
    const line = lineFrom(said, me, room);
    if (!shown.has(fingerprint(line))) addConfirmed(room, line);
    else takeAcknowledged(said.id);
  }
  if (!known) room.more = (messages[0]?.seq ?? 0) > 1;
  else if (!sameRun) room.more = false; // the lines at the top have numbers of another run: older ones cannot be requested
  room.epoch = epoch;
  room.seq = seq;
}

/** Adds a line that the server has. If it is one that was being sent, that entry becomes this line. */
export function addConfirmed(room, line) {
  // The id alone decides: our name may have changed between sending and this answer.
  const sent = line.id ? takeAcknowledged(line.id) : undefined;
  if (sent) {
    removeEntry(room, sent);
    Object.assign(sent, line, { own: true, state: "sent" });
  }
  addEntry(room, sent ?? line);
}

const fingerprint = ({ from, at, text, id }) => JSON.stringify([from, at, text, id]);
