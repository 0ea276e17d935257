// Scrolling as a reader expects it: at the newest line the log follows; anywhere else it stays, whatever
// is added above or below.

const NEAR = 40; // pixels from the end that still count as the end

const following = new WeakMap(); // log element → whether its reader is at the newest line
let told = () => {};

/** `reached` is called with "newest" or "oldest" whenever the reader arrives there, with "older" when the newest is left. */
export const onReached = (reached) => (told = reached);

export function watchScrolling(log) {
  following.set(log, true);
  log.addEventListener("scroll", () => {
    look(log);
    if (log.scrollTop < NEAR * 3 && log.scrollHeight > log.clientHeight) told("oldest");
  });
  // A keyboard that opens on a phone, or a field that grows, must not hide the newest line.
  new ResizeObserver(() => {
    if (following.get(log)) log.scrollTop = log.scrollHeight;
  }).observe(log);
}

function look(log) {
  const was = following.get(log);
  const is = log.scrollHeight - log.clientHeight - log.scrollTop < NEAR;
  following.set(log, is);
  if (is !== was) told(is ? "newest" : "older");
}

export const atNewest = (log) => following.get(log) ?? true;

export function toNewest(log) {
  following.set(log, true);
  log.scrollTop = log.scrollHeight;
  told("newest");
}

/** Changes the log with what is in view held still, or the newest line kept in view. */
export function holding(log, change) {
  if (atNewest(log)) {
    change();
    log.scrollTop = log.scrollHeight;
    return;
  }
  const anchor = firstInView(log);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (anchor?.isConnected) log.scrollTop += anchor.getBoundingClientRect().top - before;
}

/** Changes the log with one element held still, whatever comes into view or goes out of it. */
export function holdingStill(log, element, change) {
  const before = element.getBoundingClientRect().top;
  change();
  log.scrollTop += element.getBoundingClientRect().top - before;
  look(log);
}

/** Where the reader is, for coming back later: null at the newest line. */
export const placeOf = (log) => (atNewest(log) ? null : log.scrollTop);

export function restorePlace(log, place) {
  log.scrollTop = place ?? log.scrollHeight;
  following.set(log, place === null);
}

function firstInView(log) {
  const top = log.getBoundingClientRect().top;
  const lines = log.querySelectorAll(".lines > :not(.day)");
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle].getBoundingClientRect().bottom > top) high = middle;
    else low = middle + 1;
  }
  return lines[low];
}
