// Whom this reader does not want to hear. The server keeps their whispers away; lines in rooms are sent to all,
// so these are hidden here. What counts is the person, not the name.

import { sameName } from "../shared/names.js";
import { meet, nameOf, personCalled } from "./roster.js";
import { state } from "./state.js";

const nameNow = ([person, name]) => nameOf(person) ?? name;

export const ignoredNames = () => [...state.ignored].map(nameNow);
export const isHidden = ({ own, person }) => !own && state.ignored.has(person);

/** Ignores the one of this name, or hears them again: says which it is; undefined if no one was met by that name. */
export function toggleIgnored(name, room) {
  const [known] = [...state.ignored].find((pair) => sameName(nameNow(pair), name)) ?? [];
  const person = known ?? personCalled(name, room);
  if (!person) return undefined;
  const hidden = !state.ignored.delete(person);
  if (hidden) state.ignored.set(person, name);
  return { hidden };
}

/** Those whom this tab ignored before a reload, or another tab whose session goes on here. */
export function ignoreAgain(pairs) {
  state.ignored = new Map(pairs);
  for (const [person, name] of pairs) meet(name, person);
}
