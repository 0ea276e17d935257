// @ts-check
// How a tab enters the chat: through the login, with what it remembers, or beside another tab of this browser.

import { nameProblem, normalizeRoom, roomProblem, sameName } from "../shared/names.js";
import { roomInAddress } from "./address.js";
import { cookieName, tabMemory } from "./identity.js";
import { restoreIgnored } from "./ignored.js";
import * as login from "./login-view.js";
import { LONG_WAIT, namesInOtherTabs, SHORT_WAIT, spareNames, takeOver } from "./other-tabs.js";
import * as session from "./session.js";
import { emit, state } from "./state.js";

export const FIRST_ROOM = "lobby";

let connection;
let spares = []; // names still to be tried
let attempts = 0;

export const useConnection = (given) => (connection = given);

login.onLogin((name, typedRoom) => {
  const room = normalizeRoom(typedRoom);
  const problemOfName = nameProblem(name, state.limits.name);
  const problemOfRoom = roomProblem(room, state.limits.room);
  if (problemOfName) return login.showLoginError("name", problemOfName);
  if (problemOfRoom) return login.showLoginError("room", problemOfRoom);
  login.showLoginError("name", "");
  spares = [];
  enterAs(name, [room], room);
});

export function start() {
  const memory = tabMemory();
  const name = memory.name || cookieName();
  const wanted = roomInAddress() || FIRST_ROOM;
  if (!name) return login.showLogin("", wanted);
  restoreIgnored(memory.ignored ?? []);
  session.begin(name, memory.rooms.length > 0 ? memory.rooms : [wanted], memory.current || wanted, memory.session, memory.spare);
  emit("me");
  connection.open();
}

function enterAs(name, rooms, shown, known, spare) {
  attempts += 1;
  login.showWaiting(true, "One moment…");
  session.begin(name, rooms, shown, known, spare);
  connection.open();
}

/** The server refused our name, or our room. */
export async function refused({ which, message, isTaken }) {
  const room = state.current || roomInAddress() || FIRST_ROOM;
  const name = state.me;
  connection.close(); // or it would reconnect, and take the name as soon as it is free
  if (isTaken && spares.length > 0) return enterAs(spares.shift(), [room], room, undefined, true);
  login.showLogin(name, room);
  if (isTaken) {
    login.showWaiting(true, "One moment…");
    if (await isInOtherTab(name, room, SHORT_WAIT)) return;
  }
  login.showLoginError(which, message);
  if (isTaken) isInOtherTab(name, room, LONG_WAIT); // a late answer counts, unless the reader has tried again
}

/** Whether another tab of this browser has the name. If so, the reader chooses which tab continues. */
async function isInOtherTab(name, room, wait) {
  const attempt = attempts;
  const names = await namesInOtherTabs(name, wait);
  const isThere = names.some((other) => sameName(other, name)) && attempt === attempts && login.isTyped(name);
  if (isThere) offerChoice(name, names, room);
  return isThere;
}

function offerChoice(name, names, room) {
  const [spare, ...others] = spareNames(name, state.limits.name, names);
  login.showElsewhere(name, spare, {
    async continueHere() {
      login.showWaiting(true, "One moment…");
      const { session: known, rooms = [], current, spare: isSpare, ignored = [] } = (await takeOver(name)) ?? {};
      restoreIgnored(ignored);
      const wanted = roomInAddress() || current || room;
      enterAs(name, [...rooms, wanted], wanted, known, isSpare);
    },
    enterBeside() {
      spares = others;
      enterAs(spare, [room], room, undefined, true);
    },
  });
}
