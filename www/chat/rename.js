// The control for one's own name: a button that becomes a small form.

import { byId, setText } from "../shared/dom.js";

const [button, form, field] = [byId("rename"), byId("rename-form"), byId("rename-name")];

export function onRename({ current, rename, logOut }) {
  button.addEventListener("click", () => {
    field.value = current();
    toggle(form.hidden);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    showRenameFault(rename(field.value.trim()) ?? "");
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // the drawer stays open
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

export function showRenameFault(message) {
  setText(byId("rename-error"), message);
  field.ariaInvalid = message ? "true" : null;
  if (message) field.focus();
}

export const renameIsOpen = () => !form.hidden;

function toggle(open) {
  form.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  showRenameFault("");
  if (open) field.select();
  else button.focus();
}
