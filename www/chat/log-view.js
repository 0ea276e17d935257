// The log of the room that is shown. Whatever happens to its entries, the list is made to match them once for each
// picture, without a jump in what is being read: a thousand lines a second are some sixty changes.

import { perFrame } from "../shared/animation-frame.js";
import { byId, el } from "../shared/dom.js";
import { dayItem, entryItem } from "./entry-view.js";
import { foldLong, isFoldedAway, measureAgain, setOpen } from "./fold.js";
import { isHidden } from "./ignored.js";
import { atNewest, holding, holdingStill, placeOf, restorePlace, toNewest, watchScrolling } from "./scroll.js";
import { HELD } from "./state.js";

let log = byId("log");
let items = new WeakMap(); // entry → its <li>
const entries = new WeakMap(); // <li> → entry
const open = new WeakSet(); // entries that are unfolded
let width = 0; // in which long lines were measured
let days = new Map(); // day, and which of its stretches → the <li> above it
let shown = null; // the room

const plan = perFrame(draw);

/** Shows a room from the start. The element is a new one: a live region that is refilled would be read aloud whole. */
export function showRoom(room, before) {
  if (before) before.place = placeOf(log);
  shown = room ?? null;
  items = new WeakMap();
  days = new Map();
  const fresh = el(
    "div",
    { id: "log", role: "log", tabindex: "0", "aria-label": room ? `Lines of the room ${room.name}` : "Lines" },
    el("p", { class: "older" }),
    el("ol", { class: "lines" }),
  );
  arrange(linesOf(fresh));
  log.replaceWith(fresh);
  log = fresh;
  watchScrolling(log);
  new ResizeObserver(() => log.clientWidth !== width && plan()).observe(log);
  fold();
  showOlderState(room);
  restorePlace(log, room?.place ?? null);
}

/** Shows all of a long line, or less again; the reader stays where the reader is. */
export function toggleLine(button) {
  const item = button.closest("li");
  const entry = entries.get(item);
  const opens = !open.has(entry);
  if (opens) open.add(entry);
  else open.delete(entry);
  holdingStill(log, opens ? item : button, () => setOpen(item, opens));
}

/** Nobody shall be in a link that cannot be seen. */
export function reveal(element) {
  if (!isFoldedAway(element)) return;
  toggleLine(element.closest("li").querySelector(".unfold"));
  element.scrollIntoView({ block: "nearest" });
}

/** An entry is new, or has another place. */
export function showEntry(room, entry) {
  items.delete(entry);
  if (room !== shown) return;
  if (entry.state === "sending") toNewest(log);
  plan();
}

export function showChange(entry) {
  items.delete(entry);
  plan();
}

export function showOlder(room) {
  if (room !== shown) return;
  // Lines of yesterday are no news: a screen reader is not told of them.
  log.setAttribute("aria-live", "off");
  setTimeout(() => log.removeAttribute("aria-live"), 500);
  plan();
}

export function showDropped(room) {
  if (room === shown) plan();
}

export function showOlderState(room) {
  if (room !== shown) return;
  const place = log.querySelector(".older");
  const full = room && room.entries.length >= HELD;
  if (!room?.more) place.replaceChildren();
  else if (full) place.replaceChildren(`A page keeps ${HELD} lines of a room at most.`);
  else if (room.loading) place.replaceChildren("Loading older lines…");
  else place.replaceChildren(el("button", { type: "button", class: "plain", "data-does": "older" }, "Show older lines"));
}

export const readsNewest = () => atNewest(log);
export const goToNewest = () => toNewest(log);
const linesOf = (element) => element.querySelector(".lines");

/** Makes the list match the entries now: what the reader does is seen before the next key or click. */
export function draw() {
  holding(log, () => {
    arrange(linesOf(log));
    fold();
    showOlderState(shown);
  });
}

function fold() {
  const list = linesOf(log);
  if (width !== log.clientWidth) measureAgain(list);
  width = log.clientWidth;
  foldLong(list, (item) => open.has(entries.get(item)));
}

/** Makes the list match the entries. What stays is not touched: in it may be the focus, or a selection. */
function arrange(list) {
  const wanted = wantedItems();
  const kept = new Set(wanted);
  for (const item of [...list.children]) if (!kept.has(item)) item.remove();
  let next = list.firstElementChild;
  for (const item of wanted) {
    if (item === next) next = next.nextElementSibling;
    else list.insertBefore(item, next);
  }
}

/** An item for each entry, and one for each day above its first. */
function wantedItems() {
  const wanted = [];
  const stretches = new Map();
  let day;
  for (const entry of shown?.entries ?? []) {
    if (isHidden(entry)) continue;
    const item = itemOf(entry);
    if (item.dataset.day !== day) {
      day = item.dataset.day;
      const stretch = (stretches.get(day) ?? 0) + 1;
      stretches.set(day, stretch);
      wanted.push(remembered(days, `${day}/${stretch}`, () => dayItem(entry.at)));
    }
    wanted.push(item);
  }
  return wanted;
}

function itemOf(entry) {
  const item = remembered(items, entry, () => entryItem(entry));
  entries.set(item, entry);
  return item;
}

function remembered(map, key, make) {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
}
