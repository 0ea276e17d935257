// The wire view: the table of frames and the one that is explained, held together. The chat's drawer and the page
// /wire show the same.

import { counted } from "../shared/bytes.js";
import { el } from "../shared/dom.js";
import { isSaid, milliseconds } from "./describe.js";
import { createDetail } from "./detail.js";
import { createStore } from "./rows.js";
import { createTable } from "./table.js";

const FILTERS = [["all", "All frames"], ["control", "Control frames"], ["data", "Messages"]];

/**
 * `chosen` is called with the number and the field of what is looked at; `keysOn` is where its keys work. Until its
 * reader chooses, it shows the newest frame that the reader's own side has sent.
 */
export function createWireView(root, { chosen = () => {}, keysOn = root } = {}) {
  let row = null; // the one that is looked at
  let wanted = null; // { n, field } of a link, until it has come
  let follows = true; // what is sent; or its reader has chosen
  const roundTrip = el("span", { class: "round-trip" });
  const lag = el("span", { class: "round-trip", role: "status" });

  const detail = createDetail({ fieldChosen: (field) => row && chosen(row.record.n, field) });
  const table = createTable({ choose: (next, field) => choose(next, field, true) });
  detail.root.addEventListener("click", hold);
  const store = createStore({ show, measured, queued });

  const filter = el("select", { id: "wire-filter", name: "filter", onchange: () => table.filter(filter.value) }, ...FILTERS.map(([value, label]) => el("option", { value }, label)));
  const tools = el("div", { class: "wire-tools" }, el("label", {}, el("span", { class: "unseen" }, "Show "), filter), roundTrip, lag, el("span", { class: "hint keys" }, ...keyHints()));
  root.append(el("div", { class: "wire-list" }, tools, table.goneNote, table.scroller), detail.root);
  keysOn.addEventListener("keydown", onKey);

  function show(batch) {
    table.add(batch);
    const link = wanted && table.find(wanted.n);
    if (link) {
      const { field } = wanted;
      wanted = null;
      return choose(link, field, true);
    }
    const shown = batch.rows.filter(({ kind, item }) => kind === "frame" && item.isConnected);
    const sent = shown.findLast(({ record }) => isSaid(record));
    if (sent && follows) look(sent, undefined, true);
    else if (!row && shown.length > 0) look(shown.at(-1), undefined, false);
  }

  /** Its reader looks at something: what is sent now is only listed. */
  function hold() {
    follows = false;
  }

  /** From now on each frame that is sent, until its reader chooses. */
  function followSent() {
    follows = true;
  }

  /** The newest frame that was sent, if there is one; and from now on each that is. */
  function showSent() {
    followSent();
    const sent = table.findLast(({ kind, record }) => kind === "frame" && isSaid(record));
    if (sent) look(sent, undefined, true);
  }

  function measured(us, pong) {
    roundTrip.textContent = `round trip ${milliseconds(us)}`;
    table.redraw(pong);
  }

  /** What the server keeps for a client that does not keep up. */
  function queued({ waiting, dropped }) {
    const lost = dropped > 0 ? `${counted(dropped, "message")} dropped: it did not keep up` : "";
    lag.textContent = waiting > 0 ? `${counted(waiting, "byte")} wait for this client` : lost;
  }

  function choose(next, field, moved) {
    hold();
    look(next, field, moved);
  }

  function look(next, field, moved) {
    row = next;
    table.mark(next, moved);
    detail.show(next.record, field);
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [role=separator]")) return;
    const byte = event.target.closest(".byte");
    const does = {
      ArrowUp: () => step(-1),
      ArrowDown: () => step(1),
      ArrowLeft: () => (byte ? detail.moveByte(byte, -1) : detail.moveField(-1)),
      ArrowRight: () => (byte ? detail.moveByte(byte, 1) : detail.moveField(1)),
      Enter: () => (event.target.closest("button, a") ? false : detail.unfold()),
      u: detail.toggleMask,
    }[event.key];
    if (!does || does() === false) return;
    hold();
    event.preventDefault();
  }

  function step(by) {
    const next = table.neighbour(by);
    if (next) choose(next, undefined, true);
  }

  /** Looks at a frame as soon as it is there. */
  function goTo(n, field) {
    const there = table.find(n);
    if (there) choose(there, field, true);
    else wanted = { n, field };
    hold();
  }

  return { hear: store.hear, goTo, step, hold, showSent, followSent, focus: table.focus, detail };
}

const keyHints = () =>
  [["↑↓", "frame"], ["←→", "field"], ["Enter", "unfold"], ["u", "unmask"]].flatMap(([key, does]) => [el("kbd", {}, key), ` ${does} `]);
