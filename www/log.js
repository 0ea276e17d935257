// The log of the room that is shown. Whatever happens to its entries, the list is made to match them once for each
// picture, without a jump in what is being read: a thousand lines a second are some sixty changes.

import { byId, el } from "./dom.js";
import { perFrame } from "./frame.js";
import { dayItem, entryItem } from "./lines.js";
import { atNewest, holding, placeOf, restorePlace, toNewest, watchScrolling } from "./scroll.js";
import { KEPT } from "./state.js";

let log = byId("log");
let items = new WeakMap(); // entry → its <li>
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
  showOlderState(room);
  restorePlace(log, room?.place ?? null);
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
  const full = room && room.entries.length >= KEPT;
  if (!room?.more) place.replaceChildren();
  else if (full) place.replaceChildren(`A page keeps ${KEPT} lines of a room.`);
  else if (room.loading) place.replaceChildren("Loading older lines…");
  else place.replaceChildren(el("button", { type: "button", class: "plain", "data-does": "older" }, "Show older lines"));
}

export const readsNewest = () => atNewest(log);
export const goToNewest = () => toNewest(log);
const linesOf = (element) => element.querySelector(".lines");

function draw() {
  holding(log, () => {
    arrange(linesOf(log));
    showOlderState(shown);
  });
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

const itemOf = (entry) => remembered(items, entry, () => entryItem(entry));

function remembered(map, key, make) {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
}
