// @ts-check
// What a typed line means: a command, or a line to say. The terminal knows the same commands.

import { foldName } from "../shared/names.js";

export const HELP = [
  "/name NAME   change your name",
  '/whisper NAME TEXT   a message to one person only; a name with blanks goes in "quotes"',
  "/join ROOM   join a room, or turn to one that you are in",
  "/leave [ROOM]   leave a room",
  "/people [ROOM]   list the people in a room",
  "/rooms   list all rooms",
  "/history [N]   show N earlier lines",
  "/follow [TOPIC …]   receive news on these topics only; without a topic, all news",
  "/ignore [NAME]   hide a person's lines, or show them again; without a name, list those you ignore",
  "/quit   leave the chat",
  "/help   show this list",
  "//TEXT   say /TEXT",
].join("\n");

const EARLIER_LINES = 20; // unless `/history` names a number
const MOST_EARLIER_LINES = 100;

/** Reads a line as `{ command, … }`. `names` are those of all known people. */
export function readLine(line, names) {
  if (!line.startsWith("/")) return { command: "say", text: line };
  if (line.startsWith("//")) return { command: "say", text: line.slice(1) };
  const [, word, typed] = /^\/(\S*)\s*(.*)$/su.exec(line);
  const rest = typed.trim();
  switch (word.toLowerCase()) {
    case "name":
    case "nick":
      return rest ? { command: "name", name: rest } : problem("Say which name: /name grace");
    case "whisper":
    case "msg":
      return readWhisper(rest, names);
    case "join":
      return rest ? { command: "join", room: rest } : problem("Say which room: /join rust");
    case "leave":
    case "people":
      return { command: word.toLowerCase(), room: rest };
    case "history":
      return readHistory(rest);
    case "follow":
      return { command: "follow", topics: rest.split(/[\s,]+/).filter(Boolean) };
    case "ignore":
      return { command: "ignore", name: rest.replace(/^"(.*)"$/su, "$1") };
    case "rooms":
    case "quit":
    case "help":
      return { command: word.toLowerCase() };
    default:
      return problem(`/${word} is not a command: //${word} says it, /help lists the commands.`);
  }
}

// The name ends at the first blank, or at the second quote.
function readWhisper(rest, names) {
  const isQuoted = rest.startsWith('"');
  const [, name, text] = (isQuoted ? /^"([^"]*)"(.*)$/su : /^(\S*)(.*)$/su).exec(rest) ?? [];
  const [to, said] = [name?.trim(), text?.trim()];
  if (!to || !said) return problem("Say to whom, and what: /whisper grace hi");
  const longer = isQuoted ? undefined : names.find((other) => beginsWith(`${to} ${said}`, other) && /\s/u.test(other));
  if (longer) return problem(`Whom do you mean? /whisper "${longer}" TEXT, or /whisper "${to}" TEXT`);
  return { command: "whisper", to, text: said };
}

// "grace hopper hi" may be "hi" to "grace hopper" or "hopper hi" to "grace": a guess could tell a secret to the wrong person.
function beginsWith(line, name) {
  const [all, start] = [foldName(line), foldName(name)];
  return all.startsWith(start) && /^(\s|$)/u.test(all.slice(start.length));
}

function readHistory(rest) {
  const count = rest === "" ? EARLIER_LINES : Number(rest);
  const isCount = Number.isInteger(count) && count >= 1 && count <= MOST_EARLIER_LINES;
  return isCount ? { command: "history", count } : problem(`/history takes a number from 1 to ${MOST_EARLIER_LINES}.`);
}

const problem = (message) => ({ command: "problem", message });
