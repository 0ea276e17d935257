// @ts-check
// Bytes as people write them: in hexadecimal, in bits, as text.

const HEX_PAIR = /[0-9a-f]{2}/gi;
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const bytesOf = (hex) => Uint8Array.from(hex.match(HEX_PAIR) ?? [], (pair) => parseInt(pair, 16));
export const hexOf = (byte) => byte.toString(16).padStart(2, "0");
export const hexAll = (bytes) => Array.from(bytes, hexOf).join(" ");
export const bitsOf = (byte) => byte.toString(2).padStart(8, "0");

export const utf8Of = (text) => new TextEncoder().encode(text);

/** The bytes as text, or null if they are not UTF-8: a fragment may end within a character. */
export function textOf(bytes) {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return null;
  }
}

/** What to write below each byte: a character at its first byte, "·" at the others. */
export function charactersOf(bytes) {
  const shown = [];
  for (let at = 0; at < bytes.length; ) {
    const size = sizeOfCharacter(bytes[at]);
    const text = textOf(bytes.slice(at, at + size));
    if (text === null || text === "") shown.push("·");
    else shown.push(visible(text), ...Array(size - 1).fill("·"));
    at = shown.length;
  }
  return shown;
}

/** 1234567 as "1 234 567", with narrow spaces that do not break. */
export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");

export const counted = (number, one, many = `${one}s`) =>
  `${grouped(number)} ${number === 1 ? one : many}`;

function sizeOfCharacter(first) {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

// An invisible character, or one that would reorder its neighbours, is a dot.
function visible(character) {
  if (character === " ") return "␣";
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) ? character : "·";
}
