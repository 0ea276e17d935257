// @ts-check
// The bytes of a frame, with a mark where each read() of the server ended: TCP delivers a stream that knows no frames.

import { charactersOf, counted, grouped, hexOf } from "../shared/bytes.js";
import { el } from "../shared/dom.js";
import { offsetOf } from "./describe.js";

/** `plain` shows the payload without its mask. */
export function dumpOf(frame, { plain, folded, perRow, rowsFolded }) {
  const cells = folded ? frame.cells.slice(0, rowsFolded * perRow) : frame.cells;
  const value = plain ? unmasked : onWire;
  const rows = [];
  let row = [];
  const endRow = () => {
    if (row.length > 0) rows.push(rowOf(row, frame, value));
    row = [];
  };
  for (const cell of cells) {
    if (row.length === perRow) endRow();
    if (cell.omitted) {
      endRow();
      rows.push(omission(cell.omitted));
    }
    row.push(cell);
  }
  endRow();
  const left = frame.cells.length - cells.length;
  const more = left > 0 ? el("button", { type: "button", class: "plain", "data-action": "unfold" }, `Show ${grouped(left)} more bytes`) : null;
  return el("div", { class: "dump", role: "group", "aria-label": "Bytes, in hexadecimal" }, ...rows, more);
}

const onWire = (cell) => cell.value;
const unmasked = (cell) => cell.plain ?? cell.value;
const asciiOf = (byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·");

function rowOf(cells, frame, value) {
  const bytes = Uint8Array.from(cells, value);
  const texts = frame.masked && value === onWire ? [...bytes].map(asciiOf) : charactersOf(bytes);
  return el(
    "div",
    { class: "dump-row" },
    el("span", { class: "offset", "aria-hidden": "true" }, offsetOf(cells[0].at)),
    el("span", { class: "dump-bytes" }, ...cells.map((cell, index) => byteOf(cell, bytes[index], frame))),
    el("span", { class: "dump-text", "aria-hidden": "true" }, ...cells.map((cell, index) =>
      el("span", { class: classOf(cell), "data-fields": cell.names.join(" "), "data-at": cell.at }, cell.names.includes("payload") ? texts[index] : " "))),
  );
}

function byteOf(cell, value, frame) {
  const ends = frame.readEnds.has(cell.at + 1) && cell.at + 1 < frame.total;
  return el(
    "button",
    {
      type: "button",
      class: `byte ${classOf(cell)}${ends ? " read-end" : ""}${cell.at === frame.wrongAt ? " wrong" : ""}`,
      tabindex: "-1",
      "data-fields": cell.names.join(" "),
      "data-at": cell.at,
      title: cell.at === frame.wrongAt ? "this byte shows that the text is not UTF-8" : ends ? `a ${callOf(frame)} of the server ended here` : undefined,
    },
    hexOf(value),
  );
}

const omission = (count) => el("p", { class: "omission" }, `… ${grouped(count)} bytes are not shown …`);

/** A byte with several fields has no field's colour: its bits show them. */
const classOf = ({ names }) => (names.length === 1 ? `field-${names[0]}` : "field-several");

const callOf = ({ record }) => (record.dir === "in" ? "read()" : "send()");

/** How the frame arrived: a bar for each read(), to scale. */
export function rulerOf(frame) {
  const { record: { reads }, total } = frame;
  if (reads.length === 0) return null;
  const said = reads.length === 1
    ? `One ${callOf(frame)} took the whole frame, ${counted(total, "byte")}.`
    : `${grouped(reads.length)} calls of ${callOf(frame)} took a part each: ${reads.slice(0, 40).map(grouped).join(" + ")}${reads.length > 40 ? " + …" : ""} bytes. TCP knows no frames.`;
  const parts = reads.slice(0, 40).map((size) => {
    const part = el("span", {}, grouped(size));
    part.style.flexGrow = size;
    return part;
  });
  return el("div", { class: "ruler" }, el("div", { class: "ruler-bar", "aria-hidden": "true" }, ...parts), el("p", {}, said));
}
