// How high the drawer is: its upper edge goes with the pointer or the arrow keys, and stays where it was left.

const KEPT = "ws101.wire-height"; // percent of the window
const [LEAST, MOST] = [15, 85];
const STEP = 5;

/** `edge` is the separator, `drawer` what is below it. */
export function setUpHeight(edge, drawer) {
  const kept = Number(storage((all) => all.getItem(KEPT)));
  if (kept) set(kept);

  edge.addEventListener("keydown", (event) => {
    const height = { ArrowUp: shown() + STEP, ArrowDown: shown() - STEP, Home: MOST, End: LEAST }[event.key];
    if (height === undefined) return;
    event.preventDefault();
    set(height);
  });
  edge.addEventListener("pointerdown", (event) => edge.setPointerCapture(event.pointerId));
  edge.addEventListener("pointermove", (event) => {
    if (edge.hasPointerCapture(event.pointerId)) set(100 * (1 - event.clientY / innerHeight));
  });
  new ResizeObserver(tell).observe(drawer);

  function set(percent) {
    const height = Math.round(Math.min(MOST, Math.max(LEAST, percent)));
    document.documentElement.style.setProperty("--wire-height", `${height}dvh`);
    storage((all) => all.setItem(KEPT, height));
  }

  // The chat above keeps the room that it needs, so that not every height is possible.
  function shown() {
    return Math.round((100 * drawer.offsetHeight) / innerHeight);
  }

  function tell() {
    for (const [name, value] of Object.entries({ min: LEAST, max: MOST, now: shown() })) edge.setAttribute(`aria-value${name}`, value);
    edge.setAttribute("aria-valuetext", `${shown()} percent of the window`);
  }
}

// A browser may refuse storage altogether; then the next visit begins with the usual height.
function storage(use) {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}
