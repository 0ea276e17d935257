// How a tab comes in: by the login, by what it remembers, or beside another tab of this browser.

import { faultOfName, faultOfRoom, sameName, tidyRoom } from "../shared/names.js";
import { roomOfAddress } from "./address.js";
import { cookieName, tabMemory } from "./identity.js";
import { ignoreAgain } from "./ignored.js";
import * as login from "./login-view.js";
import { LATE, SOON, namesOfOthers, spareNames, takeOver } from "./other-tabs.js";
import * as session from "./session.js";
import { state, tell } from "./state.js";

export const FIRST_ROOM = "lobby";

let link;
let spares = []; // names still to be tried
let attempts = 0;

export const enterThrough = (given) => (link = given);

login.onLogin((name, typedRoom) => {
  const room = tidyRoom(typedRoom);
  const nameFault = faultOfName(name, state.limits.name);
  const roomFault = faultOfRoom(room, state.limits.room);
  if (nameFault || roomFault) return login.showLoginFault(nameFault ? "name" : "room", nameFault || roomFault);
  login.showLoginFault("name", "");
  spares = [];
  enterAs(name, [room], room);
});

export function start() {
  const memory = tabMemory();
  const name = memory.name || cookieName();
  const wished = roomOfAddress() || FIRST_ROOM;
  if (!name) return login.showLogin("", wished);
  ignoreAgain(memory.ignored ?? []);
  session.begin(name, memory.rooms.length > 0 ? memory.rooms : [wished], memory.current || wished, memory.session, memory.spare);
  tell("me");
  link.open();
}

function enterAs(name, rooms, shown, known, spare) {
  attempts += 1;
  login.showWaiting(true, "One moment…");
  session.begin(name, rooms, shown, known, spare);
  link.open();
}

/** The server would not have us under this name, or in this room. */
export async function refused({ which, message, isTaken }) {
  const room = state.current || roomOfAddress() || FIRST_ROOM;
  const name = state.me;
  link.close(); // else it would come back by itself, and take the name as soon as it is free
  if (isTaken && spares.length > 0) return enterAs(spares.shift(), [room], room, undefined, true);
  login.showLogin(name, room);
  if (isTaken) {
    login.showWaiting(true, "One moment…");
    if (await isHere(name, room, SOON)) return;
  }
  login.showLoginFault(which, message);
  if (isTaken) isHere(name, room, LATE); // it says so later, unless its reader has gone on meanwhile
}

/** Is it another tab of this browser that has the name? Then its reader chooses which one goes on. */
async function isHere(name, room, within) {
  const attempt = attempts;
  const names = await namesOfOthers(name, within);
  const isIt = names.some((other) => sameName(other, name)) && attempt === attempts && login.isTyped(name);
  if (isIt) offerChoice(name, names, room);
  return isIt;
}

function offerChoice(name, names, room) {
  const [spare, ...others] = spareNames(name, state.limits.name, names);
  login.showElsewhere(name, spare, {
    async goOn() {
      login.showWaiting(true, "One moment…");
      const { session: known, rooms = [], current, spare: isSpare, ignored = [] } = (await takeOver(name)) ?? {};
      ignoreAgain(ignored);
      const wished = roomOfAddress() || current || room;
      enterAs(name, [...rooms, wished], wished, known, isSpare);
    },
    enterBeside() {
      spares = others;
      enterAs(spare, [room], room, undefined, true);
    },
  });
}
