// The login view: a nickname, a room, and the reason when one of them is refused.

import { byId, nameTag, setText } from "../shared/dom.js";

const fields = { name: byId("login-name"), room: byId("login-room") };

export function onLogin(enter) {
  byId("login").addEventListener("submit", (event) => {
    event.preventDefault();
    enter(fields.name.value.trim(), fields.room.value);
  });
}

/** "ada is here in another tab": go on here, or enter beside it. */
export function showElsewhere(name, spare, { goOn, enterBeside }) {
  byId("elsewhere").hidden = false;
  byId("elsewhere-name").replaceChildren(nameTag(name), " is here in another tab:");
  byId("elsewhere-spare").replaceChildren("Enter as ", nameTag(spare));
  byId("elsewhere-continue").onclick = goOn;
  byId("elsewhere-spare").onclick = enterBeside;
  showLoginFault("name", "");
  showWaiting(false);
  byId("elsewhere-continue").focus();
}

/** Is this still the name in the form? */
export const isTyped = (name) => !byId("login").hidden && fields.name.value === name;

/** A link to a room was followed before there was a conversation. */
export function wishFor(room) {
  if (room && !byId("login").hidden) fields.room.value = room;
}

export function showLogin(name, room) {
  byId("login").hidden = false;
  byId("chat").hidden = true;
  byId("elsewhere").hidden = true;
  fields.name.value = name;
  fields.room.value = room;
  showLoginFault("name", "");
  showWaiting(false);
  fields.name.focus();
  fields.name.select();
}

export function hideLogin() {
  byId("login").hidden = true;
  byId("chat").hidden = false;
}

/** Says why, below the field it is about, and puts the reader there. */
export function showLoginFault(which, message) {
  const error = byId("login-error");
  setText(error, message);
  for (const [name, field] of Object.entries(fields)) {
    const wrong = message !== "" && name === which;
    field.ariaInvalid = wrong ? "true" : null;
    if (wrong) field.setAttribute("aria-describedby", "login-error");
    else field.removeAttribute("aria-describedby");
  }
  if (message === "") return;
  fields[which].after(error);
  fields[which].focus();
  showWaiting(false);
}

export function showWaiting(waiting, reason = "") {
  byId("login-enter").disabled = waiting;
  setText(byId("login-state"), waiting ? reason : "");
}
