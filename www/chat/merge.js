// What `joined` brings is woven into what the page already shows: after a reconnect the missed lines
// follow the known ones, and where the server could not fill the gap, a marker says so.

import { acknowledged } from "./pending.js";
import { personCalled } from "./roster.js";
import { addEntry, removeEntry } from "./state.js";
import { timeOr } from "./time.js";

/** An entry for a `said`; `me` decides whether it is an own line. */
export function lineFrom(said, me, room) {
  const { seq, from, text, id } = said;
  return { kind: "line", seq, from, person: personCalled(from, room), text, id, at: timeOr(said.at), own: from === me, state: from === me ? "sent" : undefined };
}

export function weave(room, { epoch, seq, messages, lost }, me) {
  const known = room.epoch !== "";
  const sameRun = known && room.epoch === epoch;
  // In another run of the history `seq` starts anew: there only their content tells known lines from new ones.
  const shown = new Set(known && !sameRun ? room.entries.map(fingerprint) : []);
  if (lost && known) addEntry(room, { kind: "lost", at: new Date().toISOString() });

  for (const said of messages) {
    if (sameRun && said.seq <= room.seq) continue;
    const line = lineFrom(said, me, room);
    if (!shown.has(fingerprint(line))) settle(room, line);
    else acknowledged(said.id);
  }
  if (!known) room.more = (messages[0]?.seq ?? 0) > 1;
  else if (!sameRun) room.more = false; // what is at the top was counted in another run: nothing can be asked before it
  room.epoch = epoch;
  room.seq = seq;
}

/** Adds a line the server has; when it is one of ours, the line that was on its way becomes it. */
export function settle(room, line) {
  // The id alone decides: between sending and this answer our name may have changed.
  const mine = line.id ? acknowledged(line.id) : undefined;
  if (mine) {
    removeEntry(room, mine);
    Object.assign(mine, line, { own: true, state: "sent" });
  }
  addEntry(room, mine ?? line);
}

const fingerprint = ({ from, at, text, id }) => JSON.stringify([from, at, text, id]);
