// The state of the connection in words, and what can be done about it.

import { byId, setText } from "../shared/dom.js";

let countdown;

export function showState(link) {
  clearInterval(countdown);
  if (link.is !== "waiting") return render(link);
  render(link);
  countdown = setInterval(() => render(link), 500);
}

export function onState({ tryNow, continueHere }) {
  byId("try-now").addEventListener("click", tryNow);
  byId("continue-here").addEventListener("click", continueHere);
}

export function showTitle(room, unread) {
  document.title = `${unread > 0 ? `(${unread}) ` : ""}${room ? `${room} · ` : ""}ws101`;
}

export function showTyping(names) {
  setText(byId("typing"), typingText(names));
}

/** One sentence for a screen reader: the countdown itself would be read every second. */
export function announce(sentence) {
  setText(byId("announcement"), sentence);
}

function render(link) {
  const seconds = Math.max(1, Math.ceil(((link.until ?? 0) - Date.now()) / 1000));
  const [dataState, text] = {
    connecting: ["connecting", "connecting…"],
    online: ["online", link.rtt === undefined ? "connected" : `connected · ${link.rtt} ms`],
    waiting: ["offline", `${navigator.onLine ? "" : "no network: "}reconnecting in ${seconds} s`],
    replaced: ["replaced", "continued elsewhere"],
    closed: ["offline", "not connected"],
  }[link.is];
  const state = byId("state");
  state.dataset.state = dataState;
  setText(state, text);
  byId("try-now").hidden = link.is !== "waiting";
  byId("replaced").hidden = link.is !== "replaced";
}

function typingText(names) {
  if (names.length === 0) return "";
  if (names.length === 1) return `${names[0]} is typing…`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing…`;
  return `${names.length} people are typing…`;
}
