// How one entry of the log looks: a line, a whisper, a notice, a day, a gap.

import { el, nameTag, richText } from "../shared/dom.js";
import { foldable } from "./fold.js";
import { clockOf, dayLabel, dayOf, fullOf } from "./time.js";

export function entryItem(entry) {
  const make = { line: lineItem, whisper: lineItem, notice: noticeItem, lost: lostItem }[entry.kind];
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
    foldable(text, richText(text)),
    timeTag(at),
    own ? fate(entry) : null,
  );
}

// What became of an own line: nothing to read once it is sent, but a screen reader and the title say so.
function fate({ state, reason, final }) {
  if (state === "sending") return el("span", { class: "fate" }, "sending…");
  if (state === "sent") return el("span", { class: "fate", title: "sent" }, el("span", { class: "unseen" }, "sent"));
  return el(
    "span",
    { class: "fate" },
    `Not sent: ${reason} `,
    ...(final ? [] : [el("button", { type: "button", class: "plain", "data-does": "retry" }, "Retry"), " "]),
    el("button", { type: "button", class: "plain", "data-does": "discard" }, "Discard"),
  );
}

function noticeItem({ notice, text, topic, at }) {
  const label = { quote: "quote", news: topic ? `news: ${topic}` : "news", tick: "tick", server: "server" }[notice];
  return el(
    "li",
    { class: "notice", "data-kind": notice },
    el("span", { class: "label" }, label ?? ""),
    typeof text === "string" ? foldable(text, richText(text)) : sentence(text),
    timeTag(at),
  );
}

// Our own words around a name of any script: they stay in their order.
function sentence(parts) {
  return el("span", { class: "text" }, ...parts.map((part) => (part.who ? nameTag(part.who) : part)));
}

function lostItem() {
  return el("li", { class: "lost" }, "Some lines were lost here: the server no longer has them.");
}

function timeTag(at) {
  return el("time", { datetime: at, title: fullOf(at) }, clockOf(at));
}
