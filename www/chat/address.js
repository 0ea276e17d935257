// The room in the page's address: "/#/rust" can be kept as a bookmark, or given to someone.

import { faultOfRoom, tidyRoom } from "../shared/names.js";
import { belowAll } from "./back-button.js";
import { state } from "./state.js";

/** "" when the address names none: "#composer" is a place on the page, not a room. */
export function roomOfAddress(address = location.href) {
  const { hash } = new URL(address);
  const room = hash.startsWith("#/") ? tidyRoom(hash.slice(2)) : "";
  return faultOfRoom(room, state.limits.room) ? "" : room;
}

export function showInAddress(room) {
  belowAll(() => history.replaceState(null, "", room ? `#/${room}` : location.pathname));
}
