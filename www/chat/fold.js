// Long lines are folded: of more than about twelve lines on the screen, the first are shown, and a button for all.

import { el } from "../shared/dom.js";

const MAY_BE_LONG = 200; // characters that fill twelve lines of the narrowest page, if they are wide

/** Marks a text that may have to be folded. Only such texts are measured. */
export function foldable(text, content) {
  if (text.length >= MAY_BE_LONG || text.split("\n").length > 12) content.classList.add("foldable");
  return content;
}

/** Folds those texts in `list` that are long, as far as it is not known yet; `isOpen` says which stay open. */
export function foldLong(list, isOpen) {
  const texts = [...list.querySelectorAll(".foldable:not(.measured)")];
  for (const text of texts) text.classList.add("measured");
  // All are measured before any is changed: one layout.
  const long = texts.map((text) => text.scrollHeight > text.clientHeight + 1);
  texts.forEach((text, place) => {
    const item = text.closest("li");
    item.querySelector(".unfold")?.remove();
    if (!long[place]) return;
    item.querySelector(":scope > time").after(el("button", { type: "button", class: "plain unfold", "data-does": "unfold" }));
    setOpen(item, isOpen(item));
  });
}

/** The page has another width: all has to be measured again. */
export function measureAgain(list) {
  for (const text of list.querySelectorAll(".measured")) text.classList.remove("measured", "folded", "open");
}

export function setOpen(item, open) {
  const [text, button] = [item.querySelector(".foldable"), item.querySelector(".unfold")];
  text.classList.toggle("open", open);
  text.classList.toggle("folded", !open);
  button.setAttribute("aria-expanded", String(open));
  button.textContent = open ? "Show less" : "Show all";
}

/** Is it in a folded text, below what can be seen of it? */
export function isFoldedAway(element) {
  const text = element.closest(".folded");
  return text !== null && element.getBoundingClientRect().bottom > text.getBoundingClientRect().bottom;
}
