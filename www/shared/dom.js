// @ts-check
// The only module that creates nodes. Text is set as text, never as markup, so a line may contain anything.

import { piecesOf } from "./links.js";
import { colourOf } from "./names.js";

/** The element with this id in the page's HTML. */
export const byId = (id) => document.getElementById(id);

/** One that can be filled in or pressed. */
export const control = (id) => /** @type {HTMLInputElement & HTMLTextAreaElement & HTMLSelectElement} */ (byId(id));

/** Where an event happened: the nearest element around its target that matches `selector`. */
export const closestTo = ({ target }, selector) => /** @type {HTMLElement | null} */ (target.closest?.(selector) ?? null);

/** Creates an element: attributes by name, listeners as `onclick`; a child may be a node, a string or null. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** A name, isolated: written right to left, it must not reorder the sentence around it. */
export function nameTag(name, className = "name") {
  return el("bdi", { class: `${className} ${colourOf(name)}` }, name);
}

export function richText(text) {
  const nodes = piecesOf(text).map((piece) =>
    piece.link
      ? el("a", { href: piece.text, target: "_blank", rel: "noopener noreferrer", dir: "auto" }, piece.text)
      : piece.text,
  );
  return el("span", { class: "text", dir: "auto" }, ...nodes);
}

/** Makes the children of `list` match `items`. Children that stay are kept, and with them the keyboard focus. */
export function syncList(list, items, keyOf, make, update = (_child, _item) => {}) {
  const unused = new Map([...list.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const key = keyOf(item);
    const child = unused.get(key) ?? make(item);
    unused.delete(key);
    child.dataset.key = key;
    update(child, item);
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  });
  for (const child of unused.values()) child.remove();
}

/** Sets a text only if it differs: a live region would read the same text out again. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
