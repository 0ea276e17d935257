// @ts-check
// The login: a nickname, a room, and the reason if one of them is refused.

import { byId, control, nameTag, setText } from "../shared/dom.js";

const fields = { name: control("login-name"), room: control("login-room") };

export function onLogin(enter) {
  byId("login").addEventListener("submit", (event) => {
    event.preventDefault();
    enter(fields.name.value.trim(), fields.room.value);
  });
}

/** "ada is here in another tab": continue here, or enter beside it. */
export function showElsewhere(name, spare, { continueHere, enterBeside }) {
  byId("elsewhere").hidden = false;
  byId("elsewhere-name").replaceChildren(nameTag(name), " is here in another tab:");
  byId("elsewhere-spare").replaceChildren("Enter as ", nameTag(spare));
  byId("elsewhere-continue").onclick = continueHere;
  byId("elsewhere-spare").onclick = enterBeside;
  showLoginError("name", "");
  showWaiting(false);
  byId("elsewhere-continue").focus();
}

/** Whether this is still the name in the form. */
export const isTyped = (name) => !byId("login").hidden && fields.name.value === name;

/** The reader followed a link to a room before the login. */
export function suggestRoom(room) {
  if (room && !byId("login").hidden) fields.room.value = room;
}

export function showLogin(name, room) {
  byId("login").hidden = false;
  byId("chat").hidden = true;
  byId("elsewhere").hidden = true;
  fields.name.value = name;
  fields.room.value = room;
  showLoginError("name", "");
  showWaiting(false);
  fields.name.focus();
  fields.name.select();
}

export function hideLogin() {
  byId("login").hidden = true;
  byId("chat").hidden = false;
}

export function showLoginError(which, message) {
  const error = byId("login-error");
  setText(error, message);
  for (const [name, field] of Object.entries(fields)) {
    const isWrong = message !== "" && name === which;
    field.ariaInvalid = isWrong ? "true" : null;
    if (isWrong) field.setAttribute("aria-describedby", "login-error");
    else field.removeAttribute("aria-describedby");
  }
  if (message === "") return;
  fields[which].after(error);
  fields[which].focus();
  showWaiting(false);
}

export function showWaiting(waiting, reason = "") {
  control("login-enter").disabled = waiting;
  setText(byId("login-state"), waiting ? reason : "");
}
