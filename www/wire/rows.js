// What has come over the wire connection, in batches: a thousand frames a second are one change of the page for each
// picture that the screen shows, and no more than the newest five hundred rows.

import { isPart } from "./describe.js";
import { summaryOf } from "./frame.js";

export const KEPT = 500;
const HURRIED = 10; // rows at once: in such a hurry nobody reads along …
const PAUSE = 80; // … so that the page rests between two changes, for so many milliseconds or as long as the last one took

/**
 * `show` gets `{ rows, gone }`: what is new, and how many that came before it are no longer kept. A row is
 * `{ kind, record, … }`, with kind "frame", "http", "state" or "drop".
 */
export function createStore({ show, measured, queued }) {
  let queue = [];
  let skipped = 0; // came and went between two pictures
  let planned = false;
  let hurried = false;
  let cost = 0; // of the last change, in milliseconds
  let connection;
  let newest = 0; // the highest frame number of this connection
  let pong = null; // the row of the last one from the client
  let openMessages = {}; // direction → id of the message that is not complete

  function hear(record) {
    if (record.t === "hello") return hello(record);
    if (record.t === "rtt") return roundTrip(record);
    if (record.t === "queue") return queued(record);
    if (record.t === "frame") {
      if (record.n <= newest) return; // a watch that was lost and taken up again begins with what is known
      newest = record.n;
      return push(frameRow(record));
    }
    if (["http", "state", "drop"].includes(record.t)) push({ kind: record.t, record });
  }

  function frameRow(record) {
    const row = { kind: "frame", record, lanes: lanesOf(record) };
    if (record.dir === "in" && summaryOf(record).kind === "pong") pong = row;
    return row;
  }

  // It is measured when a pong has come, and belongs to it.
  function roundTrip({ us }) {
    if (pong) pong.roundTrip = us;
    measured(us, pong);
    pong = null;
  }

  function hello({ conn }) {
    if (conn === connection) return;
    if (connection !== undefined) push({ kind: "again", record: { conn } });
    connection = conn;
    newest = 0;
    openMessages = {};
  }

  // Where the brackets of both directions stand beside this frame.
  function lanesOf({ dir, msg }) {
    const lanes = {};
    for (const other of Object.keys(openMessages)) lanes[other] = "through";
    if (!isPart({ msg })) return lanes;
    lanes[dir] = msg.part === 1 ? "begin" : msg.last ? "end" : "part";
    if (msg.last) delete openMessages[dir];
    else openMessages[dir] = msg.id;
    return lanes;
  }

  function push(row) {
    queue.push(row);
    if (queue.length > KEPT) {
      queue.shift();
      skipped += 1;
    }
    if (planned) return;
    planned = true;
    const next = () => requestAnimationFrame(flush);
    if (hurried) setTimeout(next, Math.max(PAUSE, cost));
    else next();
  }

  function flush() {
    planned = false;
    const batch = { rows: queue, gone: skipped };
    hurried = queue.length > HURRIED;
    queue = [];
    skipped = 0;
    const start = performance.now();
    show(batch);
    // Behind the picture: so long it took to draw all this.
    setTimeout(() => (cost = performance.now() - start));
  }

  return { hear };
}
