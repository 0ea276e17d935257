// The rooms: those this tab is in, with what is unread, and all others of the server.

import { byId, el, setText, syncList } from "../shared/dom.js";

export function showRooms({ rooms, current, listed }) {
  const counts = new Map(listed.map(({ room, count }) => [room, count]));
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

/** The sum of what is unread elsewhere, on the button that opens the rooms on a phone. */
export function showUnreadElsewhere(rooms, current) {
  const sum = [...rooms.values()].reduce((all, room) => all + (room.name === current ? 0 : room.unread), 0);
  showBadge(byId("menu-rooms"), sum);
}

export function onRooms({ choose, leave, join }) {
  byId("rooms").addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (event.target.closest(".choose")) choose(item.dataset.room);
    if (event.target.closest(".leave")) leave(item.dataset.room);
  });
  byId("all-rooms").addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (event.target.closest(".choose")) join(item.dataset.room);
  });
  const form = byId("join-room");
  form.addEventListener("input", () => showRoomFault(""));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fault = join(byId("join-room-name").value);
    showRoomFault(fault ?? "");
    if (!fault) form.reset();
  });
}

export function showRoomFault(message) {
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
