// @ts-check
// The control for the reader's own name: a button that opens a small form.

import { byId, control, setText } from "../shared/dom.js";

const [button, form, field] = [byId("rename"), byId("rename-form"), control("rename-name")];

export function onRename({ current, rename, logOut }) {
  button.addEventListener("click", () => {
    field.value = current();
    toggle(form.hidden);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    showRenameError(rename(field.value.trim()) ?? "");
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // or the drawer would close, too
    toggle(false);
  });
  byId("rename-cancel").addEventListener("click", () => toggle(false));
  byId("logout").addEventListener("click", logOut);
}

export function showMe(name) {
  setText(byId("me"), name);
}

export function renameDone() {
  if (!form.hidden) toggle(false);
}

export function showRenameError(message) {
  setText(byId("rename-error"), message);
  field.ariaInvalid = message ? "true" : null;
  if (message) field.focus();
}

export const renameIsOpen = () => !form.hidden;

function toggle(open) {
  form.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  showRenameError("");
  if (open) field.select();
  else button.focus();
}
