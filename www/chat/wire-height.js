// @ts-check
// The height of the wire drawer: its upper edge follows the pointer or the arrow keys.

import { storage } from "./identity.js";

const STORED = "ws101.wire-height"; // percent of the window
const [LOWEST, HIGHEST] = [15, 85];
const STEP = 5;

/** `edge` is the separator above the drawer. */
export function setUpHeight(edge, drawer) {
  const stored = Number(storage((_tab, browser) => browser.getItem(STORED)));
  if (stored) set(stored);

  edge.addEventListener("keydown", (event) => {
    const height = { ArrowUp: shown() + STEP, ArrowDown: shown() - STEP, Home: HIGHEST, End: LOWEST }[event.key];
    if (height === undefined) return;
    event.preventDefault();
    set(height);
  });
  edge.addEventListener("pointerdown", (event) => edge.setPointerCapture(event.pointerId));
  edge.addEventListener("pointermove", (event) => {
    if (edge.hasPointerCapture(event.pointerId)) set(100 * (1 - event.clientY / innerHeight));
  });
  new ResizeObserver(announce).observe(drawer);

  function set(percent) {
    const height = Math.round(Math.min(HIGHEST, Math.max(LOWEST, percent)));
    document.documentElement.style.setProperty("--wire-height", `${height}dvh`);
    storage((_tab, browser) => browser.setItem(STORED, height));
  }

  // The chat above keeps the room that it needs, so the height may differ from the one that was set.
  function shown() {
    return Math.round((100 * drawer.offsetHeight) / innerHeight);
  }

  function announce() {
    for (const [name, value] of Object.entries({ min: LOWEST, max: HIGHEST, now: shown() })) edge.setAttribute(`aria-value${name}`, value);
    edge.setAttribute("aria-valuetext", `${shown()} percent of the window`);
  }
}
