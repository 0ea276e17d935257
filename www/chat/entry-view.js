// @ts-check
// How an entry of the log looks: a line, a whisper, a notice, a date, a gap.

import { el, nameTag, richText } from "../shared/dom.js";
import { markFoldable } from "./fold.js";
import { clockOf, dayLabel, dayOf, fullOf } from "./time.js";

export function entryItem(entry) {
  const make = { line: lineItem, whisper: lineItem, notice: noticeItem, lost: gapItem }[entry.kind];
  const item = make(entry);
  item.dataset.day = dayOf(entry.at);
  return item;
}

export function dayItem(at) {
  return el("li", { class: "day" }, el("time", { datetime: at.slice(0, 10) }, dayLabel(at)));
}

function lineItem(entry) {
  const { kind, seq, id, from, to, text, at, own } = entry;
  const names = el("span", { class: "from", title: from }, nameTag(from));
  if (kind === "whisper") names.append(el("span", { class: "to" }, " to ", nameTag(to)));
  return el(
    "li",
    {
      class: ["line", kind === "whisper" && "whisper", own && "own"].filter(Boolean).join(" "),
      "data-seq": seq,
      "data-state": entry.state,
      "data-id": own ? id : undefined,
    },
    names,
    markFoldable(text, richText(text)),
    timeTag(at),
    own ? delivery(entry) : null,
  );
}

/** Whether an own line has arrived. That it was sent is not shown, but a screen reader and the tooltip say so. */
function delivery({ state, reason, isFinal }) {
  if (state === "sending") return el("span", { class: "delivery" }, "sending…");
  if (state === "sent") return el("span", { class: "delivery", title: "sent" }, el("span", { class: "unseen" }, "sent"));
  return el(
    "span",
    { class: "delivery" },
    `Not sent: ${reason} `,
    ...(isFinal ? [] : [el("button", { type: "button", class: "plain", "data-action": "retry" }, "Retry"), " "]),
    el("button", { type: "button", class: "plain", "data-action": "discard" }, "Discard"),
  );
}

function noticeItem(/** @type {import("./state.js").Entry} */ { notice, text, topic, at }) {
  const label = { quote: "quote", news: topic ? `news: ${topic}` : "news", tick: "tick", server: "server" }[notice];
  return el(
    "li",
    { class: "notice", "data-kind": notice },
    el("span", { class: "label" }, label ?? ""),
    typeof text === "string" ? noticeText(notice, text) : sentence(text),
    timeTag(at),
  );
}

// The answer to a command is shown whole.
const noticeText = (notice, text) => (notice === "help" ? richText(text) : markFoldable(text, richText(text)));

// The page's own words around names in any script: the words keep their order.
function sentence(parts) {
  return el("span", { class: "text" }, ...parts.map((part) => (part.who ? nameTag(part.who) : part)));
}

function gapItem() {
  return el("li", { class: "lost" }, "Some lines are missing here: the server no longer has them.");
}

function timeTag(at) {
  return el("time", { datetime: at, title: fullOf(at) }, clockOf(at));
}
