// @ts-check
// The people whom this reader ignores. The server withholds their whispers; their lines in rooms are hidden here.

import { sameName } from "../shared/names.js";
import { nameOf, personNamed, rememberPerson } from "./roster.js";
import { state } from "./state.js";

const currentName = ([person, name]) => nameOf(person) ?? name;

export const ignoredNames = () => [...state.ignored].map(currentName);
/** @type {(entry: { own?: boolean, person?: string }) => boolean} */
export const isHidden = ({ own, person }) => !own && state.ignored.has(person);

/** Ignores the person with this name, or no longer does. Undefined if no such person is known. */
export function toggleIgnored(name, room) {
  const [known] = [...state.ignored].find((pair) => sameName(currentName(pair), name)) ?? [];
  const person = known ?? personNamed(name, room);
  if (!person) return undefined;
  const hidden = !state.ignored.delete(person);
  if (hidden) state.ignored.set(person, name);
  return { hidden };
}

/** Restores the list that this tab had before a reload, or that came with another tab's session. */
export function restoreIgnored(pairs) {
  state.ignored = new Map(pairs);
  for (const [person, name] of pairs) rememberPerson(name, person);
}
