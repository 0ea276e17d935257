// What the reader asks for, checked as far as the page can. A function gives back a sentence when
// something is wrong, for the view that asked to show.

import { faultOfName, faultOfRoom, sameName, tidyRoom } from "../shared/names.js";
import { HELP, readLine } from "./commands.js";
import { ignoredNames, toggleIgnored } from "./ignored.js";
import { post } from "./pending.js";
import { namesMet, personCalled } from "./roster.js";
import { ask, join, leave, save } from "./session.js";
import { HELD, note, state, tell } from "./state.js";

const NO_CONNECTION = "There is no connection just now.";
const PAGE = 50; // older lines asked for at once

/** Does what a typed line means; what is wrong with it is said in the log, and given back. */
export function carryOut(typed, room) {
  const order = readLine(typed, namesMet());
  const fault = does[order.does](order, room);
  if (fault) note("error", fault, room);
  return fault;
}

const does = {
  say: ({ text }, room) => (room.recipient ? whisper(room, room.recipient, text) : post(room, { kind: "line", from: state.me, text })),
  whisper: ({ to, text }, room) => whisper(room, { person: personCalled(to, room), name: to }, text),
  nick: ({ name }) => askForName(name),
  join: ({ room }) => askForRoom(room),
  leave: ({ room }, here) => leave(tidyRoom(room) || here.name),
  ignore: ({ name }, room) => (name ? ignore(name, room) : listIgnored()),
  follow: ({ topics }) => askForNews(topics),
  help: (_, room) => note("help", HELP, room),
  fault: ({ message }) => message,
};

function whisper(room, { person, name }, text) {
  post(room, { kind: "whisper", from: state.me, to: name, person, text });
}

export function askForRoom(typed) {
  const room = tidyRoom(typed);
  const fault = faultOfRoom(room, state.limits.room);
  if (!fault) join(room);
  return fault;
}

export function askForName(name) {
  const fault = faultOfName(name, state.limits.name);
  if (fault) return fault;
  if (name === state.me) tell("renamed");
  else if (!ask({ type: "name", name })) return NO_CONNECTION;
}

/** Asks for the lines before the oldest one here; true when a request is under way. */
export function askForOlder(room) {
  if (!room.more || room.loading || room.entries.length >= HELD) return false;
  const before = room.entries.find((entry) => entry.seq)?.seq;
  const limit = Math.min(PAGE, state.limits.history, HELD - room.entries.length);
  room.loading = before !== undefined && ask({ type: "history", room: room.name, before, limit });
  return room.loading;
}

function ignore(name, room) {
  if (sameName(name, state.me)) return "That is you.";
  const done = toggleIgnored(name, room);
  if (!done) return `No one called ${name} is in a room of yours or has whispered to you.`;
  ask({ type: "ignore", persons: [...state.ignored.keys()] }); // without a connection: with the next one
  save();
  tell("dropped", room);
  note("help", [{ who: name }, done.hidden ? " is hidden. The same command shows them again." : " is shown again."]);
}

function listIgnored() {
  const names = ignoredNames();
  note("help", names.length ? `You ignore ${names.join(", ")}.` : "You ignore no one.");
}

function askForNews(topics) {
  if (!ask({ type: "follow", topics })) return NO_CONNECTION;
  state.topics = topics;
  note("help", topics.length ? `You follow the news on ${topics.join(", ")}.` : "You follow all news.");
}
