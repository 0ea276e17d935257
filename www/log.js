// The log of the room that is shown: entries come at the end, in the middle (a line that was on its
// way finds its place) and at the beginning (older ones), each without a jump in what is being read.

import { byId, el } from "./dom.js";
import { dayItem, entryItem } from "./lines.js";
import { atNewest, holding, placeOf, restorePlace, toNewest, watchScrolling } from "./scroll.js";
import { isOnItsWay, KEPT } from "./state.js";

let log = byId("log");
let items = new WeakMap(); // entry → its <li>
let shown = null; // the room

/** Shows a room from the start. The element is a new one: a live region that is refilled would be read aloud whole. */
export function showRoom(room, before) {
  if (before) before.place = placeOf(log);
  shown = room ?? null;
  items = new WeakMap();
  const list = el("ol", { class: "lines" });
  for (const entry of room?.entries ?? []) put(list, entry);
  const fresh = el(
    "div",
    { id: "log", role: "log", tabindex: "0", "aria-label": room ? `Lines of the room ${room.name}` : "Lines" },
    el("p", { class: "older" }),
    list,
  );
  log.replaceWith(fresh);
  log = fresh;
  watchScrolling(log);
  showOlderState(room);
  restorePlace(log, room?.place ?? null);
}

export function showEntry(room, entry) {
  if (room !== shown) return;
  if (entry.state === "sending") toNewest(log);
  holding(log, () => put(linesOf(log), entry));
}

export function showChange(entry) {
  const item = items.get(entry);
  if (!item) return;
  const again = entryItem(entry);
  holding(log, () => item.replaceWith(again));
  items.set(entry, again);
}

export function showOlder(room, entries) {
  if (room !== shown) return;
  const list = linesOf(log);
  const start = el("ol");
  for (const entry of entries) put(start, entry);
  // Lines of yesterday are no news: a screen reader is not told of them.
  log.setAttribute("aria-live", "off");
  holding(log, () => {
    list.prepend(...start.children);
    mendDay(items.get(room.entries[entries.length]));
    showOlderState(room);
  });
  setTimeout(() => log.removeAttribute("aria-live"), 500);
}

export function showDropped(room, entries) {
  if (room !== shown) return;
  const list = linesOf(log);
  holding(log, () => {
    for (const entry of entries) items.get(entry)?.remove();
    for (const day of list.querySelectorAll(".day")) if (day.nextElementSibling?.matches(":not(.day)") !== true) day.remove();
    showOlderState(room);
  });
}

export function showOlderState(room) {
  if (room !== shown) return;
  const place = log.querySelector(".older");
  const full = room && room.entries.length >= KEPT;
  if (!room?.more) place.replaceChildren();
  else if (full) place.replaceChildren(`A page keeps ${KEPT} lines of a room.`);
  else if (room.loading) place.replaceChildren("Loading older lines…");
  else place.replaceChildren(el("button", { type: "button", class: "plain", "data-does": "older" }, "Show older lines"));
}

export const readsNewest = () => atNewest(log);
export const goToNewest = () => toNewest(log);
const linesOf = (element) => element.querySelector(".lines");

function put(list, entry) {
  const old = items.get(entry);
  const after = old?.nextElementSibling;
  old?.remove();
  if (after) mendDay(after);
  const item = entryItem(entry);
  items.set(entry, item);
  const next = isOnItsWay(entry) ? null : list.querySelector(":scope > [data-state=sending], :scope > [data-state=failed]");
  const place = next?.previousElementSibling?.matches(".day") && next.previousElementSibling.dataset.day === next.dataset.day
    ? next.previousElementSibling
    : next;
  list.insertBefore(item, place);
  mendDay(item);
  mendDay(place);
}

/** Sees to it that there is a day before `item` exactly when the entry before it is of another one. */
function mendDay(item) {
  if (!item?.isConnected && !item?.parentNode) return;
  if (item.matches(".day")) return mendDay(item.nextElementSibling);
  const mark = item.previousElementSibling?.matches(".day") ? item.previousElementSibling : null;
  const before = mark ? mark.previousElementSibling : item.previousElementSibling;
  const wanted = before?.dataset.day !== item.dataset.day;
  if (mark && (!wanted || mark.dataset.day !== item.dataset.day)) mark.remove();
  if (wanted && !(mark?.parentNode)) item.before(dayItem(item.dataset.at));
}
