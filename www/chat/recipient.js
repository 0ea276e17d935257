// @ts-check
// The recipient of the next line: everyone in the room, or one person, who is shown as a chip. It holds the person, not the
// name: it follows a change of name, and never means the next holder of the name.

import { byId, control, nameTag, setText } from "../shared/dom.js";
import { isPresent, nameOf } from "./roster.js";

const [chip, label, remove, field] = [byId("recipient"), byId("recipient-label"), byId("recipient-remove"), control("composer")];

export function onRecipient(removed) {
  remove.addEventListener("click", removed);
  field.addEventListener("keydown", (event) => {
    if (chip.hidden || field.value !== "" || event.isComposing) return;
    if (event.key === "Escape" || event.key === "Backspace") removed();
  });
}

export const currentName = ({ person, name }) => nameOf(person) ?? name;

export function showRecipient(room) {
  const recipient = room?.recipient;
  chip.hidden = !recipient;
  const name = recipient && currentName(recipient);
  setText(byId("composer-label"), recipient ? `Your message to ${name} only` : "Your message");
  field.placeholder = recipient ? `Write to ${name} only` : room ? `Write to ${room.name}` : "Join a room to write";
  if (!recipient) return;
  const isGone = !isPresent(recipient.person);
  chip.classList.toggle("gone", isGone);
  label.replaceChildren("To ", nameTag(name), isGone ? " only, who has left" : " only");
  remove.setAttribute("aria-label", `Write to everyone again, not to ${name} only`);
}
