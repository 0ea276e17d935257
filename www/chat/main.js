// @ts-check
// The wiring: which view listens to which event, and what each control does.

import { byId, closestTo } from "../shared/dom.js";
import { addressOf, createConnection } from "../shared/socket.js";
import * as actions from "./actions.js";
import { roomInAddress, showInAddress } from "./address.js";
import * as composer from "./composer.js";
import { closeDrawers, setUpDrawers } from "./drawers.js";
import { handleMessage } from "./events.js";
import { forgetEverything } from "./identity.js";
import * as log from "./log-view.js";
import * as login from "./login-view.js";
import { answerOtherTabs } from "./other-tabs.js";
import { retryOrDiscard } from "./pending.js";
import { onPerson, showPeople } from "./people-view.js";
import { currentName, onRecipient, showRecipient } from "./recipient.js";
import * as rename from "./rename.js";
import * as rooms from "./rooms-view.js";
import { personNamed } from "./roster.js";
import { onScrolled } from "./scroll.js";
import * as session from "./session.js";
import * as signIn from "./sign-in.js";
import { addNotice, currentRoom, emit, on, setReadingBack, state } from "./state.js";
import * as status from "./status.js";
import { countUnread, markRead, showUnread } from "./unread.js";
import * as wire from "./wire-drawer.js";

const LONGEST_CHEEP = 140; // characters, in the room of /cheeper
const LIST_INTERVAL = 10_000; // between two requests for the list of rooms

let isOnline = false;
let isElsewhere = false; // another tab continues with our name
let isInChat = false;

const connection = createConnection({
  url: addressOf("/ws"),
  protocol: "chat.ws101.v1",
  onMessage: handleMessage,
  onState: connectionChanged,
});
session.setSender(connection.send);
signIn.useConnection(connection);

// From the state to the views.

on("me", () => {
  rename.showMe(state.me);
  if (!isInChat) enterChat();
});
on("renamed", rename.renameDone);
on("rename-refused", (message) => (rename.renameIsOpen() ? rename.showRenameError(message) : addNotice("error", message)));
on("refused", (refusal) => {
  isInChat = false;
  signIn.refused(refusal);
});
on("quit", logOut);
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
  markRead();
});
on("rooms", showUnread);
on("room-refused", rooms.showRoomError);
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

// From the controls to the actions.

rooms.onRooms({
  choose(room) {
    session.choose(room);
    closeDrawers();
    composer.focusForWriting();
  },
  leave,
  join(typed) {
    const problem = actions.joinRoom(typed);
    if (problem) return problem;
    closeDrawers();
    composer.focusForWriting();
  },
});
byId("leave").addEventListener("click", () => leave(state.current));

onPerson((name) => {
  const room = currentRoom();
  setRecipient({ person: personNamed(name, room), name });
  closeDrawers();
  composer.focusComposer();
});
onRecipient(() => {
  setRecipient(null);
  composer.focusComposer();
});

rename.onRename({ current: () => state.me, rename: actions.changeName, logOut });

composer.onCompose({
  submit(text) {
    const room = currentRoom();
    if (room && actions.run(text, room)) composer.setDraft(text); // to be corrected
    log.draw();
  },
  announceTyping: () => currentRoom().recipient || connection.send({ type: "typing", room: state.current }),
});

byId("log-frame").addEventListener("click", (event) => {
  const button = closestTo(event, "[data-action]");
  const action = button?.dataset.action;
  if (action === "older") return loadOlder();
  if (action === "unfold") return log.toggleLine(button);
  if (action !== "retry" && action !== "discard") return;
  retryOrDiscard(action, currentRoom(), button.closest("li").dataset.id);
  log.draw();
  composer.focusForWriting();
});
byId("log-frame").addEventListener("focusin", ({ target }) => log.unfoldFocused(target));
byId("new-pill").addEventListener("click", () => {
  log.goToNewest();
  composer.focusForWriting();
});
onScrolled((where) => {
  if (where === "oldest") return loadOlder();
  if (currentRoom()) setReadingBack(currentRoom(), where === "older");
  markRead();
});

status.onState({ tryNow: connection.open, continueHere: connection.open });
document.addEventListener("visibilitychange", () => document.hidden || markRead());
// The address itself may have changed again before this event: the event has the right one.
addEventListener("hashchange", ({ newURL }) => (isInChat ? actions.joinRoom : login.suggestRoom)(roomInAddress(newURL)));
answerOtherTabs(() => (currentRoom() && isInChat && !isElsewhere ? session.memory() : null));
setInterval(listRooms, LIST_INTERVAL);
setUpDrawers();
signIn.start();

function connectionChanged(now) {
  isElsewhere = now.is === "replaced";
  const was = isOnline;
  isOnline = now.is === "online";
  status.showState(now);
  if (was && !isOnline) session.disconnected();
  if (isInChat && was !== isOnline) status.announce(isOnline ? "Connected" : isElsewhere ? "Continued in another tab" : "Connection lost");
  if (!isInChat && now.is === "waiting") login.showWaiting(true, "The server does not answer. Trying again…");
  if (!was && isOnline) setTimeout(listRooms, 300);
}

function enterChat() {
  isInChat = true;
  login.hideLogin();
  composer.focusForWriting();
}

function logOut() {
  closeDrawers();
  connection.close();
  session.logOut();
  forgetEverything();
  isInChat = false;
  emit("current");
  emit("rooms");
  login.showLogin("", signIn.FIRST_ROOM);
}

function setRecipient(recipient) {
  const room = currentRoom();
  room.recipient = recipient;
  showRecipient(room);
  status.announce(recipient ? `Writing to ${currentName(recipient)} only` : `Writing to everyone in ${room.name}`);
}

function leave(room) {
  session.leave(room);
  composer.focusForWriting(); // the button that had the focus is about to disappear
}

function loadOlder() {
  const room = currentRoom();
  if (room && actions.loadOlder(room)) log.showOlderState(room);
}

function listRooms() {
  if (isOnline && isInChat && !document.hidden) connection.send({ type: "rooms" });
}

function applyLimits() {
  composer.setLimit(state.current === "cheeper" ? LONGEST_CHEEP : state.limits.text);
}
