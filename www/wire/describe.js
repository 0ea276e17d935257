// @ts-check
// What the views say about a frame's values. What is true for each frame is in explanations.json.

import { bytesOf, counted, grouped, hexOf, textOf } from "../shared/bytes.js";
import { aboutDevtools, aboutRule } from "../shared/explanations.js";
import { summaryOf } from "./frame.js";

const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** Each field has a letter, besides its colour and its underline, for readers who cannot tell colours apart. */
export const LETTERS = {
  fin: "F", rsv: "R", opcode: "O", mask: "M", length: "L", extended: "E", key: "K", payload: "P",
};

export const directionOf = ({ dir }) => (dir === "in" ? "client → server" : "server → client");
export const timeOf = ({ us }) => (us / 1e6).toFixed(3);
export const milliseconds = (us) => `${(us / 1000).toFixed(us < 10_000 ? 2 : 0)} ms`;

/** A field's value in words, for this frame. */
export function valueOf(field, frame) {
  const { name, value } = field;
  const words = {
    fin: () => (value === 1 ? "1: this is the last frame of its message" : "0: more frames of this message follow"),
    rsv: () => (value === 0 ? "000: no extension is in use" : `${field.bits.replaceAll(".", "")}: no extension has given this bit a meaning`),
    opcode: () => `${value}, hexadecimal ${value.toString(16)}: ${frame.kind}`,
    mask: () => (value === 1 ? "1: the payload is masked, and the masking key precedes it" : "0: the payload is not masked, and there is no key"),
    length: () => (value < 126 ? `${value}: this is the payload length` : `${value}: the payload length is in the next ${value === 126 ? 2 : 8} bytes`),
    extended: () => `${grouped(value)}, in ${field.to - field.from} bytes, the most significant first`,
    key: () => `${frame.key}: four random bytes, new in each frame`,
    payload: () => counted(frame.length, "byte"),
  };
  if (value === null) return "incomplete";
  return (words[name] ?? (() => String(value)))();
}

/** The note in a frame's row. */
export function noteOf(record, summary) {
  const { verdict } = record;
  if (summary.refused) {
    const closes = verdict.close ? ` → Close ${verdict.close}` : "";
    return `${aboutRule(verdict).label}${closes} (§${verdict.section})`;
  }
  if (record.verdict.ok === null) return "not kept completely";
  if (summary.kind === "close") return closeNote(record);
  if (summary.length === 0) return "empty";
  if (summary.kind === "binary") return counted(summary.length, "byte");
  return plainText(record);
}

/** What Chromium's developer tools show of a frame. The length of a text is in UTF-16 units. */
export function devtoolsOf(record, summary) {
  if (summary.refused) return "an error";
  if (summary.control) return "nothing";
  if (isPart(record)) return record.msg.last ? "one message" : "nothing yet";
  const text = summary.kind === "text" && !record.cut ? decoded(record) : null;
  return `length ${grouped(text === null ? summary.length : text.length)}`;
}

/** Whether a frame is one of several of a message. */
export const isPart = ({ msg }) => Boolean(msg) && !(msg.part === 1 && msg.last);

// Sent by the page itself.
const AUTOMATIC = /^\{"type":"(?:ping|rooms|typing|history)"/;

/** Whether the reader sent this: not a pong, not a continuation, not by the page itself. */
export function isSentByUser(record) {
  if (record.dir !== "in" || record.msg?.part > 1) return false;
  const { refused, control } = summaryOf(record);
  return refused || (!control && !AUTOMATIC.test(plainText(record)));
}

export function devtoolsSentence(record, summary) {
  const kind = summary.refused ? "refused" : isPart(record) ? "part" : summary.kind;
  const text = kind === "text" && !record.cut ? decoded(record) : null;
  if (text === null || text.length === summary.length) return aboutDevtools(kind);
  return `${aboutDevtools(kind)} That is ${grouped(text.length)}, in UTF-16 units; the wire carried ${counted(summary.length, "byte")}.`;
}

function closeNote({ plain }) {
  if (!plain) return "without a code";
  const code = parseInt(plain.slice(0, 4), 16);
  const reason = decoded({ plain: plain.slice(4) });
  return reason ? `${code} “${reason}”` : String(code);
}

const plainText = ({ plain }) => lenient.decode(bytesOf(plain.slice(0, 320))).slice(0, 120);
const decoded = ({ plain }) => textOf(bytesOf(plain));

export const offsetOf = (at) => (at < 256 ? hexOf(at) : at.toString(16).padStart(4, "0"));
