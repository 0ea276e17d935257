// @ts-check
// "Show the wire": the frames of this chat's own connection. Nothing is watched while the drawer is closed.

import { byId, setText } from "../shared/dom.js";
import { loadExplanations } from "../shared/explanations.js";
import { createOffer, watch } from "../wire/source.js";
import { createWireView } from "../wire/view.js";
import { state } from "./state.js";
import { setUpHeight } from "./wire-height.js";

const [drawer, button] = [byId("wire-drawer"), byId("show-wire")];
const closeButton = drawer.querySelector("button");
const offer = createOffer();
let token; // of the chat's connection
let view = null; // made when the drawer is first opened
let watching = null;

setUpHeight(byId("wire-height"), drawer);
button.addEventListener("click", () => toggle(drawer.hidden));
closeButton.addEventListener("click", () => toggle(false));
drawer.addEventListener("keydown", (event) => {
  if (event.key === "Escape") toggle(false);
});

/** The chat has a new connection. */
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
  closeButton.focus();
  if (!view) {
    view = createWireView(byId("wire"), { onChosen: linkTo, keyTarget: drawer });
    Object.assign(view.detail.current(), { rowsFolded: 3, columnsFolded: 16 });
    await loadExplanations();
  }
  start();
  view.showSent();
}

// The full page opens at the frame that the drawer shows.
function linkTo(n, field) {
  byId("wire-full").setAttribute("href", `wire#f${n}/${field}`);
}

function start() {
  if (!token || !view) return;
  watching?.close();
  const mine = watch(token, {
    onRecord: (record) => mine === watching && view.addRecord(record),
    onEnd: ({ code, reason }) => mine === watching && setText(byId("wire-state"), `no longer watching: ${reason || code}`),
  });
  watching = mine;
  setText(byId("wire-state"), "");
}
