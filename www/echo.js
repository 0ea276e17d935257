// A complete WebSocket client: open, send, show what comes, say when it ends.

const log = document.getElementById("log");
const form = document.getElementById("form");
const field = form.elements.text;
const button = form.querySelector("button");

const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const socket = new WebSocket(`${scheme}//${location.host}/echo`);

socket.addEventListener("open", () => showState("open", "connected to /echo"));
socket.addEventListener("message", (event) => show("came", "came back", event.data));
socket.addEventListener("close", (event) => {
  // 1006 never travels: it is the browser's name for "no Close came".
  showState("closed", `closed with ${event.code} ${event.reason}`.trim() + " · reload to connect again");
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN || field.value === "") return;
  socket.send(field.value);
  show("sent", "you sent", field.value);
  field.value = "";
});

function showState(light, text) {
  document.getElementById("light").className = `light ${light}`;
  document.getElementById("state").textContent = text;
  button.disabled = light !== "open";
}

// What is shown is always set as text: a message can hold anything.
function show(kind, who, text) {
  const bytes = new TextEncoder().encode(text).length;
  const line = document.createElement("li");
  line.className = kind;
  line.append(part("who", who), part("text", text), part("size", `${bytes} B`));
  log.append(line);
  log.scrollTop = log.scrollHeight;
}

function part(name, text) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}

button.disabled = true;
