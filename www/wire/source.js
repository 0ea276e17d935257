// @ts-check
// The connection whose frames are shown. A tab in the chat tells the other tabs of this browser its token, on a channel that
// does not leave the browser: the token is in no address and in no log.

import { openOnce } from "../shared/socket.js";

const channel = new BroadcastChannel("ws101.wire");
const tab = crypto.getRandomValues(new Uint32Array(2)).join("-");

/** For the chat: offers its connection to the other tabs, now and whenever one asks. */
export function createOffer() {
  let mine = null;
  let used = Date.now(); // /wire shows the tab that was used last
  const announce = () => mine && channel.postMessage({ type: "here", tab, used, ...mine });
  document.addEventListener("visibilitychange", () => (used = Date.now()));
  channel.addEventListener("message", ({ data }) => data.type === "who" && announce());
  addEventListener("pagehide", () => channel.postMessage({ type: "gone", tab }));
  return (offered) => {
    mine = { ...mine, ...offered };
    if (mine.token) announce();
  };
}

/** For the wire page: finds the tabs in the chat. `onChange` gets the Map of them, by id, whenever it changes. */
export function findTabs(onChange) {
  const tabs = new Map();
  channel.addEventListener("message", ({ data }) => {
    if (data.type === "here") tabs.set(data.tab, data);
    else if (data.type !== "gone" || !tabs.delete(data.tab)) return;
    onChange(tabs);
  });
  channel.postMessage({ type: "who" });
  return tabs;
}

/** Opens a connection of this page's own to watch. `onToken` gets its token, which is in the server's first message. */
export function openOwn({ path, protocol = undefined, onToken, onEnd }) {
  let isKnown = false;
  return openOnce({
    path,
    protocol,
    onMessage({ wire, token }) {
      if (!isKnown) onToken(wire ?? token);
      isKnown = true;
    },
    onEnd,
  });
}

/** Watches the connection with this token. */
export function watch(token, { onRecord, onEnd }) {
  const connection = openOnce({
    path: "/ws/wire",
    greeting: { type: "watch", token },
    onMessage(record) {
      if (record.type !== "error") return onRecord(record);
      connection.close();
      onEnd({ reason: record.message });
    },
    onEnd,
  });
  return connection;
}
