// @ts-check
// Finds the addresses in a text. Only http and https become links: a `javascript:` address stays plain text.

// Bidi and zero-width characters end an address: it must be displayed in the order in which it is followed.
const ADDRESS = /https?:\/\/[^\s<>"\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/giu;
const OPENING_BRACKET = { ")": "(", "]": "[", "}": "{" };

/** Splits `text` into pieces, each a link or plain text. Joined, the pieces are `text` again. */
export function piecesOf(text) {
  const pieces = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTrailingPunctuation(match[0]);
    if (!isUsable(address)) continue;
    if (match.index > done) pieces.push({ text: text.slice(done, match.index), link: false });
    pieces.push({ text: address, link: true });
    done = match.index + address.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), link: false });
  return pieces;
}

// "(see https://example.org/a)." ends before ")." but "https://example.org/a_(b)" keeps its bracket.
function withoutTrailingPunctuation(address) {
  for (;;) {
    const last = address.at(-1);
    const opener = OPENING_BRACKET[last];
    const isUnbalanced = opener && address.split(opener).length < address.split(last).length;
    if (!isUnbalanced && !/[.,;:!?'’”…]/u.test(last)) return address;
    address = address.slice(0, -1);
  }
}

function isUsable(address) {
  try {
    const { protocol, hostname } = new URL(address);
    return (protocol === "http:" || protocol === "https:") && hostname !== "";
  } catch {
    return false;
  }
}
