// @ts-check
// A WebSocket that reconnects after 0.5 s, 1 s, 2 s … 30 s, each shortened at random so that a thousand pages do not return
// at once.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
const OPENING_TIMEOUT = 10_000;
const STABLE_AFTER = 5_000; // after a connection of this length, the next wait is the first again
const FIRST_PING = 1_000;
const PING_INTERVAL = 15_000;
const PONG_TIMEOUT = 10_000;

const REPLACED = 4001; // another connection has our name: two pages must not keep taking it from each other
const POLICY_VIOLATION = 1008; // too much or too slow: reconnecting at once would not help

/**
 * `onMessage` gets each JSON object from the server. `onState` gets the state: `until` is the time of the next attempt, `rtt`
 * the last round trip in milliseconds.
 *
 * @typedef {{ is: "connecting" | "online" | "waiting" | "replaced" | "closed", until?: number, rtt?: number }} State
 * @param {{ url: string, protocol: string, onMessage: (message: any) => void, onState: (state: State) => void }} options
 */
export function createConnection({ url, protocol, onMessage, onState }) {
  let socket = null;
  let attempts = 0;
  let openedAt = 0;
  let timers = [];
  let awaitingPong = false;

  function open() {
    discard();
    onState({ is: "connecting" });
    const mine = new WebSocket(url, protocol);
    socket = mine;
    after(OPENING_TIMEOUT, () => lost(mine));
    mine.addEventListener("open", () => {
      if (mine !== socket) return;
      clearTimers();
      openedAt = Date.now();
      onState({ is: "online" });
      after(FIRST_PING, ping);
    });
    mine.addEventListener("message", (event) => {
      if (mine !== socket) return;
      if (awaitingPong) scheduleNextPing(); // any message is a sign of life
      const message = parse(event.data);
      if (message?.type === "pong") onState({ is: "online", rtt: Math.max(0, Math.round(performance.now() - message.t)) });
      else if (message) onMessage(message);
    });
    mine.addEventListener("close", (event) => lost(mine, event.code));
  }

  function lost(which, code = undefined) {
    if (which !== socket) return;
    discard();
    if (code === REPLACED) return onState({ is: "replaced" });
    if (openedAt && Date.now() - openedAt > STABLE_AFTER) attempts = 0;
    if (code === POLICY_VIOLATION) attempts = Math.max(attempts, 4);
    openedAt = 0;
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempts);
    const wait = longest * (0.5 + Math.random() / 2);
    attempts += 1;
    after(wait, open);
    onState({ is: "waiting", until: Date.now() + wait });
  }

  // A cable that is pulled out closes nothing: only the missing pong shows it.
  function ping() {
    clearTimers();
    const mine = socket;
    awaitingPong = true;
    send({ type: "ping", t: Math.round(performance.now()) });
    after(PONG_TIMEOUT, () => lost(mine));
  }

  function scheduleNextPing() {
    clearTimers();
    after(PING_INTERVAL, ping);
  }

  function send(message) {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  function close() {
    discard();
    attempts = 0;
    onState({ is: "closed" });
  }

  function discard() {
    clearTimers();
    const old = socket;
    socket = null; // its late events are ignored
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

  // Only hints: a server on this machine needs no network.
  addEventListener("online", () => {
    if (socket === null && timers.length > 0) open();
  });
  addEventListener("offline", () => {
    if (socket?.readyState === WebSocket.OPEN) ping();
  });

  return { open, close, send };
}

/** A WebSocket that does not reconnect. It sends `greeting` first, if there is one. */
export function openOnce({ path, protocol = undefined, greeting = undefined, onMessage, onEnd }) {
  const socket = new WebSocket(addressOf(path), protocol ?? []);
  if (greeting) socket.addEventListener("open", () => socket.send(JSON.stringify(greeting)));
  socket.addEventListener("message", (event) => {
    const message = parse(event.data);
    if (message) onMessage(message);
  });
  socket.addEventListener("close", ({ code, reason }) => onEnd({ code, reason }));
  return {
    send: (text) => socket.readyState === WebSocket.OPEN && (socket.send(text), true),
    close: () => socket.close(1000),
  };
}

/** The address of a WebSocket on this server: `wss` if the page was loaded with `https`. */
export const addressOf = (path) => `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}`;

function parse(data) {
  try {
    const message = JSON.parse(data);
    return typeof message === "object" ? message : null;
  } catch {
    return null; // not JSON: ignored
  }
}
