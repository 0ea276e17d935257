// The wiring: which view listens to what, and what each control does.

import { byId } from "../shared/dom.js";
import { addressOf, createLink } from "../shared/socket.js";
import * as orders from "./actions.js";
import { roomOfAddress, showInAddress } from "./address.js";
import * as composer from "./composer.js";
import { closeDrawers, setUpDrawers } from "./drawers.js";
import { receive } from "./events.js";
import { forgetEverything } from "./identity.js";
import * as log from "./log-view.js";
import * as login from "./login-view.js";
import { answerOthers } from "./other-tabs.js";
import * as outbox from "./pending.js";
import { onPerson, showPeople } from "./people-view.js";
import { currentName, onRecipient, showRecipient } from "./recipient.js";
import * as rename from "./rename.js";
import * as rooms from "./rooms-view.js";
import { personCalled } from "./roster.js";
import { onReached } from "./scroll.js";
import * as session from "./session.js";
import * as entry from "./sign-in.js";
import { currentRoom, note, on, readBack, state, tell } from "./state.js";
import * as status from "./status.js";
import { countUnread, seen, showUnread } from "./unread.js";
import * as wire from "./wire-drawer.js";

const CHEEP = 140; // the room of /cheeper takes no longer lines
const LIST_EVERY = 10_000;

let online = false;
let isElsewhere = false; // another tab goes on with our name
let inChat = false;

const link = createLink({
  url: addressOf("/ws"),
  protocol: "chat.ws101.v1",
  hear: receive,
  show: linkChanged,
});
session.speakThrough(link.send);
entry.enterThrough(link);

// From the state to the views.

on("me", () => {
  rename.showMe(state.me);
  if (!inChat) enterChat();
});
on("renamed", rename.renameDone);
on("rename-refused", (message) => (rename.renameIsOpen() ? rename.showRenameFault(message) : note("error", message)));
on("refused", (refusal) => {
  inChat = false;
  entry.refused(refusal);
});
on("limits", applyLimits);
on("current", (before) => {
  if (before) before.draft = composer.draft();
  const room = currentRoom();
  byId("room-name").textContent = room?.name ?? "No room";
  byId("leave").hidden = !room;
  showInAddress(room?.name);
  log.showRoom(room, before);
  composer.setRoom(room);
  showRecipient(room);
  applyLimits();
  showPeople(room?.people ?? [], state.me);
  status.showTyping(room?.typing ?? []);
  seen();
});
on("rooms", showUnread);
on("room-refused", rooms.showRoomFault);
on("people", (room) => {
  if (room.name === state.current) showPeople(room.people, state.me);
  showRecipient(currentRoom());
  showUnread();
});
on("typing", (room) => room.name === state.current && status.showTyping(room.typing));
on("entry", log.showEntry);
on("changed", log.showChange);
on("older", log.showOlder);
on("dropped", log.showDropped);
on("unread", countUnread);
on("wire", wire.offerOwn);

// From the controls to the conversation.

rooms.onRooms({
  choose(room) {
    session.choose(room);
    closeDrawers();
    composer.focusForWriting();
  },
  leave,
  join(typed) {
    const fault = orders.askForRoom(typed);
    if (fault) return fault;
    closeDrawers();
    composer.focusForWriting();
  },
});
byId("leave").addEventListener("click", () => leave(state.current));

onPerson((name) => {
  const room = currentRoom();
  writeTo({ person: personCalled(name, room), name });
  closeDrawers();
  composer.focusComposer();
});
onRecipient(() => {
  writeTo(null);
  composer.focusComposer();
});

rename.onRename({ current: () => state.me, rename: orders.askForName, logOut });

composer.onCompose({
  submit(text) {
    const room = currentRoom();
    if (room && orders.carryOut(text, room)) composer.setDraft(text); // to be mended
    log.draw();
  },
  typing: () => currentRoom().recipient || link.send({ type: "typing", room: state.current }),
});

byId("log-frame").addEventListener("click", (event) => {
  const does = event.target.dataset.does;
  if (does === "older") return askForOlder();
  if (does === "unfold") return log.toggleLine(event.target);
  if (!does) return;
  outbox.decide(does, currentRoom(), event.target.closest("li").dataset.id);
  log.draw();
  composer.focusForWriting();
});
byId("log-frame").addEventListener("focusin", (event) => log.reveal(event.target));
byId("new-pill").addEventListener("click", () => {
  log.goToNewest();
  composer.focusForWriting();
});
onReached((where) => {
  if (where === "oldest") return askForOlder();
  if (currentRoom()) readBack(currentRoom(), where === "older");
  seen();
});

status.onState({ tryNow: link.open, continueHere: link.open });
document.addEventListener("visibilitychange", () => document.hidden || seen());
// Links may follow each other faster than these events: each event knows its own.
addEventListener("hashchange", ({ newURL }) => (inChat ? orders.askForRoom : login.wishFor)(roomOfAddress(newURL)));
answerOthers(() => (currentRoom() && inChat && !isElsewhere ? session.memory() : null));
setInterval(listRooms, LIST_EVERY);
setUpDrawers();
entry.start();

function linkChanged(now) {
  isElsewhere = now.is === "replaced";
  const was = online;
  online = now.is === "online";
  status.showState(now);
  if (was && !online) session.disconnected();
  if (inChat && was !== online) status.announce(online ? "Connected" : now.is === "replaced" ? "Continued elsewhere" : "Connection lost");
  if (!inChat && now.is === "waiting") login.showWaiting(true, "The server does not answer. Trying again…");
  if (!was && online) setTimeout(listRooms, 300);
}

function enterChat() {
  inChat = true;
  login.hideLogin();
  composer.focusForWriting();
}

function logOut() {
  closeDrawers();
  link.close();
  session.logOut();
  forgetEverything();
  inChat = false;
  tell("current");
  tell("rooms");
  login.showLogin("", entry.FIRST_ROOM);
}

function writeTo(recipient) {
  const room = currentRoom();
  room.recipient = recipient;
  showRecipient(room);
  status.announce(recipient ? `Writing to ${currentName(recipient)} only` : `Writing to everyone in ${room.name}`);
}

function leave(room) {
  session.leave(room);
  composer.focusForWriting(); // the button that was pressed is about to go
}

function askForOlder() {
  const room = currentRoom();
  if (room && orders.askForOlder(room)) log.showOlderState(room);
}

function listRooms() {
  if (online && inChat && !document.hidden) link.send({ type: "rooms" });
}

function applyLimits() {
  composer.setLimit(state.current === "cheeper" ? CHEEP : state.limits.text);
}
