// Where the fields of a frame lie, and which frames are one message. For the look only: what is right and what
// is wrong, the server has judged already.

import { bytesOf, hexOf } from "./bytes.js";

const LONGEST = 14; // bytes that a header can have

/** The record with its `fields` and its `msg`; `open` remembers the message that each direction is in. */
export function completed(record, open) {
  const fields = record.fields ?? fieldsOf(bytesOf(record.hex.slice(0, 2 * LONGEST)), record.hex.length / 2 + record.cut);
  return { ...record, fields, msg: record.msg ?? messageOf(record, fields, open) };
}

/** §5.2, from left to right; what a frame that ends too early has not, is missing here too. */
function fieldsOf(bytes, total) {
  const [first, second] = bytes;
  const fields = [];
  const add = (name, from, size, value, bits) => from + size <= bytes.length && fields.push({ name, at: [from, from + size], value, bits });
  if (first === undefined) return fields;
  add("fin", 0, 1, first >> 7, bitsAt(first, 0, 1));
  add("rsv", 0, 1, (first >> 4) & 7, bitsAt(first, 1, 4));
  add("opcode", 0, 1, first & 15, bitsAt(first, 4, 8));
  if (second === undefined) return fields;
  const [masked, seven] = [second >> 7, second & 127];
  add("mask", 1, 1, masked, bitsAt(second, 0, 1));
  add("length", 1, 1, seven, bitsAt(second, 1, 8));
  let at = 2;
  const longer = seven === 126 ? 2 : seven === 127 ? 8 : 0;
  if (longer > 0) add("extended", at, longer, numberOf(bytes.slice(at, at + longer)));
  at += longer;
  if (masked) add("key", at, 4, Array.from(bytes.slice(at, at + 4), hexOf).join(""));
  at += masked * 4;
  if (total > at) fields.push({ name: "payload", at: [at, total], value: total - at });
  return fields;
}

// "1......." is the first bit, the others are somebody else's.
const bitsAt = (byte, from, to) =>
  [...byte.toString(2).padStart(8, "0")].map((bit, at) => (at >= from && at < to ? bit : ".")).join("");

const numberOf = (bytes) => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

/** §5.4: a message begins with an opcode, goes on with 0, and ends with FIN. */
function messageOf({ dir, n }, fields, open) {
  const value = (name) => fields.find((field) => field.name === name)?.value;
  const [opcode, last] = [value("opcode"), value("fin") === 1];
  if (opcode === undefined || opcode >= 8) return undefined;
  const message = opcode === 0 && open[dir] ? open[dir] : { id: n, part: 0 };
  message.part += 1;
  open[dir] = last ? undefined : message;
  return { ...message, last };
}
