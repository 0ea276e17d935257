// @ts-check
// The state of the connection, and what the reader can do about it.

import { byId, setText } from "../shared/dom.js";

let countdown;

export function showState(connection) {
  clearInterval(countdown);
  render(connection);
  if (connection.is === "waiting") countdown = setInterval(() => render(connection), 500);
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

/** Says one sentence to a screen reader, which would read out a countdown every second. */
export function announce(sentence) {
  setText(byId("announcement"), sentence);
}

function render(connection) {
  const seconds = Math.max(1, Math.ceil(((connection.until ?? 0) - Date.now()) / 1000));
  const [dataState, text] = {
    connecting: ["connecting", "connecting…"],
    online: ["online", connection.rtt === undefined ? "connected" : `connected · ${connection.rtt} ms`],
    waiting: ["offline", `${navigator.onLine ? "" : "no network: "}reconnecting in ${seconds} s`],
    replaced: ["replaced", "continued in another tab"],
    closed: ["offline", "not connected"],
  }[connection.is];
  const state = byId("state");
  state.dataset.state = dataState;
  setText(state, text);
  byId("try-now").hidden = connection.is !== "waiting";
  byId("replaced").hidden = connection.is !== "replaced";
}

function typingText(names) {
  if (names.length === 0) return "";
  if (names.length === 1) return `${names[0]} is typing…`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing…`;
  return `${names.length} people are typing…`;
}
