// What a Sec-WebSocket-Key is: sixteen bytes in base64, 22 letters and "==". Of another text, what is wrong with it.

import { counted } from "../shared/bytes.js";

/**
 * The `bytes` that a key stands for, as far as it is base64, and its `fault` as a sentence, "" when it has none. Base64 with bits left
 * over in its last letter is not canonical, and accepted: the RFC's own sample in §4.1 is such.
 */
export function readKey(key) {
  const fault = faultOfBase64(key);
  if (fault) return { bytes: [], fault };
  const bytes = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
  return { bytes, fault: bytes.length === 16 ? "" : `The length is wrong: these are ${counted(bytes.length, "byte")}, not 16.` };
}

function faultOfBase64(key) {
  if (key === "") return "There is no key.";
  const characters = [...key];
  const wrong = characters.findIndex((one) => !/[A-Za-z0-9+/=]/.test(one));
  if (wrong >= 0) return `Character ${wrong + 1}, ${nameOf(characters[wrong])}, is not base64: A to Z, a to z, 0 to 9, + and / are.`;
  const [, letters, padding, rest] = /^([^=]*)(=*)(.*)$/.exec(key);
  if (rest) return `The padding is wrong: “=”, character ${letters.length + 1}, can only end a key.`;
  return faultOfPadding(letters.length, padding);
}

// Four letters hold three bytes; of the last group "=" says how many are missing.
function faultOfPadding(letters, padding) {
  if (letters % 4 === 1) return `The length is wrong: the last of ${letters} letters begins a group of four, and one letter holds no byte.`;
  const wanted = "=".repeat(-letters & 3);
  if (padding === wanted) return "";
  return `The padding is wrong: ${counted(letters, "letter")} end with ${quoted(wanted)}, not with ${quoted(padding)}.`;
}

const quoted = (padding) => (padding ? `“${padding}”` : "none");

/** A character as it can be read: one that shows nothing, or turns its neighbours around, by its number. */
function nameOf(character) {
  if (/^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)) return `“${character}”`;
  return character === " " ? "a space" : `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
