// @ts-check
// The page /echo-demo: what was sent and what came back, each with its size in bytes.

import { byId, control, el } from "../shared/dom.js";
import { addressOf } from "../shared/socket.js";

const log = byId("log");
const form = byId("form");
const field = control("text");
const button = form.querySelector("button");

const socket = new WebSocket(addressOf("/echo"));

socket.addEventListener("open", () => showState("online", "connected to /echo"));
socket.addEventListener("message", (event) => show("came", "came back", event.data));
socket.addEventListener("close", ({ code, reason }) => {
  // §7.4.1: 1006 is never sent. It is what the browser reports if no Close came.
  showState("offline", `closed with ${[code, reason].filter(Boolean).join(" ")}: reload to connect again`);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN || field.value === "") return;
  socket.send(field.value);
  show("sent", "you sent", field.value);
  field.value = "";
});

function showState(is, text) {
  byId("state").dataset.state = is;
  byId("state").textContent = text;
  button.disabled = is !== "online";
}

function show(kind, who, text) {
  const bytes = new TextEncoder().encode(text).length;
  log.append(
    el(
      "li",
      { class: kind },
      el("span", { class: "who" }, who),
      el("span", { class: "text", dir: "auto" }, text),
      el("span", { class: "size" }, `${bytes} ${bytes === 1 ? "byte" : "bytes"}`),
    ),
  );
  log.scrollTop = log.scrollHeight;
}
