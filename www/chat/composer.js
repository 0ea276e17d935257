// @ts-check
// The field for the next line. A text that is too long stays in the field.

import { byId, control, setText } from "../shared/dom.js";
import { lengthOf } from "../shared/names.js";

const NEAR_LIMIT = 100; // from here on, the characters left are shown
const TYPING_INTERVAL = 3_000; // the server forgets it after five seconds
const PAUSE_AFTER_LINE = 1_000; // a line ends the typing; the next is announced after this pause

const field = control("composer");
let limit = 2000;
let nextTyping = 0; // when typing may be announced again
let typingTimer;

export function onCompose({ submit, announceTyping }) {
  byId("compose").addEventListener("submit", (event) => {
    event.preventDefault();
    trySending(submit);
  });
  field.addEventListener("keydown", (event) => {
    // While an input method is composing, Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    trySending(submit);
  });
  field.addEventListener("input", () => {
    showLength();
    typed(announceTyping);
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
  field.disabled = control("send").disabled = !room;
  setDraft(room?.draft ?? "");
}

export const focusComposer = () => field.focus();

/** On a touch screen, focus in the field would open the keyboard over the log. */
export function focusForWriting() {
  if (matchMedia("(pointer: coarse)").matches) byId("log").focus({ preventScroll: true });
  else field.focus();
}

function trySending(submit) {
  const text = field.value.trim();
  if (text === "" || lengthOf(text) > limit) return;
  setDraft("");
  clearTimeout(typingTimer);
  nextTyping = Math.min(nextTyping, Date.now() + PAUSE_AFTER_LINE);
  submit(text);
}

// At once, then every few seconds, and once more if something was typed since.
function typed(announceTyping) {
  clearTimeout(typingTimer);
  if (field.value.trim() === "" || field.value.startsWith("/")) return;
  const wait = nextTyping - Date.now();
  if (wait > 0) {
    typingTimer = setTimeout(typed, wait, announceTyping);
    return;
  }
  nextTyping = Date.now() + TYPING_INTERVAL;
  announceTyping();
}

function showLength() {
  const left = limit - lengthOf(field.value.trim());
  const counter = byId("counter");
  counter.hidden = left > NEAR_LIMIT || field.value === "";
  setText(counter, left >= 0 ? `${left} left` : `${-left} too many`);
  counter.classList.toggle("over", left < 0);
  field.ariaInvalid = left < 0 ? "true" : null;
  // For browsers that cannot size the field by its content.
  field.rows = Math.min(6, field.value.split("\n").length);
}
