// One WebSocket that comes back: it opens, notices when the line is dead, and tries again after
// 0.5 s, 1 s, 2 s … 30 s, each shortened at random so that a thousand pages do not return at once.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
const OPENING_TIME = 10_000; // a connection that takes longer to open is given up
const STABLE_AFTER = 5_000; // one that lived so long starts the waits anew
const FIRST_PING = 1_000;
const PING_EVERY = 15_000;
const PONG_WITHIN = 10_000;

const REPLACED = 4001; // this name is now used elsewhere: to return by itself would be a tug of war
const POLICY = 1008; // too much or too slow: returning at once would not be better

/**
 * `hear` gets every JSON object from the server; `show` gets `{ is, until?, rtt? }` where `is` is
 * "connecting", "online", "waiting" (with the time of the next attempt), "replaced" or "closed".
 */
export function createLink({ url, protocol, hear, show }) {
  let socket = null;
  let attempts = 0;
  let openedAt = 0;
  let timers = [];
  let awaitingPong = false;

  function open() {
    drop();
    show({ is: "connecting" });
    const mine = new WebSocket(url, protocol);
    socket = mine;
    after(OPENING_TIME, () => lost(mine));
    mine.addEventListener("open", () => {
      if (mine !== socket) return;
      clearTimers();
      openedAt = Date.now();
      show({ is: "online" });
      after(FIRST_PING, ping);
    });
    mine.addEventListener("message", (event) => {
      if (mine !== socket) return;
      if (awaitingPong) alive(); // whatever came, the line is not dead
      const message = parse(event.data);
      if (message?.type === "pong") show({ is: "online", rtt: Math.max(0, Math.round(performance.now() - message.t)) });
      else if (message) hear(message);
    });
    mine.addEventListener("close", (event) => lost(mine, event.code));
  }

  function lost(which, code) {
    if (which !== socket) return;
    drop();
    if (code === REPLACED) return show({ is: "replaced" });
    if (openedAt && Date.now() - openedAt > STABLE_AFTER) attempts = 0;
    if (code === POLICY) attempts = Math.max(attempts, 4);
    openedAt = 0;
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempts);
    const wait = longest * (0.5 + Math.random() / 2);
    attempts += 1;
    after(wait, open);
    show({ is: "waiting", until: Date.now() + wait });
  }

  // A cable that was pulled closes nothing: only a ping without an answer shows it.
  function ping() {
    clearTimers();
    const mine = socket;
    awaitingPong = true;
    send({ type: "ping", t: Math.round(performance.now()) });
    after(PONG_WITHIN, () => lost(mine));
  }

  function alive() {
    clearTimers();
    after(PING_EVERY, ping);
  }

  function send(message) {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  function close() {
    drop();
    attempts = 0;
    show({ is: "closed" });
  }

  function drop() {
    clearTimers();
    const old = socket;
    socket = null; // its late events are nobody's
    old?.close(1000);
  }

  function after(milliseconds, action) {
    timers.push(setTimeout(action, milliseconds));
  }

  function clearTimers() {
    timers.forEach(clearTimeout);
    timers = [];
    awaitingPong = false;
  }

  // The browser's word about the network is a hint: a server on this machine needs none.
  addEventListener("online", () => {
    if (socket === null && timers.length > 0) open();
  });
  addEventListener("offline", () => {
    if (socket?.readyState === WebSocket.OPEN) ping();
  });

  return { open, close, send };
}

/**
 * One WebSocket that does not come back: says `greeting`, if there is one, gives every JSON object to `hear`, and
 * its end to `over`, once, as `{ code, reason }`.
 */
export function openOnce({ path, protocol, greeting, hear, over }) {
  const socket = new WebSocket(addressOf(path), protocol ?? []);
  if (greeting) socket.addEventListener("open", () => socket.send(JSON.stringify(greeting)));
  socket.addEventListener("message", (event) => {
    const message = parse(event.data);
    if (message) hear(message);
  });
  socket.addEventListener("close", ({ code, reason }) => over({ code, reason }));
  return {
    send: (text) => socket.readyState === WebSocket.OPEN && (socket.send(text), true),
    close: () => socket.close(1000),
  };
}

/** Where a path of this server is as a WebSocket: `wss` when the page itself came by `https`. */
export const addressOf = (path) => `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}`;

function parse(data) {
  try {
    const message = JSON.parse(data);
    return typeof message === "object" ? message : null;
  } catch {
    return null; // not of this protocol
  }
}
