// What is unread: lines in other rooms, behind another tab of the browser, or below what is in view.
// It shows in the title, beside the room, and on the pill that leads to the newest line.

import { perFrame } from "../shared/animation-frame.js";
import { byId } from "../shared/dom.js";
import { readsNewest } from "./log-view.js";
import { showRooms, showUnreadElsewhere } from "./rooms-view.js";
import { currentRoom, state, unreadTotal } from "./state.js";
import { showTitle } from "./status.js";

const isBeingRead = (room) => room.name === state.current && !document.hidden && readsNewest();

export function countUnread(room) {
  if (isBeingRead(room)) return;
  room.unread += 1;
  showUnread();
}

/** The reader has come to the newest line, or back to this tab. */
export function seen() {
  const room = currentRoom();
  if (room && isBeingRead(room)) room.unread = 0;
  showUnread();
}

export const showUnread = perFrame(() => {
  const below = readsNewest() ? 0 : (currentRoom()?.unread ?? 0);
  byId("new-pill").hidden = below === 0;
  byId("new-pill").textContent = `${below} new`;
  showRooms(state);
  showUnreadElsewhere(state.rooms, state.current);
  showTitle(state.current, unreadTotal());
});
