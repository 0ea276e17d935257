// @ts-check
// Folds long lines: the first twelve rows or so are shown, with a button for the rest.

import { el } from "../shared/dom.js";

const MAY_BE_LONG = 200; // wide characters that fill twelve rows of the narrowest page

/** Marks a text that may be too long. Only such texts are measured. */
export function markFoldable(text, content) {
  if (text.length >= MAY_BE_LONG || text.split("\n").length > 12) content.classList.add("foldable");
  return content;
}

/** Measures the new texts in `list`, and folds the long ones; `isOpen` says which stay open. */
export function foldLong(list, isOpen) {
  const texts = [...list.querySelectorAll(".foldable:not(.measured)")];
  for (const text of texts) text.classList.add("measured");
  // All are measured before any is changed, so that the browser computes one layout.
  const long = texts.map((text) => text.scrollHeight > text.clientHeight + 1);
  texts.forEach((text, place) => {
    const item = text.closest("li");
    item.querySelector(".unfold")?.remove();
    if (!long[place]) return;
    item.querySelector(":scope > time").after(el("button", { type: "button", class: "plain unfold", "data-action": "unfold" }));
    setUnfolded(item, isOpen(item));
  });
}

/** After a change of width, all texts must be measured again. */
export function forgetMeasurements(list) {
  for (const text of list.querySelectorAll(".measured")) text.classList.remove("measured", "folded", "open");
}

export function setUnfolded(item, open) {
  const [text, button] = [item.querySelector(".foldable"), item.querySelector(".unfold")];
  text.classList.toggle("open", open);
  text.classList.toggle("folded", !open);
  button.setAttribute("aria-expanded", String(open));
  button.textContent = open ? "Show less" : "Show all";
}

/** Whether an element is in the hidden part of a folded text. */
export function isFoldedAway(element) {
  const text = element.closest(".folded");
  return text !== null && element.getBoundingClientRect().bottom > text.getBoundingClientRect().bottom;
}
