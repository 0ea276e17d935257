// @ts-check
// The table of frames. It follows the newest row while that row is in view, and otherwise stays where the reader is.

import { counted, grouped } from "../shared/bytes.js";
import { closestTo, el } from "../shared/dom.js";
import { devtoolsOf, directionOf, isPart, milliseconds, noteOf, timeOf } from "./describe.js";
import { summaryOf } from "./frame.js";
import { ROWS_KEPT } from "./rows.js";

const NEAR_END = 30; // pixels from the end that still count as the end
const COLUMNS = [
  ["lanes", "Parts of one message"], ["number", "No."], ["dir", "Direction"], ["time", "Seconds"], ["opcode", "Opcode"], ["fin", "FIN"],
  ["length", "Length"], ["form", "Form"], ["mask", "Mask"], ["note", "What it says"], ["tools", "Devtools"],
];

/** `onChoose` gets a row and, if one of its fields was clicked, the field's name. */
export function createTable({ onChoose }) {
  const body = el("tbody");
  const head = el("tr", {}, ...COLUMNS.map(([name, label]) => el("th", { class: name, scope: "col" }, /lanes|dir/.test(name) ? el("span", { class: "unseen" }, label) : label)));
  const table = el("table", { class: "wire-table", role: "grid", "aria-label": "Frames" }, el("thead", {}, head), body);
  const scroller = el("div", { class: "wire-scroll", tabindex: "-1" }, table);
  const rowOf = new WeakMap(); // <tr> → row
  let chosen = null; // the <tr>
  let gone = 0;
  const goneNote = el("p", { class: "wire-gone", role: "status" });

  body.addEventListener("click", (event) => {
    const row = rowOf.get(closestTo(event, "tr"));
    if (row) onChoose(row, closestTo(event, "[data-field]")?.dataset.field);
  });

  function add({ rows, skipped }) {
    const follows = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < NEAR_END;
    const anchor = follows ? null : firstInView();
    const before = anchor?.offsetTop;
    const reconnected = rows.findLastIndex(({ kind }) => kind === "reconnected");
    if (reconnected >= 0) {
      body.append(...rows.slice(0, reconnected).map(make));
      forgetNumbers();
    }
    body.append(...rows.slice(Math.max(reconnected, 0)).map(make));
    gone += skipped + drop(body.children.length - ROWS_KEPT);
    if (gone > 0) goneNote.textContent = `The page keeps the newest ${ROWS_KEPT} rows; ${grouped(gone)} earlier ones are gone.`;
    if (follows) scroller.scrollTop = scroller.scrollHeight;
    else if (anchor?.isConnected) scroller.scrollTop += anchor.offsetTop - before;
  }

  function make(row) {
    row.item = makers[row.kind](row);
    rowOf.set(row.item, row);
    return row.item;
  }

  function drop(count) {
    for (let left = count; left > 0; left -= 1) body.firstElementChild.remove();
    return Math.max(0, count);
  }

  function firstInView() {
    const top = scroller.scrollTop + table.tHead.offsetHeight;
    let [low, high] = [0, body.children.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const item = body.children[middle];
      if (item.offsetTop + item.offsetHeight > top) high = middle;
      else low = middle + 1;
    }
    return body.children[low];
  }

  function mark(row, moved) {
    chosen?.setAttribute("aria-selected", "false");
    chosen?.setAttribute("tabindex", "-1");
    chosen = row.item;
    chosen.setAttribute("aria-selected", "true");
    chosen.setAttribute("tabindex", "0");
    if (moved) chosen.scrollIntoView({ block: "nearest" });
    if (scroller.contains(document.activeElement)) focus();
  }

  /** Moves the focus to the selected row, or to the place where one will be. */
  const focus = () => (chosen?.isConnected ? chosen : scroller).focus({ preventScroll: true });

  /** The next row that can be selected: upwards if `by` is -1, downwards if it is 1. */
  function neighbour(by) {
    const next = (item) => (by < 0 ? item?.previousElementSibling : item?.nextElementSibling);
    let item = chosen?.isConnected ? next(chosen) : by < 0 ? body.lastElementChild : body.firstElementChild;
    while (item && !(item.hasAttribute("tabindex") && item.checkVisibility())) item = next(item);
    return item ? rowOf.get(item) : undefined;
  }

  function find(number) {
    const item = body.querySelector(`#f${number}`);
    return item ? rowOf.get(item) : undefined;
  }

  function findLast(isWanted) {
    const rows = Array.from(body.children, (item) => rowOf.get(item));
    return rows.findLast(isWanted);
  }

  /** A new connection counts from 1: links lead to its frames. */
  function forgetNumbers() {
    for (const item of body.querySelectorAll("[id]")) item.removeAttribute("id");
  }

  /** A row that has changed since it was drawn. */
  function redraw(row) {
    if (!row?.item?.isConnected) return;
    const old = row.item;
    old.replaceWith(make(row));
    if (chosen === old) mark(row);
  }

  const filter = (which) => (body.dataset.only = which);
  return { scroller, goneNote, body, add, mark, focus, neighbour, find, findLast, redraw, filter };
}

const makers = {
  frame({ record, lanes, roundTrip }) {
    const summary = summaryOf(record);
    const classes = ["frame", record.dir, summary.control ? "control" : "data", summary.kind, summary.refused && "refused"];
    const cell = (name, content, field) => el("td", { class: name, "data-field": field }, content ?? "");
    return el(
      "tr",
      { id: `f${record.n}`, class: classes.filter(Boolean).join(" "), tabindex: "-1", "aria-selected": "false" },
      el("td", { class: "lanes" }, ...["in", "out"].map((dir) => el("span", { class: `lane ${dir} ${lanes[dir] ?? ""}` })), partOf(record)),
      el("th", { class: "number", scope: "row" }, String(record.n)),
      el("td", { class: "dir", title: directionOf(record) }, el("span", { "aria-hidden": "true" }, record.dir === "in" ? "→" : "←"), el("span", { class: "unseen" }, directionOf(record))),
      cell("time", timeOf(record)),
      cell("opcode", summary.kind, "opcode"),
      cell("fin", summary.fin?.toString(), "fin"),
      cell("length", summary.length === undefined ? "" : grouped(summary.length), "length"),
      cell("form", summary.form?.toString(), summary.form > 7 ? "extended" : "length"),
      cell("mask", summary.key ?? "–", summary.masked ? "key" : "mask"),
      el("td", { class: "note" }, summary.refused ? el("span", { class: "stop", "aria-label": "refused" }, "✕") : null, el("bdi", {}, noteOf(record, summary)), roundTrip ? el("span", { class: "rtt" }, ` round trip ${milliseconds(roundTrip)}`) : null),
      cell("tools", devtoolsOf(record, summary)),
    );
  },

  http({ record }) {
    const size = grouped(record.hex.length / 2);
    const text = record.dir === "in" ? `HTTP request, ${size} bytes` : `HTTP ${record.status}, ${size} bytes${record.status === 101 ? ": after this, it is no longer HTTP" : ""}`;
    const hidden = record.blotted ? "; values that may be secret are hidden" : "";
    return wide("http", `${record.dir === "in" ? "→" : "←"} ${text}${hidden}`);
  },
  state({ record: { from, to, by, code } }) {
    const who = by ? ` by the ${by}` : "";
    return wide("state", `${from} → ${to}${who}${code ? `, ${code}` : ""}`);
  },
  drop({ record }) {
    return wide("drop", `${counted(record.count, "frame")} missing here: this view was too slow, the connection was not`);
  },
  reconnected({ record }) {
    return wide("reconnected", `a new connection, number ${record.conn}`);
  },
};

const wide = (kind, text) => el("tr", { class: `wide ${kind}` }, el("td", { colspan: COLUMNS.length }, text));

const partOf = ({ msg }) =>
  isPart({ msg }) ? el("span", { class: "unseen" }, `part ${msg.part} of message ${msg.id}${msg.last ? ", the last" : ""}`) : null;
