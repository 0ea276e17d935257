// @ts-check
// The room in the page's address: "/#/rust" can be bookmarked, or sent to someone.

import { normalizeRoom, roomProblem } from "../shared/names.js";
import { changeBaseEntry } from "./back-button.js";
import { state } from "./state.js";

/** "" if the address names no room: "#composer" is a place on the page. */
export function roomInAddress(address = location.href) {
  const { hash } = new URL(address);
  const room = hash.startsWith("#/") ? normalizeRoom(hash.slice(2)) : "";
  return roomProblem(room, state.limits.room) ? "" : room;
}

export function showInAddress(room) {
  changeBaseEntry(() => history.replaceState(null, "", room ? `#/${room}` : location.pathname));
}
