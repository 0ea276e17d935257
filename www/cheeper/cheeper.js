// Cheeper, a complete client of this server. Read it from top to bottom: it joins a room, shows what
// is said there, says something itself, and comes back when the connection is lost. Nothing more.

const ROOM = "cheeper";
const find = (id) => document.getElementById(id);
const tail = Math.random().toString(36).slice(2, 5);

// The chat keeps the nickname in a cookie; a visitor without one is a guest.
const cookies = new URLSearchParams(document.cookie.replaceAll("; ", "&"));
let name = cookies.get("name") || `guest-${tail}`;
let socket;

// 1. Open a WebSocket: an HTTP request that both sides then go on using for messages, in both
//    directions and at any time. "wss" is to "ws" what "https" is to "http".
function connect() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/ws`, "chat.ws101.v1");
  // 3. Every message is one JSON object, and its type says which of the functions below it is for.
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    heard[message.type]?.(message);
  };
  // 4. A connection can end at any time. Wait a moment, not the same for everyone, and open another.
  socket.onclose = () => {
    showState("offline", "connection lost, trying again");
    setTimeout(connect, 1000 + 2000 * Math.random());
  };
}

// 2. Messages go out as JSON too.
const send = (message) => socket.send(JSON.stringify(message));
const join = () => send({ type: "join", name, room: ROOM });
const heard = {
  // The server speaks first. After that we may join, and are told what was said before.
  welcome: join,
  joined(message) {
    name = find("name").value = message.name;
    find("feed").replaceChildren();
    message.messages.forEach(show);
    showState("online", "connected");
  },
  said: show, // by anyone in the room, ourselves included: that is how we know it arrived
  renamed: (message) => (name = message.from === name ? message.to : name),
  error({ code, about, message, retry_ms }) {
    find("name").value = name;
    if (about === "join" && retry_ms) return setTimeout(join, retry_ms);
    if (about !== "join" || name.endsWith(tail)) return showState("online", message);
    // Perhaps we chat in another tab, and a name is for one connection only.
    name = code === "name_taken" ? `${[...name].slice(0, 28).join("")}-${tail}` : `guest-${tail}`;
    join();
  },
};

function show({ from, at, text }) {
  const cheep = find("cheep").content.cloneNode(true);
  // textContent takes everything literally: markup in a cheep stays markup that one can read.
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
  event.preventDefault(); // the page stays: there is nothing to load
  const [wish, text] = [find("name").value.trim(), find("text").value.trim()];
  if (wish && wish !== name) send({ type: "name", name: wish });
  if ([...text].length > 140) return showState("online", `${[...text].length} characters: 140 fit`);
  if (text) send({ type: "say", room: ROOM, text });
  find("text").value = "";
  showState("online", "connected");
});

connect();
