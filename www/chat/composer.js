// The field for the next line: Enter sends, Shift+Enter breaks the line, and what would be too long
// stays in the field until it is shorter.

import { byId, setText } from "../shared/dom.js";
import { lengthOf } from "../shared/names.js";

const NEAR_LIMIT = 100; // characters left from which on they are counted
const TYPING_EVERY = 3_000; // the server forgets after five seconds
const AFTER_SENDING = 1_000; // a sent line ends the typing; the next one is announced soon

const field = byId("composer");
let limit = 2000;
let typingFrom = 0; // when typing may be said again
let typingTimer;

export function onCompose({ submit, typing }) {
  byId("compose").addEventListener("submit", (event) => {
    event.preventDefault();
    trySending(submit);
  });
  field.addEventListener("keydown", (event) => {
    // While an input method composes, Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    trySending(submit);
  });
  field.addEventListener("input", () => {
    showLength();
    sayTyping(typing);
  });
}

export function setLimit(characters) {
  limit = characters;
  showLength();
}

export const draft = () => field.value;

export function setDraft(text) {
  field.value = text;
  field.selectionStart = field.selectionEnd = text.length;
  showLength();
}

export function setRoom(room) {
  field.disabled = byId("send").disabled = !room;
  setDraft(room?.draft ?? "");
}

export const focusComposer = () => field.focus();

/** Back to writing; on a touch screen a focus would open the keyboard over what was asked for. */
export function focusForWriting() {
  if (matchMedia("(pointer: coarse)").matches) byId("log").focus({ preventScroll: true });
  else field.focus();
}

function trySending(submit) {
  const text = field.value.trim();
  if (text === "" || lengthOf(text) > limit) return;
  setDraft("");
  clearTimeout(typingTimer);
  typingFrom = Math.min(typingFrom, Date.now() + AFTER_SENDING);
  submit(text);
}

// Said at once, then now and then, and a last time when there was something new since.
function sayTyping(typing) {
  clearTimeout(typingTimer);
  if (field.value.trim() === "" || field.value.startsWith("/")) return;
  const wait = typingFrom - Date.now();
  if (wait > 0) {
    typingTimer = setTimeout(sayTyping, wait, typing);
    return;
  }
  typingFrom = Date.now() + TYPING_EVERY;
  typing();
}

function showLength() {
  const left = limit - lengthOf(field.value.trim());
  const counter = byId("counter");
  counter.hidden = left > NEAR_LIMIT || field.value === "";
  setText(counter, left >= 0 ? `${left} left` : `${-left} too many`);
  counter.classList.toggle("over", left < 0);
  field.ariaInvalid = left < 0 ? "true" : null;
  // Where the browser cannot size the field by its content, its lines do.
  field.rows = Math.min(6, field.value.split("\n").length);
}
