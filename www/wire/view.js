// @ts-check
// The wire view: the table of frames, and the explanation of the selected one.

import { counted } from "../shared/bytes.js";
import { closestTo, el } from "../shared/dom.js";
import { isSentByUser, milliseconds } from "./describe.js";
import { createDetail } from "./detail.js";
import { createRows } from "./rows.js";
import { createTable } from "./table.js";

const FILTERS = [["all", "All frames"], ["control", "Control frames"], ["data", "Messages"]];

/**
 * `onChosen` gets the number of the selected frame and the name of its field; the keys work in `keyTarget`. Until the reader
 * selects a frame, the newest one that the client sent is selected.
 */
export function createWireView(root, { onChosen = (_n, _field) => {}, keyTarget = root } = {}) {
  let row = null; // the selected one
  let wanted = null; // { n, field } of a link to a frame that has not come yet
  let followsSent = true; // until the reader selects a frame
  const roundTrip = el("span", { class: "round-trip" });
  const lag = el("span", { class: "round-trip", role: "status" });

  const detail = createDetail({ onField: (field) => row && onChosen(row.record.n, field) });
  const table = createTable({ onChoose: (next, field) => choose(next, field) });
  detail.root.addEventListener("click", stopFollowing);
  const rows = createRows({ onBatch, onRoundTrip, onQueue });

  const filter = el("select", { id: "wire-filter", name: "filter", onchange: () => table.filter(filter.value) }, ...FILTERS.map(([value, label]) => el("option", { value }, label)));
  const tools = el("div", { class: "wire-tools" }, el("label", {}, el("span", { class: "unseen" }, "Show "), filter), roundTrip, lag, el("span", { class: "hint keys" }, ...keyHints()));
  root.append(el("div", { class: "wire-list" }, tools, table.goneNote, table.scroller), detail.root);
  keyTarget.addEventListener("keydown", onKey);

  function onBatch(batch) {
    table.add(batch);
    const link = wanted && table.find(wanted.n);
    if (link) {
      const { field } = wanted;
      wanted = null;
      return choose(link, field);
    }
    const shown = batch.rows.filter(({ kind, item }) => kind === "frame" && item.isConnected);
    const sent = shown.findLast(({ record }) => isSentByUser(record));
    if (sent && followsSent) select(sent, undefined, true);
    else if (!row && shown.length > 0) select(shown.at(-1), undefined, false);
  }

  function stopFollowing() {
    followsSent = false;
  }

  function followSent() {
    followsSent = true;
  }

  /** Selects the newest frame that was sent, and each that is sent from now on. */
  function showSent() {
    followSent();
    const sent = table.findLast(({ kind, record }) => kind === "frame" && isSentByUser(record));
    if (sent) select(sent, undefined, true);
  }

  function onRoundTrip(us, pong) {
    roundTrip.textContent = `round trip ${milliseconds(us)}`;
    table.redraw(pong);
  }

  /** What the server keeps for a client that does not keep up. */
  function onQueue({ waiting, dropped }) {
    const lost = dropped > 0 ? `${counted(dropped, "message")} dropped: the client did not keep up` : "";
    lag.textContent = waiting > 0 ? `${counted(waiting, "byte")} wait for this client` : lost;
  }

  function choose(next, field) {
    stopFollowing();
    select(next, field, true);
  }

  function select(next, field, moved) {
    row = next;
    table.mark(next, moved);
    detail.show(next.record, field);
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || closestTo(event, "input, textarea, select, [role=separator]")) return;
    const byte = closestTo(event, ".byte");
    const action = {
      ArrowUp: () => step(-1),
      ArrowDown: () => step(1),
      ArrowLeft: () => (byte ? detail.moveByte(byte, -1) : detail.moveField(-1)),
      ArrowRight: () => (byte ? detail.moveByte(byte, 1) : detail.moveField(1)),
      Enter: () => (closestTo(event, "button, a") ? false : detail.unfold()),
      u: detail.toggleMask,
    }[event.key];
    if (!action || action() === false) return;
    stopFollowing();
    event.preventDefault();
  }

  function step(by) {
    const next = table.neighbour(by);
    if (next) choose(next, undefined);
  }

  /** Selects a frame, as soon as it has come. */
  function goTo(n, field) {
    const there = table.find(n);
    if (there) choose(there, field);
    else wanted = { n, field };
    stopFollowing();
  }

  return { addRecord: rows.addRecord, goTo, step, stopFollowing, showSent, followSent, focus: table.focus, detail };
}

const keyHints = () =>
  [["↑↓", "frame"], ["←→", "field"], ["Enter", "unfold"], ["u", "unmask"]].flatMap(([key, action]) => [el("kbd", {}, key), ` ${action} `]);
