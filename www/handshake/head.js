// @ts-check
// The lines of an HTTP head: what each is for, and what the server's own checks found.

import { aboutHeader, aboutValue, sectionOf } from "../shared/explanations.js";

// Lines that a browser sends, but the handshake does not need.
const UNNEEDED = {
  "user-agent": "The name of your browser. The handshake does not need it.",
  cookie: "What this site has stored in your browser: the nickname in the chat.",
  "": "An empty line ends the head.",
};
const FIRST = { request: ["method", "HTTP version", "target"], answer: ["status", "HTTP version"] };

/**
 * The lines of an `http` record. Each has its offset, text and bytes (with CR LF), the name and value of its header, the
 * sentences about it, and the server's checks of it.
 */
export function linesOf(bytes, { dir, checks, blotted = [] }) {
  const lines = [];
  for (let at = 0; at < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, at);
    const end = feed < 0 ? bytes.length : feed + 1;
    const own = bytes.slice(at, end);
    const text = new TextDecoder("latin1").decode(own).replace(/\r?\n$/, "");
    const names = at === 0 ? FIRST[dir === "in" ? "request" : "answer"] : [text.split(":", 1)[0].toLowerCase()];
    const value = at === 0 ? "" : text.slice(names[0].length + 1).trim();
    const isOf = (header) => names.some((name) => name.toLowerCase() === header.toLowerCase());
    const about = { ...aboutOf(names[0]), blotted: blotted.some(isOf) ? aboutValue("blotted") : "" };
    lines.push({ at, text, bytes: own, name: names[0], value, checks: checks.filter(({ h }) => isOf(h)), about });
    at = end;
  }
  return lines;
}

function aboutOf(name) {
  const known = aboutHeader(name);
  if (known) return { says: known.sentence, by: sectionOf(known.section), without: known.without };
  return { says: UNNEEDED[name] ?? "Ordinary HTTP. The handshake does not need it.", by: "" };
}
