// The only module that makes nodes. Text enters as text, never as markup, so a line can hold anything.

import { piecesOf } from "./links.js";
import { colourOf } from "./names.js";

export const byId = (id) => document.getElementById(id);

/** Makes an element: attributes by name, listeners as `onclick`, children as nodes or strings. */
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

/** A name, kept apart from the text around it: a right-to-left name must not turn the sentence around. */
export function nameTag(name, className = "name") {
  return el("bdi", { class: `${className} ${colourOf(name)}` }, name);
}

/** The text of a line with its http and https addresses as links. */
export function richText(text) {
  const nodes = piecesOf(text).map((piece) =>
    piece.link
      ? el("a", { href: piece.text, target: "_blank", rel: "noopener noreferrer", dir: "auto" }, piece.text)
      : piece.text,
  );
  return el("span", { class: "text", dir: "auto" }, ...nodes);
}

/**
 * Makes the children of `list` match `items`, keeping those that are there already: rebuilding
 * a list from nothing would throw away the keyboard focus of whoever is in it.
 */
export function syncList(list, items, keyOf, make, update = () => {}) {
  const spare = new Map([...list.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const key = keyOf(item);
    const child = spare.get(key) ?? make(item);
    spare.delete(key);
    child.dataset.key = key;
    update(child, item);
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  });
  for (const child of spare.values()) child.remove();
}

/** Sets a text only when it differs: a live region would read an equal one again. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
