// @ts-check
// One frame, explained. Selecting a field marks its bytes; selecting a byte marks its field.

import { counted } from "../shared/bytes.js";
import { closestTo, el } from "../shared/dom.js";
import { aboutField, aboutRule, sectionOf } from "../shared/explanations.js";
import { bitGrid, byteFields, xorStrip } from "./bits.js";
import { devtoolsSentence, directionOf, isPart, LETTERS, valueOf } from "./describe.js";
import { dumpOf, rulerOf } from "./dump.js";
import { frameOf } from "./frame.js";

/** `onField` gets the name of each field that is selected. */
export function createDetail({ onField }) {
  const root = el("section", { class: "wire-detail", "aria-label": "The selected frame" });
  const view = { frame: null, field: "", at: null, plain: false, folded: true, rowsFolded: 4, columnsFolded: 32, perRow: 16 };
  showNothing("Select a frame: each of its bits is explained here.");

  root.addEventListener("click", (event) => {
    const action = closestTo(event, "[data-action]")?.dataset.action;
    if (action === "unfold") return unfold();
    if (action === "unmask") return toggleMask();
    const place = closestTo(event, "[data-fields]");
    if (place) choosePlace(place);
  });
  new ResizeObserver(() => view.frame && perRow() !== view.perRow && draw()).observe(root);

  function showNothing(text) {
    view.frame = null;
    root.replaceChildren(el("p", { class: "hint" }, text));
  }

  function show(record, field) {
    if (view.frame?.record !== record) {
      view.frame = frameOf(record);
      view.folded = view.frame.wrongAt < view.columnsFolded;
      view.at = null;
      view.field = "";
    }
    const names = view.frame.fields.map(({ name }) => name);
    view.field = names.includes(field) ? field : names.includes(view.field) ? view.field : names[0];
    draw();
    onField(view.field);
  }

  function draw() {
    const focused = root.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset : null;
    build();
    if (perRow() !== view.perRow) {
      view.perRow = perRow(); // known only now that the sides have a width
      build();
    }
    mark();
    if (focused?.at) root.querySelector(`.byte[data-at="${focused.at}"]`)?.focus();
    else if (focused?.action) root.querySelector(`[data-action="${focused.action}"]`)?.focus();
  }

  function build() {
    const { frame } = view;
    const header = [
      el("div", { class: "part", "data-part": "header" }, el("h3", {}, "Header"), bitGrid(frame), byteFields(frame)),
      el("div", { class: "part explanation", "aria-live": "polite" }),
    ];
    const bytes = [
      el("div", { class: "part", "data-part": "bytes" }, el("h3", {}, "Bytes"), maskSwitch(), dumpOf(frame, view)),
      payloadPart(frame),
      rulerOf(frame),
    ];
    root.replaceChildren(
      ...[
        heading(frame),
        verdictOf(frame),
        // Side by side where there is room, so that even a low drawer shows all of it.
        el("div", { class: "sides" }, el("div", {}, ...header), el("div", {}, ...bytes.filter(Boolean))),
        el("p", { class: "tools-say" }, el("b", {}, "Devtools would show: "), devtoolsSentence(frame.record, frame)),
      ].filter(Boolean),
    );
  }

  function maskSwitch() {
    if (!view.frame.masked) return null;
    return el("button", { type: "button", class: "plain mask-switch", "data-action": "unmask", "aria-pressed": String(view.plain) }, view.plain ? "Show masked (u)" : "Show unmasked (u)");
  }

  function payloadPart(frame) {
    const strip = xorStrip(frame, view.folded ? view.columnsFolded : Infinity);
    if (!strip) return null;
    return el("div", { class: "part", "data-part": "payload" }, el("h3", {}, frame.masked ? "Payload: masked ⊕ key = plain" : "Payload"), strip);
  }

  // A byte with several fields: each click selects the next of them.
  function choosePlace(place) {
    const names = place.dataset.fields.split(" ");
    const at = place.dataset.at === undefined ? null : Number(place.dataset.at);
    const turn = at !== null && at === view.at ? names.indexOf(view.field) + 1 : 0;
    view.at = at;
    chooseField(names[turn % names.length]);
    if (place.matches(".byte")) place.focus();
  }

  function chooseField(name) {
    view.field = name;
    mark();
    onField(name);
  }

  function mark() {
    for (const place of root.querySelectorAll("[data-fields]")) {
      const isMarked = place.dataset.fields.split(" ").includes(view.field);
      place.classList.toggle("marked", isMarked);
      place.classList.toggle("here", view.at !== null && place.dataset.at === String(view.at));
      if (place.hasAttribute("aria-pressed")) place.setAttribute("aria-pressed", String(isMarked));
      if (place.matches("button:not([aria-pressed])")) place.tabIndex = -1;
      else if (place.hasAttribute("aria-pressed")) place.tabIndex = isMarked ? 0 : -1;
    }
    const entry = root.querySelector(".byte.here") ?? root.querySelector(".byte.marked");
    if (entry) entry.tabIndex = 0;
    explain();
  }

  function explain() {
    const field = view.frame.fields.find(({ name }) => name === view.field);
    const box = root.querySelector(".explanation");
    if (!field || !box) return;
    const { label, sentence, section, without } = aboutField(field.name);
    box.replaceChildren(
      ...[
        el("h3", {}, el("b", { class: `letter field-${field.name}` }, LETTERS[field.name] ?? "?"), " ", label, el("span", { class: "section" }, section ? sectionOf(section) : "")),
        el("p", { class: "value" }, valueOf(field, view.frame)),
        sentence ? el("p", {}, sentence) : null,
        without ? el("p", { class: "without" }, el("b", {}, "If not: "), without) : null,
      ].filter(Boolean),
    );
  }

  /** Selects the next field (1) or the previous one (-1). */
  function moveField(by) {
    const { frame, field } = view;
    if (!frame) return;
    const at = frame.fields.findIndex(({ name }) => name === field);
    view.at = null;
    const next = frame.fields[Math.min(frame.fields.length - 1, Math.max(0, at + by))];
    const hadFocus = root.querySelector(".field-box:focus");
    chooseField(next.name);
    if (hadFocus) root.querySelector(".field-box.marked")?.focus();
  }

  /** With the focus on a byte, the arrow keys go from byte to byte. */
  function moveByte(from, by) {
    const bytes = [...root.querySelectorAll(".byte")];
    const next = bytes[bytes.indexOf(from) + by];
    if (next) choosePlace(next);
  }

  function unfold() {
    if (!view.frame) return;
    view.folded = !view.folded;
    draw();
  }

  function toggleMask() {
    view.plain = !view.plain;
    if (view.frame) draw();
  }

  const perRow = () => (sideWidth() < 28 * rem() ? 8 : 16);
  // The width of one side, or of the whole if there is only one.
  const sideWidth = () => root.querySelector(".sides > :last-child")?.clientWidth ?? 0;
  const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
  return { root, show, showNothing, moveField, moveByte, unfold, toggleMask, chooseField, current: () => view };
}

function heading(frame) {
  const { record, kind, length } = frame;
  const part = isPart(record) ? `, part ${record.msg.part} of message ${record.msg.id}` : "";
  return el("h2", {}, `Frame ${record.n} `, el("span", { class: "of" }, `${directionOf(record)} · ${kind}${part} · ${counted(length ?? 0, "byte")}`));
}

function verdictOf({ refused, record: { verdict } }) {
  if (!refused) return null;
  const { label, sentence } = aboutRule(verdict);
  return el("p", { class: "refusal" }, el("b", {}, el("span", { "aria-hidden": "true" }, "✕ "), `Refused: ${label}`), sentence ? ` ${sentence}` : "", ` ${sectionOf(verdict.section)} → Close ${verdict.close}`);
}
