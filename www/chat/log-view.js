// @ts-check
// The log of the current room. Once for each picture its list is made to match the entries, and what is being read does not
// move: a thousand lines a second are some sixty updates.

import { oncePerFrame } from "../shared/animation-frame.js";
import { byId, el } from "../shared/dom.js";
import { dayItem, entryItem } from "./entry-view.js";
import { foldLong, forgetMeasurements, isFoldedAway, setUnfolded } from "./fold.js";
import { isHidden } from "./ignored.js";
import * as scroll from "./scroll.js";
import { ENTRIES_KEPT_FOR_READING } from "./state.js";

let log = byId("log");
let items = new WeakMap(); // entry → its <li>
const entries = new WeakMap(); // <li> → entry
const unfolded = new WeakSet(); // entries
let measuredWidth = 0; // of the log, when long lines were measured
let days = new Map(); // date and its occurrence in the log → the <li> above its lines
let shown = null; // the room

const scheduleDraw = oncePerFrame(draw);

/** Shows a room, in a new element: a screen reader would read out a live region that is filled again. */
export function showRoom(room, before) {
  if (before) before.place = scroll.placeOf(log);
  shown = room ?? null;
  items = new WeakMap();
  days = new Map();
  const fresh = el(
    "div",
    { id: "log", role: "log", tabindex: "0", "aria-label": room ? `Messages in the room ${room.name}` : "Messages" },
    el("p", { class: "older" }),
    el("ol", { class: "lines" }),
  );
  arrange(listIn(fresh));
  log.replaceWith(fresh);
  log = fresh;
  scroll.watch(log);
  new ResizeObserver(() => log.clientWidth !== measuredWidth && scheduleDraw()).observe(log);
  fold();
  showOlderState(room);
  scroll.restorePlace(log, room?.place ?? null);
}

/** Shows all of a long line, or folds it again, without moving what the reader looks at. */
export function toggleLine(button) {
  const item = button.closest("li");
  const entry = entries.get(item);
  const opens = !unfolded.has(entry);
  if (opens) unfolded.add(entry);
  else unfolded.delete(entry);
  scroll.keepElementStill(log, opens ? item : button, () => setUnfolded(item, opens));
}

/** Unfolds a line if the focus is on a link in its hidden part. */
export function unfoldFocused(element) {
  if (!isFoldedAway(element)) return;
  toggleLine(element.closest("li").querySelector(".unfold"));
  element.scrollIntoView({ block: "nearest" });
}

export function showEntry(room, entry) {
  items.delete(entry);
  if (room !== shown) return;
  if (entry.state === "sending") scroll.toNewest(log);
  scheduleDraw();
}

export function showChange(entry) {
  items.delete(entry);
  scheduleDraw();
}

export function showOlder(room, older) {
  const isWanted = room.isShowingOlder;
  room.isShowingOlder = false;
  if (room !== shown) return;
  // A screen reader must not read out old lines as news.
  log.setAttribute("aria-live", "off");
  setTimeout(() => log.removeAttribute("aria-live"), 500);
  if (!isWanted || older.length === 0) return scheduleDraw();
  draw();
  itemOf(older[0]).scrollIntoView({ block: "start" });
}

export function showDropped(room) {
  if (room === shown) scheduleDraw();
}

export function showOlderState(room) {
  if (room !== shown) return;
  const place = log.querySelector(".older");
  if (!room?.more) place.replaceChildren();
  else if (room.entries.length >= ENTRIES_KEPT_FOR_READING) place.replaceChildren(`A page keeps at most ${ENTRIES_KEPT_FOR_READING} lines of a room.`);
  else if (room.loading) place.replaceChildren("Loading older lines…");
  else place.replaceChildren(el("button", { type: "button", class: "plain", "data-action": "older" }, "Show older lines"));
}

export const isAtNewest = () => scroll.isAtNewest(log);
export const goToNewest = () => scroll.toNewest(log);
const listIn = (element) => element.querySelector(".lines");

/** Makes the list match the entries at once: the effect of a key must be visible before the next key. */
export function draw() {
  scroll.keepPlace(log, () => {
    arrange(listIn(log));
    fold();
    showOlderState(shown);
  });
}

function fold() {
  const list = listIn(log);
  if (measuredWidth !== log.clientWidth) forgetMeasurements(list);
  measuredWidth = log.clientWidth;
  foldLong(list, (item) => unfolded.has(entries.get(item)));
}

/** An item that stays is not touched: it may contain the focus, or a selection. */
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

/** An item for each entry, and one with the date above the first entry of each day. */
function wantedItems() {
  const wanted = [];
  const occurrences = new Map();
  let day;
  for (const entry of shown?.entries ?? []) {
    if (isHidden(entry)) continue;
    const item = itemOf(entry);
    if (item.dataset.day !== day) {
      day = item.dataset.day;
      const occurrence = (occurrences.get(day) ?? 0) + 1;
      occurrences.set(day, occurrence);
      wanted.push(remembered(days, `${day}/${occurrence}`, () => dayItem(entry.at)));
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
