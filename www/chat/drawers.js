// On a narrow screen the rooms and the people are drawers over the log: one at a time, closed with
// Escape or Back, and out of the keyboard's way while they are shut.

import { byId } from "../shared/dom.js";
import { closed, opened } from "./back-button.js";

const drawers = [
  { panel: byId("rooms-panel"), button: byId("menu-rooms"), narrow: matchMedia("(max-width: 46rem)") },
  { panel: byId("people-panel"), button: byId("menu-people"), narrow: matchMedia("(max-width: 64rem)") },
];

const wire = byId("wire-drawer"); // covers a narrow page, too, and opens and closes by itself

export function setUpDrawers() {
  for (const drawer of drawers) {
    drawer.button.addEventListener("click", () => open(drawer));
    drawer.panel.querySelector(".close").addEventListener("click", closeDrawers);
    drawer.narrow.addEventListener("change", () => settle(drawer, false));
    settle(drawer, false);
  }
  byId("curtain").addEventListener("click", closeDrawers);
  const wireToggled = () => (!wire.hidden && drawers[0].narrow.matches ? opened : closed)(closeWire);
  new MutationObserver(wireToggled).observe(wire, { attributeFilter: ["hidden"] });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeDrawers();
  });
}

export function closeDrawers() {
  for (const drawer of drawers) {
    if (!isOpen(drawer)) continue;
    const hadFocus = drawer.panel.contains(document.activeElement);
    settle(drawer, false);
    if (hadFocus) drawer.button.focus();
  }
}

function closeWire() {
  if (!wire.hidden) wire.querySelector(".close").click();
}

function open(drawer) {
  settle(drawer, true);
  for (const other of drawers) if (other !== drawer) settle(other, false);
  drawer.panel.querySelector(".close").focus();
}

const isOpen = ({ panel }) => panel.classList.contains("open");

function settle({ panel, button, narrow }, open) {
  panel.classList.toggle("open", open);
  panel.inert = narrow.matches && !open;
  button.setAttribute("aria-expanded", String(open));
  const isAnyOpen = drawers.some(isOpen);
  byId("curtain").hidden = !isAnyOpen;
  (isAnyOpen ? opened : closed)(closeDrawers);
}
