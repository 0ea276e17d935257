// @ts-check
// Back closes what lies over the chat, and does not leave the chat. While such a layer is open, the browser's history has
// one more entry, for Back to remove. If the layer is closed in another way, the entry goes too.

const layers = []; // how to close each open layer, the topmost last
let isGoingBack = false; // from our entry to the one below it
let baseChange = null; // to be made when our entry is gone

export function layerOpened(close) {
  if (layers.includes(close)) return;
  layers.push(close);
  if (!isGoingBack) addHistoryEntry();
}

export function layerClosed(close) {
  const index = layers.indexOf(close);
  if (index < 0) return;
  layers.splice(index, 1);
  if (layers.length === 0 && isAtOwnEntry() && !isGoingBack) leaveOwnEntry();
}

/** Changes the history entry below ours: now, or as soon as ours is gone. */
export function changeBaseEntry(action) {
  if (isAtOwnEntry() || isGoingBack) baseChange = action;
  else action();
}

addEventListener("popstate", () => {
  if (isGoingBack) isGoingBack = false;
  else if (isAtOwnEntry()) return layers.length === 0 && leaveOwnEntry(); // an entry of ours that a link left behind
  else layers.pop()?.();
  if (isAtOwnEntry()) return;
  baseChange?.();
  baseChange = null;
  if (layers.length > 0) addHistoryEntry();
});
if (isAtOwnEntry()) leaveOwnEntry(); // the page was reloaded while a layer was open

function isAtOwnEntry() {
  return history.state?.isLayer === true;
}

function addHistoryEntry() {
  history.pushState({ isLayer: true }, "");
}

function leaveOwnEntry() {
  isGoingBack = true;
  history.back();
}
