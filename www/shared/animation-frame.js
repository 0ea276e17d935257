// @ts-check
// One redraw for each picture that the screen shows, however many changes happen in between.

const HIDDEN_INTERVAL = 250; // milliseconds between redraws of a hidden page, which gets no animation frames

/** Returns a function that schedules `draw`, which then runs once, before the next picture. */
export function oncePerFrame(draw) {
  let cancel = null;
  function run() {
    cancel();
    cancel = null;
    draw();
  }
  // The animation frame may never come once the page is hidden; the timer is too slow once it is visible again.
  document.addEventListener("visibilitychange", () => cancel && run());
  return () => {
    cancel ??= document.hidden ? afterPause(run) : beforePicture(run);
  };
}

function beforePicture(run) {
  const frame = requestAnimationFrame(run);
  return () => cancelAnimationFrame(frame);
}

function afterPause(run) {
  const timer = setTimeout(run, HIDDEN_INTERVAL);
  return () => clearTimeout(timer);
}
