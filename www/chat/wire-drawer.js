// "Show the wire": the frames of this very chat, in a drawer below it. Nothing is watched while it is shut.

import { byId, setText } from "../shared/dom.js";
import { loadExplanations } from "../shared/explanations.js";
import { createOffer, watch } from "../wire/source.js";
import { createWireView } from "../wire/view.js";
import { state } from "./state.js";
import { setUpHeight } from "./wire-height.js";

const [drawer, button] = [byId("wire-drawer"), byId("show-wire")];
const offer = createOffer();
let token;
setUpHeight(byId("wire-height"), drawer);
let view = null; // made when the drawer is opened first
let watching = null;

button.addEventListener("click", () => toggle(drawer.hidden));
drawer.querySelector(".close").addEventListener("click", () => toggle(false));
drawer.addEventListener("keydown", (event) => {
  if (event.key === "Escape") toggle(false);
});

/** The chat's connection is a new one. */
export function offerOwn(given) {
  token = given;
  offer({ token, name: state.me });
  if (!drawer.hidden) start();
}

async function toggle(open) {
  drawer.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  if (!open) {
    watching?.close();
    watching = null;
    return button.focus();
  }
  drawer.querySelector(".close").focus();
  if (!view) {
    view = createWireView(byId("wire"), { chosen: linkTo, keysOn: drawer });
    Object.assign(view.detail.current(), { rowsFolded: 3, columnsFolded: 16 });
    await loadExplanations();
  }
  start();
  view.showSent();
}

// The full page opens where the drawer is.
function linkTo(n, field) {
  byId("wire-full").setAttribute("href", `wire#f${n}/${field}`);
}

function start() {
  if (!token || !view) return;
  watching?.close();
  const mine = watch(token, {
    hear: (record) => mine === watching && view.hear(record),
    over: ({ code, reason }) => mine === watching && setText(byId("wire-state"), `no longer watched: ${reason || code}`),
  });
  watching = mine;
  setText(byId("wire-state"), "");
}
