// Whom the next line is for: everyone in the room, or one person, shown as a chip beside the field. It holds the
// person and not the name, so it follows when they are renamed and never means a later holder of the name.

import { byId, nameTag, setText } from "../shared/dom.js";
import { isHere, nameOf } from "./roster.js";

const [chip, label, remove, field] = [byId("recipient"), byId("recipient-label"), byId("recipient-remove"), byId("composer")];

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
  const gone = !isHere(recipient.person);
  chip.classList.toggle("gone", gone);
  label.replaceChildren("To ", nameTag(name), gone ? " only, who has left" : " only");
  remove.setAttribute("aria-label", `Write to everyone again, not to ${name} only`);
}
