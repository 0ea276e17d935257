// @ts-check
// The header as RFC 6455 §5.2 draws it, and the payload under its mask.

import { bitsOf, charactersOf, grouped, hexAll, hexOf } from "../shared/bytes.js";
import { el } from "../shared/dom.js";
import { aboutField } from "../shared/explanations.js";
import { LETTERS } from "./describe.js";

/** The first two bytes, bit by bit, with the field that each bit belongs to. */
export function bitGrid(frame) {
  const bits = frame.cells.slice(0, 2).flatMap(({ value }) => [...bitsOf(value)]);
  const groups = frame.fields.filter(({ from, bits: own }) => from < 2 && own);
  const numbers = bits.map((_, bit) => el("span", { class: "bit-number" }, String(bit % 8)));
  return el(
    "div",
    { class: "bits", role: "group", "aria-label": "The first two bytes, bit by bit" },
    ...numbers,
    ...groups.map(bitsButton),
  );
}

const ownBits = ({ bits }) => bits.replace(/[^01]/g, "");
const letterOf = ({ name }) => el("b", { class: "letter" }, LETTERS[name] ?? "?");

function fieldButton(field, values, isNarrow = false) {
  const { label } = aboutField(field.name);
  return el(
    "button",
    { type: "button", class: `field-box field-${field.name}`, "data-fields": field.name, "aria-pressed": "false", tabindex: "-1" },
    el("span", { class: "bit-values" }, ...values),
    el("span", { class: "field-name", title: label }, letterOf(field), el("span", { class: isNarrow ? "unseen" : "" }, ` ${label}`)),
  );
}

function bitsButton(field) {
  const values = [...ownBits(field)];
  const button = fieldButton(field, values.map((bit) => el("span", {}, bit)), values.length < 3);
  button.style.gridColumn = `span ${values.length}`;
  return button;
}

/** The fields before the payload that are whole bytes: extended payload length and masking key. */
export function byteFields(frame) {
  const whole = frame.fields.filter(({ name }) => name === "extended" || name === "key");
  if (whole.length === 0) return null;
  return el("div", { class: "byte-fields" }, ...whole.map((field) => {
    const bytes = frame.cells.filter(({ names }) => names.includes(field.name)).map(({ value }) => value);
    return fieldButton(field, [hexAll(bytes)]);
  }));
}

/** masked ⊕ key = plain: a column for each byte of the payload, up to `most`. */
export function xorStrip(frame, most) {
  const cells = frame.cells.filter(({ names }) => names.includes("payload"));
  if (cells.length === 0) return null;
  const shown = cells.slice(0, most);
  const key = frame.cells.filter(({ names }) => names.includes("key")).map(({ value }) => value);
  const characters = charactersOf(Uint8Array.from(shown, ({ plain, value }) => plain ?? value));
  const columns = shown.map((cell, index) => columnOf(cell, key, frame, characters[index]));
  const gap = shown.findIndex(({ omitted }) => omitted > 0);
  if (gap >= 0) columns.splice(gap, 0, more(frame.record.cut));
  const left = cells.length - shown.length + (gap < 0 ? frame.record.cut : 0);
  return el(
    "div",
    { class: "strip", role: "group", "aria-label": key.length ? "Masked byte, key byte, plain byte" : "Payload, plain" },
    key.length === 4 ? labels("masked", "⊕ key", "= plain", "") : labels("plain", ""),
    ...columns,
    left > 0 ? more(left) : null,
  );
}

const more = (count) => el("span", { class: "strip-more" }, `… ${grouped(count)} more …`);
const labels = (...texts) => el("span", { class: "xor labels", "aria-hidden": "true" }, ...texts.map((text) => el("span", {}, text || "\u00a0")));

function columnOf({ at, value, plain }, key, frame, character) {
  const attributes = { class: `xor field-payload${at === frame.wrongAt ? " wrong" : ""}`, "data-fields": "payload", "data-at": at };
  const last = el("span", { class: "character" }, character);
  if (key.length !== 4 || plain === undefined) return el("span", attributes, el("span", {}, hexOf(value)), last);
  return el("span", attributes, el("span", {}, hexOf(value)), el("span", { class: "key-byte" }, hexOf(key[(at - frame.payload.from) % 4])), el("span", {}, hexOf(plain)), last);
}
