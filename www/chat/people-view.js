// @ts-check
// The people in the room. Choosing one begins a message to that person only.

import { byId, closestTo, el, nameTag, setText, syncList } from "../shared/dom.js";
import { compareNames } from "../shared/names.js";

const SHOWN = 300; // names; the count is that of all

export function showPeople(people, me) {
  const sorted = [...people].sort(compareNames);
  setText(byId("people-count"), String(people.length));
  setText(byId("menu-people-count"), String(people.length));
  syncList(byId("people"), sorted.slice(0, SHOWN), (name) => `${name}${name === me ? " (you)" : ""}`, (name) => personItem(name, me));
  setText(byId("people-more"), sorted.length > SHOWN ? `and ${sorted.length - SHOWN} more` : "");
}

export function onPerson(choose) {
  byId("people").addEventListener("click", (event) => {
    const name = closestTo(event, "button") && closestTo(event, "li")?.dataset.name;
    if (name) choose(name);
  });
}

function personItem(name, me) {
  const tag = el("span", { class: "person-name" }, nameTag(name));
  if (name === me) return el("li", { "data-name": name, class: "me" }, tag, el("span", { class: "you" }, "you"));
  return el("li", { "data-name": name }, el("button", { type: "button", title: `Message ${name} only` }, tag));
}
