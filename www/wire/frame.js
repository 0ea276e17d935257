// @ts-check
// One frame: its bytes, and the place of each field in them, as the server's own decoder found them.

import { bytesOf, textOf } from "../shared/bytes.js";

const NAMES = { 0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong" };
const TAIL = 64; // of a long payload the server sends the first 2 048 bytes and the last 64

/** What a row of the table needs. */
export function summaryOf(record) {
  const value = (name) => record.fields.find((field) => field.name === name)?.value;
  const opcode = value("opcode");
  return {
    opcode,
    kind: NAMES[opcode] ?? "?",
    control: opcode >= 8,
    fin: value("fin"),
    masked: value("mask") === 1,
    key: value("key"),
    length: lengthOf(record),
    form: formOf(value("length")),
    refused: record.verdict.ok === false,
  };
}

/** What the detail view needs. */
export function frameOf(record) {
  const bytes = bytesOf(record.hex);
  const total = bytes.length + record.cut;
  const fields = record.fields.map((field) => ({ ...field, from: field.at[0], to: field.at[1] }));
  const payload = fields.find(({ name }) => name === "payload");
  const plain = bytesOf(record.plain);
  return {
    ...summaryOf(record),
    record,
    total,
    fields,
    payload,
    plain,
    text: record.cut ? null : textOf(plain),
    cells: cellsOf(bytes, record.cut, fields, payload, plain),
    readEnds: endsOf(record.reads),
    wrongAt: wrongOf(record.verdict),
  };
}

/** Each byte: its offset, its value, its fields, and its value without the mask. */
function cellsOf(bytes, cut, fields, payload, plain) {
  const head = cut ? bytes.length - TAIL : bytes.length;
  return Array.from(bytes, (value, index) => {
    const at = index < head ? index : index + cut;
    const names = fields.filter(({ from, to }) => at >= from && at < to).map(({ name }) => name);
    const inPayload = payload && at >= payload.from;
    const plainAt = inPayload ? index - payload.from : -1;
    return { at, value, names, plain: plain[plainAt], omitted: cut > 0 && index === head ? cut : 0 };
  });
}

/** The byte that shows that a text is not UTF-8. If it is in an earlier frame: byte 0, whose FIN ends the message. */
const wrongOf = ({ why, at }) => (why ? (at ?? 0) : -1);

/** The offsets at which a read() of the frame ended. */
function endsOf(sizes) {
  let end = 0;
  return new Set(sizes.map((size) => (end += size)));
}

/** The payload length that the header declares: 7 bits, or the extended payload length. */
function lengthOf(record) {
  const long = record.fields.find(({ name }) => name === "extended");
  return (long ?? record.fields.find(({ name }) => name === "length"))?.value;
}

const formOf = (seven) => (seven === undefined ? undefined : seven < 126 ? 7 : seven === 126 ? 16 : 64);
