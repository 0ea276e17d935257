// Which parts of a text are addresses. Only http and https are: a `javascript:` address stays plain text.

// Bidi and zero-width characters end an address, so that none can be shown in another order than it is followed.
const ADDRESS = /https?:\/\/[^\s<>"\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/giu;
const CLOSERS = { ")": "(", "]": "[", "}": "{" };

/** Cuts `text` into `{ text, link }`; the pieces joined are the text again. */
export function piecesOf(text) {
  const pieces = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTail(match[0]);
    if (!leadsSomewhere(address)) continue;
    if (match.index > done) pieces.push({ text: text.slice(done, match.index), link: false });
    pieces.push({ text: address, link: true });
    done = match.index + address.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), link: false });
  return pieces;
}

// "(see https://example.org/a)." ends before ")." but "https://example.org/a_(b)" keeps its bracket.
function withoutTail(address) {
  for (;;) {
    const last = address.at(-1);
    const opener = CLOSERS[last];
    const unbalanced = opener && address.split(opener).length < address.split(last).length;
    if (!unbalanced && !/[.,;:!?'’”…]/u.test(last)) return address;
    address = address.slice(0, -1);
  }
}

function leadsSomewhere(address) {
  try {
    const { protocol, hostname } = new URL(address);
    return (protocol === "http:" || protocol === "https:") && hostname !== "";
  } catch {
    return false;
  }
}
