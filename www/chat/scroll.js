// @ts-check
// At the newest line the log follows; anywhere else it stays, whatever is added above or below.

const NEAR_END = 40; // pixels from the end that still count as the end

const following = new WeakMap(); // log element → whether it follows the newest line
let notify = (_where) => {};

/** Called with "newest" or "oldest" when the reader arrives there, with "older" when the reader leaves the newest line. */
export const onScrolled = (scrolled) => (notify = scrolled);

export function watch(log) {
  following.set(log, true);
  log.addEventListener("scroll", () => {
    updateFollowing(log);
    if (log.scrollTop < NEAR_END * 3 && log.scrollHeight > log.clientHeight) notify("oldest");
  });
  // A phone's keyboard that opens, or a field that grows, must not hide the newest line.
  new ResizeObserver(() => {
    if (following.get(log)) log.scrollTop = log.scrollHeight;
  }).observe(log);
}

function updateFollowing(log) {
  const was = following.get(log);
  const is = log.scrollHeight - log.clientHeight - log.scrollTop < NEAR_END;
  following.set(log, is);
  if (is !== was) notify(is ? "newest" : "older");
}

export const isAtNewest = (log) => following.get(log) ?? true;

export function toNewest(log) {
  following.set(log, true);
  log.scrollTop = log.scrollHeight;
  notify("newest");
}

/** Changes the log, and keeps what is in view in its place. */
export function keepPlace(log, change) {
  if (isAtNewest(log)) {
    change();
    log.scrollTop = log.scrollHeight;
    return;
  }
  const anchor = firstInView(log);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (anchor?.isConnected) log.scrollTop += anchor.getBoundingClientRect().top - before;
}

/** Changes the log, and keeps one element where it is. */
export function keepElementStill(log, element, change) {
  const before = element.getBoundingClientRect().top;
  change();
  log.scrollTop += element.getBoundingClientRect().top - before;
  updateFollowing(log);
}

/** Where the reader is, for returning later; null at the newest line. */
export const placeOf = (log) => (isAtNewest(log) ? null : log.scrollTop);

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
