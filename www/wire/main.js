// @ts-check
// The page /wire: the choice of a connection, the address of a frame and a field, and the projector.

import { byId, control, el, setText } from "../shared/dom.js";
import { loadExplanations } from "../shared/explanations.js";
import { setUpProjector } from "./projector.js";
import { findTabs, openOwn, watch } from "./source.js";
import { createWireView } from "./view.js";

const WAIT_FOR_TABS = 300; // milliseconds for the tabs in the chat to answer
const OWN = "own";

const isProjector = new URLSearchParams(location.search).has("project");
const select = control("source");
const view = createWireView(byId("wire"), { onChosen: showInAddress, keyTarget: document });
let tabs = new Map();
let own = null; // this page's own connection
let watching = null;
let watchedToken;
let isDecided = false; // which connection to show first

byId("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = control("say-text").value;
  own?.connection.send(control("say-as").value === "text" ? text : new TextEncoder().encode(text));
  view.followSent();
  // The keys for moving and revealing must not press "Send" again.
  if (isProjector || document.activeElement !== byId("say-text")) view.focus();
});
select.addEventListener("change", () => follow(select.value));
addEventListener("hashchange", goToAddress);
goToAddress();
start();

async function start() {
  await loadExplanations();
  if (isProjector) setUpProjector(view);
  tabs = findTabs(tabsChanged);
  setTimeout(decide, WAIT_FOR_TABS);
}

function tabsChanged() {
  listSources();
  if (!isDecided) return;
  // A chat that has reconnected has a new token.
  if (tabs.has(select.value)) follow(select.value);
}

function decide() {
  isDecided = true;
  const newest = [...tabs.values()].sort((a, b) => b.used - a.used)[0];
  listSources();
  select.value = newest?.tab ?? OWN;
  follow(select.value);
}

function listSources() {
  const before = select.value;
  const chats = [...tabs.values()].map(({ tab, name }) => el("option", { value: tab }, name ? `the chat of ${name}` : "a chat in another tab"));
  select.replaceChildren(...chats, el("option", { value: OWN }, "this page’s own connection"));
  if ([...select.options].some(({ value }) => value === before)) select.value = before;
}

function follow(which) {
  byId("say").hidden = which !== OWN;
  if (which !== OWN) {
    setText(byId("source-note"), "Say something in that chat: each frame appears here.");
    return watchToken(tabs.get(which).token);
  }
  setText(byId("source-note"), tabs.size > 0 ? "" : "No other tab of this browser is in the chat, so this page has opened a connection to /echo: what you send comes back.");
  if (own?.token) return watchToken(own.token);
  if (own) return;
  own = {
    connection: openOwn({
      path: "/echo?watch",
      onToken(token) {
        own.token = token;
        if (select.value === OWN) watchToken(token);
      },
      onEnd: ({ code }) => showState(`the connection ended with ${code}: reload the page for another`),
    }),
  };
}

function watchToken(token) {
  if (token === watchedToken) return;
  watchedToken = token;
  watching?.close();
  const mine = watch(token, {
    onRecord(record) {
      if (mine !== watching) return;
      if (record.t === "hello") showState(`watching connection ${record.conn}`);
      view.addRecord(record);
    },
    onEnd: ({ code, reason }) => mine === watching && showState(`no longer watching: ${reason || code}`),
  });
  watching = mine;
}

const showState = (text) => setText(byId("state"), text);

// "#f14/mask" is frame 14, with the field MASK selected.
function goToAddress() {
  const [, n, field] = /^#f(\d+)(?:\/(\w+))?$/.exec(location.hash) ?? [];
  if (n) view.goTo(Number(n), field);
}

function showInAddress(n, field) {
  history.replaceState(null, "", `#f${n}/${field}`);
}
