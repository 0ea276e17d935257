// @ts-check
// Unread lines: in other rooms, while another tab is in front, or below what is in view.

import { oncePerFrame } from "../shared/animation-frame.js";
import { byId } from "../shared/dom.js";
import { isAtNewest } from "./log-view.js";
import { showRooms, showUnreadElsewhere } from "./rooms-view.js";
import { currentRoom, state, unreadTotal } from "./state.js";
import { showTitle } from "./status.js";

const isBeingRead = (room) => room.name === state.current && !document.hidden && isAtNewest();

export function countUnread(room) {
  if (isBeingRead(room)) return;
  room.unread += 1;
  showUnread();
}

/** The reader has come to the newest line, or back to this tab. */
export function markRead() {
  const room = currentRoom();
  if (room && isBeingRead(room)) room.unread = 0;
  showUnread();
}

export const showUnread = oncePerFrame(() => {
  const below = isAtNewest() ? 0 : (currentRoom()?.unread ?? 0);
  byId("new-pill").hidden = below === 0;
  byId("new-pill").textContent = `${below} new`;
  showRooms(state);
  showUnreadElsewhere(state.rooms, state.current);
  showTitle(state.current, unreadTotal());
});
