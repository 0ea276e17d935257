// The sentences about fields, rules and headers: the server's own, which `ws101 inspect` says too.

let all = { fields: {}, rules: {}, headers: {}, devtools: {} };

export async function loadExplanations() {
  const answer = await fetch("explanations.json");
  if (answer.ok) all = await answer.json();
}

export const aboutField = (name) => all.fields[name] ?? { label: name };
export const aboutRule = ({ rule }) => all.rules[rule] ?? { label: rule ?? "a rule" };

/** What a browser's own developer tools show of such a frame. */
export const aboutDevtools = (kind) => all.devtools[kind] ?? "";

/** A header is the same in capitals and without. */
export function aboutHeader(name) {
  const known = Object.keys(all.headers).find((one) => one.toLowerCase() === name.toLowerCase());
  return all.headers[known];
}

/** A section of RFC 6455, unless it says itself which RFC it is of. */
export const sectionOf = (section) => (section.startsWith("RFC") ? section : `RFC 6455 §${section}`);
