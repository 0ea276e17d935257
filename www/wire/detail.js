// One frame, explained: its bytes, its header bit by bit, its payload with and without the mask, and what the
// chosen field means. Choosing a field marks its bytes, choosing a byte marks its field.

import { counted } from "../shared/bytes.js";
import { el } from "../shared/dom.js";
import { aboutField, aboutRule, sectionOf } from "../shared/explanations.js";
import { bitGrid, byteFields, xorStrip } from "./bits.js";
import { devtoolsSentence, directionOf, isPart, LETTERS, valueOf } from "./describe.js";
import { dumpOf, rulerOf } from "./dump.js";
import { frameOf } from "./frame.js";

/** `fieldChosen` is called with the name of each field that is chosen. */
export function createDetail({ fieldChosen }) {
  const root = el("section", { class: "wire-detail", "aria-label": "The chosen frame" });
  const view = { frame: null, field: "", at: null, plain: false, folded: true, rowsFolded: 4, columnsFolded: 32, perRow: 16 };
  showNothing("Choose a frame: each of its bits is explained here.");

  root.addEventListener("click", (event) => {
    const does = event.target.closest("[data-does]")?.dataset.does;
    if (does === "unfold") return unfold();
    if (does === "unmask") return toggleMask();
    const place = event.target.closest("[data-fields]");
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
    fieldChosen(view.field);
  }

  function draw() {
    const focused = root.contains(document.activeElement) ? document.activeElement.dataset : null;
    place();
    if (perRow() !== view.perRow) {
      view.perRow = perRow(); // known when the sides have their width
      place();
    }
    marks();
    if (focused?.at) root.querySelector(`.byte[data-at="${focused.at}"]`)?.focus();
    else if (focused?.does) root.querySelector(`[data-does="${focused.does}"]`)?.focus();
  }

  function place() {
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
        // Side by side, where there is room: so all of it is seen at once, however low the drawer is.
        el("div", { class: "sides" }, el("div", {}, ...header), el("div", {}, ...bytes.filter(Boolean))),
        el("p", { class: "tools-say" }, el("b", {}, "Devtools would show: "), devtoolsSentence(frame.record, frame)),
      ].filter(Boolean),
    );
  }

  function maskSwitch() {
    if (!view.frame.masked) return null;
    return el("button", { type: "button", class: "plain mask-switch", "data-does": "unmask", "aria-pressed": String(view.plain) }, view.plain ? "Show masked (u)" : "Show unmasked (u)");
  }

  function payloadPart(frame) {
    const strip = xorStrip(frame, view.folded ? view.columnsFolded : Infinity);
    if (!strip) return null;
    return el("div", { class: "part", "data-part": "payload" }, el("h3", {}, frame.masked ? "Payload: masked ⊕ key = plain" : "Payload"), strip);
  }

  // A byte of several fields gives them in turn.
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
    marks();
    fieldChosen(name);
  }

  function marks() {
    for (const place of root.querySelectorAll("[data-fields]")) {
      const marked = place.dataset.fields.split(" ").includes(view.field);
      place.classList.toggle("marked", marked);
      place.classList.toggle("here", view.at !== null && place.dataset.at === String(view.at));
      if (place.hasAttribute("aria-pressed")) place.setAttribute("aria-pressed", String(marked));
      if (place.matches("button:not([aria-pressed])")) place.tabIndex = -1;
      else if (place.hasAttribute("aria-pressed")) place.tabIndex = marked ? 0 : -1;
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

  /** To the next field (1) or the one before (-1). */
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

  /** In the bytes the arrows go from byte to byte. */
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
  // Of one side, or of all when there is only one.
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
