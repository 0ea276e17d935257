// The login view: a nickname, a room, and the reason when one of them is refused.

import { byId, setText } from "./dom.js";

const fields = { name: byId("login-name"), room: byId("login-room") };

export function onLogin(enter) {
  byId("login").addEventListener("submit", (event) => {
    event.preventDefault();
    enter(fields.name.value.trim(), fields.room.value);
  });
}

export function showLogin(name, room) {
  byId("login").hidden = false;
  byId("chat").hidden = true;
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
    field.toggleAttribute("aria-invalid", wrong);
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
