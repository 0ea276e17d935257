// Cheeper, a complete client of this server. Read it from top to bottom: it joins a room, shows what
// is said there, sends what you type, and reconnects when the connection is lost. Nothing more.

const ROOM = "cheeper";
const find = (id) => document.getElementById(id);
const suffix = Math.random().toString(36).slice(2, 5);

// The chat keeps the nickname in a cookie; a visitor without one is a guest.
const cookies = new URLSearchParams(document.cookie.replaceAll("; ", "&"));
let name = cookies.get("name") || `guest-${suffix}`;
let socket;

// 1. Open a WebSocket. It begins as an HTTP request; then both sides send messages on that connection
//    at any time. "wss" is to "ws" what "https" is to "http".
function connect() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/ws`, "chat.ws101.v1");
  // 3. Each message is one JSON object. Its type says which of the handlers below it is for.
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    handlers[message.type]?.(message);
  };
  // 4. A connection can end at any time. Wait, but not as long as every other page, and open another.
  socket.onclose = () => {
    showState("offline", "connection lost, trying again");
    setTimeout(connect, 1000 + 2000 * Math.random());
  };
}

// 2. Messages to the server are JSON, too.
const send = (message) => socket.send(JSON.stringify(message));
const join = () => send({ type: "join", name, room: ROOM });
const handlers = {
  // The server speaks first. Then we may join, and are sent what was said before.
  welcome: join,
  joined(message) {
    name = find("name").value = message.name;
    find("feed").replaceChildren();
    message.messages.forEach(show);
    showState("online", "connected");
  },
  said: show, // by anyone in the room, ourselves included: so we know that it has arrived
  renamed: (message) => (name = message.from === name ? message.to : name),
  error({ code, about, message, retry_ms }) {
    find("name").value = name;
    if (about === "join" && retry_ms) return setTimeout(join, retry_ms);
    if (about !== "join" || name.endsWith(suffix)) return showState("online", message);
    // Perhaps another tab is in the chat: only one connection can have a name.
    name = code === "name_taken" ? `${[...name].slice(0, 28).join("")}-${suffix}` : `guest-${suffix}`;
    join();
  },
};

function show({ from, at, text }) {
  const cheep = find("cheep").content.cloneNode(true);
  // textContent takes everything literally: markup in a cheep stays visible text.
  cheep.querySelector("b").textContent = from;
  cheep.querySelector("time").textContent = new Date(at).toLocaleString();
  cheep.querySelector(".text").textContent = text;
  find("feed").prepend(cheep);
}

function showState(state, text) {
  find("state").dataset.state = state;
  find("state").textContent = text;
  document.querySelector("button").disabled = state !== "online";
}

find("form").addEventListener("submit", (event) => {
  event.preventDefault(); // or the browser would load another page
  const [wanted, text] = [find("name").value.trim(), find("text").value.trim()];
  if (wanted && wanted !== name) send({ type: "name", name: wanted });
  if ([...text].length > 140) return showState("online", `${[...text].length} characters: at most 140 fit`);
  if (text) send({ type: "say", room: ROOM, text });
  find("text").value = "";
  showState("online", "connected");
});

connect();
