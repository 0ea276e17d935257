// @ts-check
// On a narrow screen the rooms and the people are drawers over the log, one at a time.

import { byId } from "../shared/dom.js";
import { layerClosed, layerOpened } from "./back-button.js";

const drawers = [
  { panel: byId("rooms-panel"), button: byId("menu-rooms"), narrow: matchMedia("(max-width: 46rem)") },
  { panel: byId("people-panel"), button: byId("menu-people"), narrow: matchMedia("(max-width: 64rem)") },
];

const wire = byId("wire-drawer"); // covers a narrow page, too; wire-drawer.js opens and closes it

export function setUpDrawers() {
  for (const drawer of drawers) {
    drawer.button.addEventListener("click", () => open(drawer));
    drawer.panel.querySelector(".close").addEventListener("click", closeDrawers);
    drawer.narrow.addEventListener("change", () => setOpen(drawer, false));
    setOpen(drawer, false);
  }
  byId("curtain").addEventListener("click", closeDrawers);
  const wireToggled = () => (!wire.hidden && drawers[0].narrow.matches ? layerOpened : layerClosed)(closeWire);
  new MutationObserver(wireToggled).observe(wire, { attributeFilter: ["hidden"] });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeDrawers();
  });
}

export function closeDrawers() {
  for (const drawer of drawers) {
    if (!isOpen(drawer)) continue;
    const hadFocus = drawer.panel.contains(document.activeElement);
    setOpen(drawer, false);
    if (hadFocus) drawer.button.focus();
  }
}

function closeWire() {
  if (!wire.hidden) wire.querySelector("button").click();
}

function open(drawer) {
  setOpen(drawer, true);
  for (const other of drawers) if (other !== drawer) setOpen(other, false);
  drawer.panel.querySelector("button").focus();
}

const isOpen = ({ panel }) => panel.classList.contains("open");

function setOpen({ panel, button, narrow }, open) {
  panel.classList.toggle("open", open);
  panel.inert = narrow.matches && !open;
  button.setAttribute("aria-expanded", String(open));
  const isAnyOpen = drawers.some(isOpen);
  byId("curtain").hidden = !isAnyOpen;
  (isAnyOpen ? layerOpened : layerClosed)(closeDrawers);
}
