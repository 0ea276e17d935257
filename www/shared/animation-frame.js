// One drawing for each picture that the screen shows, however much happens in between.

const HIDDEN_EVERY = 250; // milliseconds: a hidden page is shown no pictures, and draws now and then all the same

/** Makes a function that asks for `draw`, which then runs once, before the next picture. */
export function perFrame(draw) {
  let cancel = null;
  function run() {
    cancel();
    cancel = null;
    draw();
  }
  // The picture that was waited for may never come, or has long been due.
  document.addEventListener("visibilitychange", () => cancel && run());
  return () => {
    cancel ??= document.hidden ? later(run) : beforePicture(run);
  };
}

function beforePicture(run) {
  const frame = requestAnimationFrame(run);
  return () => cancelAnimationFrame(frame);
}

function later(run) {
  const timer = setTimeout(run, HIDDEN_EVERY);
  return () => clearTimeout(timer);
}
