// What a typed line means: `/msg grace hi` is a whisper, anything without a slash is said aloud.

import { foldName } from "./names.js";

export const HELP = [
  "/msg NAME TEXT   a message to one person only",
  "/nick NAME   change your name",
  "/join ROOM   join a room, or make one",
  "/leave   leave this room",
  "/follow TOPIC …   the news topics you want",
  "//TEXT   say a line that begins with a slash",
].join("\n");

/** Reads a line as `{ does, … }`; `people` are the names that `/msg` may mean, for names with spaces. */
export function readLine(line, people) {
  if (!line.startsWith("/")) return { does: "say", text: line };
  if (line.startsWith("//")) return { does: "say", text: line.slice(1) };
  const [, word, rest] = /^\/(\S*)\s*(.*)$/su.exec(line);
  switch (word.toLowerCase()) {
    case "msg":
    case "whisper":
      return readWhisper(rest, people);
    case "nick":
    case "name":
      return rest ? { does: "nick", name: rest.trim() } : fault("Say which name: /nick grace");
    case "join":
      return rest ? { does: "join", room: rest } : fault("Say which room: /join rust");
    case "leave":
      return { does: "leave", room: rest.trim() };
    case "follow":
      return { does: "follow", topics: rest.split(/[\s,]+/).filter(Boolean) };
    case "help":
      return { does: "help" };
    default:
      return fault(`There is no command /${word}. /help lists them.`);
  }
}

function readWhisper(rest, people) {
  // The longest known name wins: "ada lovelace hi" is for "ada lovelace" when she is here, else for "ada".
  const folded = foldName(rest);
  const known = people
    .filter((name) => folded.startsWith(`${foldName(name)} `) || folded === foldName(name))
    .sort((a, b) => b.length - a.length)[0];
  const to = known ?? /^\S*/u.exec(rest)[0];
  const text = rest.slice(to.length).trim();
  if (to === "" || text === "") return fault("Say to whom and what: /msg grace hi");
  return { does: "whisper", to, text };
}

const fault = (message) => ({ does: "fault", message });
