// @ts-check
// The rooms: those that this tab is in, with their unread lines, and all others of the server.

import { byId, closestTo, control, el, setText, syncList } from "../shared/dom.js";

export function showRooms({ rooms, current, allRooms }) {
  const counts = new Map(allRooms.map(({ room, count }) => [room, count]));
  syncList(byId("rooms"), [...rooms.values()], (room) => room.name, ownItem, (item, room) => {
    item.classList.toggle("current", room.name === current);
    const choose = item.querySelector(".choose");
    if (room.name === current) choose.setAttribute("aria-current", "true");
    else choose.removeAttribute("aria-current");
    setText(item.querySelector(".count"), String(room.people.length));
    showBadge(choose, room.unread);
  });
  const others = [...counts.keys()].filter((name) => !rooms.has(name));
  syncList(byId("all-rooms"), others, (name) => name, otherItem, (item, name) => {
    setText(item.querySelector(".count"), String(counts.get(name)));
  });
  byId("all-rooms-title").hidden = others.length === 0;
}

/** Shows the unread lines of the other rooms on the button that opens the drawer on a phone. */
export function showUnreadElsewhere(rooms, current) {
  const sum = [...rooms.values()].reduce((all, room) => all + (room.name === current ? 0 : room.unread), 0);
  showBadge(byId("menu-rooms"), sum);
}

export function onRooms({ choose, leave, join }) {
  byId("rooms").addEventListener("click", (event) => {
    const room = closestTo(event, "li")?.dataset.room;
    if (closestTo(event, ".choose")) choose(room);
    if (closestTo(event, ".leave")) leave(room);
  });
  byId("all-rooms").addEventListener("click", (event) => {
    if (closestTo(event, ".choose")) join(closestTo(event, "li")?.dataset.room);
  });
  const form = /** @type {HTMLFormElement} */ (byId("join-room"));
  form.addEventListener("input", () => showRoomError(""));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const problem = join(control("join-room-name").value);
    showRoomError(problem ?? "");
    if (!problem) form.reset();
  });
}

export function showRoomError(message) {
  setText(byId("join-room-error"), message);
  byId("join-room-name").ariaInvalid = message ? "true" : null;
}

function ownItem({ name }) {
  const item = otherItem(name);
  item.append(el("button", { type: "button", class: "leave quiet", "aria-label": `Leave ${name}`, title: `Leave ${name}` }, "×"));
  return item;
}

function otherItem(name) {
  return el(
    "li",
    { "data-room": name },
    el(
      "button",
      { type: "button", class: "choose" },
      el("span", { class: "room-name" }, name),
      el("span", { class: "count", title: "people in this room" }),
    ),
  );
}

function showBadge(button, unread) {
  const badge = button.querySelector(".unread");
  if (unread === 0) return badge?.remove();
  const text = unread > 99 ? "99+" : String(unread);
  if (badge) setText(badge.firstChild, text);
  else button.append(el("span", { class: "unread" }, el("span", {}, text), el("span", { class: "unseen" }, " unread")));
}
