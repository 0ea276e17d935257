// On a narrow screen the rooms and the people are drawers over the log: one at a time, closed with
// Escape, and out of the keyboard's way while they are shut.

import { byId } from "./dom.js";

const drawers = [
  { panel: byId("rooms-panel"), button: byId("menu-rooms"), narrow: matchMedia("(max-width: 46rem)") },
  { panel: byId("people-panel"), button: byId("menu-people"), narrow: matchMedia("(max-width: 64rem)") },
];

export function setUpDrawers() {
  for (const drawer of drawers) {
    drawer.button.addEventListener("click", () => open(drawer));
    drawer.panel.querySelector(".close").addEventListener("click", closeDrawers);
    drawer.narrow.addEventListener("change", () => settle(drawer, false));
    settle(drawer, false);
  }
  byId("curtain").addEventListener("click", closeDrawers);
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

function open(drawer) {
  for (const other of drawers) if (other !== drawer) settle(other, false);
  settle(drawer, true);
  drawer.panel.querySelector(".close").focus();
}

const isOpen = ({ panel }) => panel.classList.contains("open");

function settle({ panel, button, narrow }, open) {
  panel.classList.toggle("open", open);
  panel.inert = narrow.matches && !open;
  button.setAttribute("aria-expanded", String(open));
  byId("curtain").hidden = !drawers.some(isOpen);
}
