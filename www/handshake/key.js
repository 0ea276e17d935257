// @ts-check
// Reads a Sec-WebSocket-Key: sixteen bytes in base64. Of another text, it says what is wrong.

import { counted } from "../shared/bytes.js";

/**
 * The bytes of a key, if it is base64, and what is wrong with it as a sentence, or "". Unused bits in the last letter may be
 * set, although that is not canonical: RFC 6455 §4.1 has such a key as its sample.
 */
export function readKey(key) {
  const problem = base64Problem(key);
  if (problem) return { bytes: [], problem };
  const bytes = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
  return { bytes, problem: bytes.length === 16 ? "" : `The length is wrong: these are ${counted(bytes.length, "byte")}, not 16.` };
}

function base64Problem(key) {
  if (key === "") return "There is no key.";
  const characters = [...key];
  const wrong = characters.findIndex((one) => !/[A-Za-z0-9+/=]/.test(one));
  if (wrong >= 0) return `Character ${wrong + 1}, ${nameOf(characters[wrong])}, is not base64: A to Z, a to z, 0 to 9, + and / are.`;
  const [, letters, padding, rest] = /^([^=]*)(=*)(.*)$/.exec(key);
  if (rest) return `The padding is wrong: “=”, character ${letters.length + 1}, can only end a key.`;
  return paddingProblem(letters.length, padding);
}

// Four letters stand for three bytes; "=" fills the last group.
function paddingProblem(letters, padding) {
  if (letters % 4 === 1) return `The length is wrong: the last of ${letters} letters begins a group of four, and one letter holds no byte.`;
  const wanted = "=".repeat(-letters & 3);
  if (padding === wanted) return "";
  return `The padding is wrong: ${counted(letters, "letter")} end with ${quoted(wanted)}, not with ${quoted(padding)}.`;
}

const quoted = (padding) => (padding ? `“${padding}”` : "none");

/** A character in quotes; by its number if it is invisible or would reorder its neighbours. */
function nameOf(character) {
  if (/^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)) return `“${character}”`;
  return character === " " ? "a space" : `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
