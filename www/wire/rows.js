// @ts-check
// The records of the watched connection, as rows in batches: a thousand frames a second become some sixty updates.

import { isPart } from "./describe.js";
import { summaryOf } from "./frame.js";

export const ROWS_KEPT = 500;
const FAST = 10; // rows in one batch: too fast to read along, so the page may pause …
const PAUSE = 80; // … for these milliseconds, or for as long as the last update took

/**
 * `onBatch` gets the new rows, and how many before them were dropped; `onRoundTrip` microseconds and the row of the pong. A
 * row is `{ kind, record, … }`, with kind "frame", "http", "state", "drop" or "reconnected".
 */
export function createRows({ onBatch, onRoundTrip, onQueue }) {
  let queue = [];
  let skipped = 0; // rows that were dropped between two updates
  let isScheduled = false;
  let isFast = false;
  let lastCost = 0; // of the last update, in milliseconds
  let connection;
  let newest = 0; // the highest frame number of this connection
  let pong = null; // the row of the last pong from the client
  let openMessages = {}; // direction → id of the message that is not yet complete

  function addRecord(record) {
    if (record.t === "hello") return hello(record);
    if (record.t === "rtt") return roundTrip(record);
    if (record.t === "queue") return onQueue(record);
    if (record.t === "frame") {
      if (record.n <= newest) return; // a watch that was interrupted begins with known frames
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

  // A round trip ends with the pong that came last.
  function roundTrip({ us }) {
    if (pong) pong.roundTrip = us;
    onRoundTrip(us, pong);
    pong = null;
  }

  function hello({ conn }) {
    if (conn === connection) return;
    if (connection !== undefined) push({ kind: "reconnected", record: { conn } });
    connection = conn;
    newest = 0;
    openMessages = {};
  }

  // Which part of a bracket each direction has beside this frame.
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
    if (queue.length > ROWS_KEPT) {
      queue.shift();
      skipped += 1;
    }
    if (isScheduled) return;
    isScheduled = true;
    const next = () => requestAnimationFrame(flush);
    if (isFast) setTimeout(next, Math.max(PAUSE, lastCost));
    else next();
  }

  function flush() {
    isScheduled = false;
    const batch = { rows: queue, skipped };
    isFast = queue.length > FAST;
    queue = [];
    skipped = 0;
    const start = performance.now();
    onBatch(batch);
    // A timer runs after the picture: so the time includes drawing it.
    setTimeout(() => (lastCost = performance.now() - start));
  }

  return { addRecord };
}
