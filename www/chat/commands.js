// What a typed line means: `/msg grace hi` is a whisper, anything without a slash is said.

import { foldName } from "../shared/names.js";

export const HELP = [
  '/msg NAME TEXT   a message to one person only; a name with blanks goes in "quotes"',
  "/nick NAME   change your name",
  "/join ROOM   join a room, or make one",
  "/leave   leave this room",
  "/ignore NAME   hide what someone says, or show it again; /ignore lists them",
  "/follow TOPIC …   the news topics you want",
  "//TEXT   say a line that begins with a slash",
].join("\n");

/** Reads a line as `{ does, … }`; `names` are those that were met: one with blanks must be in quotes. */
export function readLine(line, names) {
  if (!line.startsWith("/")) return { does: "say", text: line };
  if (line.startsWith("//")) return { does: "say", text: line.slice(1) };
  const [, word, rest] = /^\/(\S*)\s*(.*)$/su.exec(line);
  switch (word.toLowerCase()) {
    case "msg":
    case "whisper":
      return readWhisper(rest, names);
    case "nick":
    case "name":
      return rest ? { does: "nick", name: rest.trim() } : fault("Say which name: /nick grace");
    case "join":
      return rest ? { does: "join", room: rest } : fault("Say which room: /join rust");
    case "leave":
      return { does: "leave", room: rest.trim() };
    case "ignore":
      return { does: "ignore", name: rest.trim().replace(/^"(.*)"$/su, "$1") };
    case "follow":
      return { does: "follow", topics: rest.split(/[\s,]+/).filter(Boolean) };
    case "help":
      return { does: "help" };
    default:
      return fault(`There is no command /${word}. /help lists them.`);
  }
}

// As the terminal client reads it: the name ends at the first blank, or at the second quote.
function readWhisper(rest, names) {
  const isQuoted = rest.startsWith('"');
  const [, name, text] = (isQuoted ? /^"([^"]*)"(.*)$/su : /^(\S*)(.*)$/su).exec(rest) ?? [];
  const [to, said] = [name?.trim(), text?.trim()];
  if (!to || !said) return fault("Say to whom and what: /msg grace hi");
  const longer = isQuoted ? undefined : names.find((other) => beginsWith(`${to} ${said}`, other) && /\s/u.test(other));
  if (longer) return fault(`Whom do you mean? /msg "${longer}" TEXT, or /msg "${to}" TEXT`);
  return { does: "whisper", to, text: said };
}

// "grace hopper hi" may be for "grace hopper", or say "hopper hi" to "grace": a guess could tell a secret to the wrong one.
function beginsWith(line, name) {
  const [all, start] = [foldName(line), foldName(name)];
  return all.startsWith(start) && /^(\s|$)/u.test(all.slice(start.length));
}

const fault = (message) => ({ does: "fault", message });
