// One frame, as the views need it: its bytes, and where each field lies in them. All of it is from the
// record that the server's own decoder has made; nothing is judged here a second time.

import { bytesOf, textOf } from "../shared/bytes.js";

const NAMES = { 0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong" };
const TAIL = 64; // of a long payload the server gives the first 2 048 bytes and so many of its end

/** The cheap half, for a row of the table. */
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

/** All of it, for the frame that is looked at. */
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

/** Every byte that is here: where it is, what it is, which fields it is in, and what it is unmasked. */
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

/** The byte that shows that the text is not UTF-8. When an earlier frame has it: FIN, which ends the message here. */
const wrongOf = ({ why, at }) => (why ? (at ?? 0) : -1);

/** After how many bytes of the frame each read() of it ended. */
function endsOf(sizes) {
  let end = 0;
  return new Set(sizes.map((size) => (end += size)));
}

/** The length that the header declares: its own field, or the longer one that follows it. */
function lengthOf(record) {
  const long = record.fields.find(({ name }) => name === "extended");
  return (long ?? record.fields.find(({ name }) => name === "length"))?.value;
}

const formOf = (seven) => (seven === undefined ? undefined : seven < 126 ? 7 : seven === 126 ? 16 : 64);
