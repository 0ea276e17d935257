// The page /wire: which connection it shows, the address that leads to a frame and a field, and the projector.

import { byId, el, setText } from "../shared/dom.js";
import { loadExplanations } from "../shared/explanations.js";
import { setUpProjector } from "./projector.js";
import { findTabs, openOwn, watch } from "./source.js";
import { createWireView } from "./view.js";

const ANSWER_WITHIN = 300; // milliseconds for a tab of this browser to say that it chats
const OWN = "own";

const projects = new URLSearchParams(location.search).has("project");
const select = byId("source");
const view = createWireView(byId("wire"), { chosen: showInAddress, keysOn: document });
let tabs = new Map();
let own = null; // this page's own connection
let watching = null;
let watched; // the token
let decided = false;

byId("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("say-text").value;
  own?.link.send(byId("say-as").value === "text" ? text : new TextEncoder().encode(text));
  view.followSent();
  // The keys that walk and reveal must not press "Send" again. Who writes line after line stays in the field.
  if (projects || document.activeElement !== byId("say-text")) view.focus();
});
select.addEventListener("change", () => follow(select.value));
addEventListener("hashchange", goToAddress);
goToAddress();
start();

async function start() {
  await loadExplanations();
  if (projects) setUpProjector(view);
  tabs = findTabs(tabsChanged);
  setTimeout(decide, ANSWER_WITHIN);
}

function tabsChanged() {
  listSources();
  if (!decided) return;
  // A chat that came back has a new connection, and so a new token.
  if (tabs.has(select.value)) follow(select.value);
}

function decide() {
  decided = true;
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
    setText(byId("source-note"), "Say something there: each frame appears here.");
    return watchToken(tabs.get(which).token);
  }
  setText(byId("source-note"), tabs.size > 0 ? "" : "No tab of this browser chats, so this page has opened a connection to /echo: what you send comes back.");
  if (own?.token) return watchToken(own.token);
  if (own) return;
  own = {
    link: openOwn({
      path: "/echo?watch",
      welcomed(token) {
        own.token = token;
        if (select.value === OWN) watchToken(token);
      },
      over: ({ code }) => showState(`the connection ended with ${code}: reload the page for another`),
    }),
  };
}

function watchToken(token) {
  if (token === watched) return;
  watched = token;
  watching?.close();
  const mine = watch(token, {
    hear(record) {
      if (mine !== watching) return;
      if (record.t === "hello") showState(`watching connection ${record.conn}`);
      view.hear(record);
    },
    over: ({ code, reason }) => mine === watching && showState(`no longer watching: ${reason || code}`),
  });
  watching = mine;
}

const showState = (text) => setText(byId("state"), text);

// "#f14/mask" is frame 14 with its mask chosen.
function goToAddress() {
  const [, n, field] = /^#f(\d+)(?:\/(\w+))?$/.exec(location.hash) ?? [];
  if (n) view.goTo(Number(n), field);
}

function showInAddress(n, field) {
  history.replaceState(null, "", `#f${n}/${field}`);
}
