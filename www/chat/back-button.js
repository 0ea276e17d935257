// "Back" closes what lies over the chat, and does not leave it. While something is open, the history has one entry more,
// of the same address, for Back to take away; whatever else closes it takes that entry away, too.

const layers = []; // how to close what is open, the topmost last
let isLowering = false; // we are on the way back from our entry
let pending = null; // what may be done with the history only then

export function opened(close) {
  if (layers.includes(close)) return;
  layers.push(close);
  if (!isLowering) raise();
}

export function closed(close) {
  const place = layers.indexOf(close);
  if (place < 0) return;
  layers.splice(place, 1);
  if (layers.length === 0 && isRaised() && !isLowering) lower();
}

/** Changes the entry below ours: at once, or when ours is gone. */
export function belowAll(action) {
  if (isRaised() || isLowering) pending = action;
  else action();
}

addEventListener("popstate", () => {
  if (isLowering) isLowering = false;
  else if (isRaised()) return layers.length === 0 && lower(); // back at an entry that a link has left behind
  else layers.pop()?.();
  if (isRaised()) return;
  pending?.();
  pending = null;
  if (layers.length > 0) raise();
});
if (isRaised()) lower(); // reloaded while something was open

function isRaised() {
  return history.state?.isLayer === true;
}

function raise() {
  history.pushState({ isLayer: true }, "");
}

function lower() {
  isLowering = true;
  history.back();
}
