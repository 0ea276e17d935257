// The lines of an HTTP head, why each stands there, and what the server's own checks say of it.

import { aboutHeader, aboutValue, sectionOf } from "../shared/explanations.js";

// What a handshake has by habit only.
const HABITS = {
  "user-agent": "What your browser calls itself. Nobody needs it.",
  cookie: "What this site has asked your browser to keep: the chat’s nickname.",
  "": "An empty line ends the head.",
};
const FIRST = { request: ["method", "HTTP version", "target"], answer: ["status", "HTTP version"] };

/**
 * Each line of an `http` record: where it begins, its text, its bytes with their end, its header's name and value, the
 * sentences about it (`says`, `by`, `without`, `blotted`), and its `checks`, each right or not.
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
  return { says: HABITS[name] ?? "The handshake does not need it; it is ordinary HTTP.", by: "" };
}
