// @ts-check
// The sentences about fields, rules and headers. The server reads the same file for `ws101 inspect`.

let all = { fields: {}, values: {}, rules: {}, headers: {}, devtools: {} };

export async function loadExplanations() {
  const answer = await fetch(new URL("explanations.json", import.meta.url));
  if (answer.ok) all = await answer.json();
}

export const aboutField = (name) => all.fields[name] ?? { label: name };

/** The rule that was broken. For text that is not UTF-8 it says why, and names the byte that shows it. */
export function aboutRule({ rule, why, byte, at }) {
  const about = all.rules[why ? `${rule}.${why}` : rule] ?? { label: rule ?? "a rule" };
  const place = at === undefined ? all.values["place.earlier"] : all.values["place.here"]?.replace("{at}", at);
  return { ...about, sentence: about.sentence?.replace("{byte}", byte).replace("{place}", place) };
}

export const aboutValue = (name) => all.values[name] ?? "";

/** What a browser's own developer tools show of such a frame. */
export const aboutDevtools = (kind) => all.devtools[kind] ?? "";

/** A header's name has no case. */
export function aboutHeader(name) {
  const known = Object.keys(all.headers).find((header) => header.toLowerCase() === name.toLowerCase());
  return known && all.headers[known];
}

/** A section of RFC 6455, unless it names another RFC itself. */
export const sectionOf = (section) => (section.startsWith("RFC") ? section : `RFC 6455 §${section}`);
