// Whose frames are shown. A tab that chats tells the other tabs of this browser the token of its connection, on a
// channel that does not leave the browser: so the token is in no address, and in nobody's log.

import { openOnce } from "../shared/socket.js";

const channel = new BroadcastChannel("ws101.wire");
const tab = crypto.getRandomValues(new Uint32Array(2)).join("-");

/** Of a page that chats: says what it has now, and again whenever somebody asks. */
export function createOffer() {
  let mine = null;
  let used = Date.now(); // the tab that was looked at last is the one that is meant
  const say = () => mine && channel.postMessage({ type: "here", tab, used, ...mine });
  document.addEventListener("visibilitychange", () => (used = Date.now()));
  channel.addEventListener("message", ({ data }) => data.type === "who" && say());
  addEventListener("pagehide", () => channel.postMessage({ type: "gone", tab }));
  return (offered) => {
    mine = { ...mine, ...offered };
    if (mine.token) say();
  };
}

/** Of a page that shows: `changed` gets the Map of tabs that chat, by their id, whenever it changes. */
export function findTabs(changed) {
  const tabs = new Map();
  channel.addEventListener("message", ({ data }) => {
    if (data.type === "here") tabs.set(data.tab, data);
    else if (data.type !== "gone" || !tabs.delete(data.tab)) return;
    changed(tabs);
  });
  channel.postMessage({ type: "who" });
  return tabs;
}

/** A connection of this page's own, for looking at: `welcomed` gets its token. The server says it first. */
export function openOwn({ path, protocol, welcomed, over }) {
  let known = false;
  return openOnce({
    path,
    protocol,
    hear({ wire, token }) {
      if (!known) welcomed(wire ?? token);
      known = true;
    },
    over,
  });
}

/** Watches the connection with this token. */
export function watch(token, { hear, over }) {
  const link = openOnce({
    path: "/ws/wire",
    greeting: { type: "watch", token },
    hear(record) {
      if (record.type !== "error") return hear(record);
      link.close();
      over({ reason: record.message });
    },
    over,
  });
  return link;
}
