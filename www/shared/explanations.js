// The sentences about fields, rules and headers: the server's own, which `ws101 inspect` says too.

let all = { fields: {}, values: {}, rules: {}, headers: {}, devtools: {} };

export async function loadExplanations() {
  const answer = await fetch(new URL("explanations.json", import.meta.url));
  if (answer.ok) all = await answer.json();
}

export const aboutField = (name) => all.fields[name] ?? { label: name };

/** The rule that was broken. Of text that is not UTF-8 it says why, and names the byte that shows it. */
export function aboutRule({ rule, why, byte, at }) {
  const about = all.rules[why ? `${rule}.${why}` : rule] ?? { label: rule ?? "a rule" };
  const place = at === undefined ? all.values["place.earlier"] : all.values["place.here"]?.replace("{at}", at);
  return { ...about, sentence: about.sentence?.replace("{byte}", byte).replace("{place}", place) };
}

export const aboutValue = (name) => all.values[name] ?? "";

/** What a browser's own developer tools show of such a frame. */
export const aboutDevtools = (kind) => all.devtools[kind] ?? "";

/** A header is the same in capitals and without. */
export function aboutHeader(name) {
  const known = Object.keys(all.headers).find((one) => one.toLowerCase() === name.toLowerCase());
  return all.headers[known];
}

/** A section of RFC 6455, unless it says itself which RFC it is of. */
export const sectionOf = (section) => (section.startsWith("RFC") ? section : `RFC 6455 §${section}`);
