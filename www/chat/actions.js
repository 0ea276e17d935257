// @ts-check
// What the reader asks for, checked as far as the page can. An action returns a sentence if something is wrong.

import { counted } from "../shared/bytes.js";
import { compareNames, nameProblem, normalizeRoom, roomProblem, sameName } from "../shared/names.js";
import { HELP, readLine } from "./commands.js";
import { ignoredNames, toggleIgnored } from "./ignored.js";
import { post } from "./pending.js";
import { knownNames, personNamed } from "./roster.js";
import { join, leave, request, save } from "./session.js";
import { addNotice, emit, ENTRIES_KEPT_FOR_READING, state } from "./state.js";

const NO_CONNECTION = "There is no connection.";
const PAGE = 50; // older lines in one request
const MOST_LISTED = 100; // names in one notice

/** Does what a typed line means. If something is wrong, says so in the log and returns the sentence. */
export function run(typed, room) {
  const { command, ...details } = readLine(typed, knownNames());
  const problem = commands[command](details, room);
  if (problem) addNotice("error", problem, room);
  return problem;
}

const commands = {
  say: ({ text }, room) => (room.recipient ? whisper(room, room.recipient, text) : post(room, { kind: "line", from: state.me, text })),
  name: ({ name }) => changeName(name),
  whisper: ({ to, text }, room) => whisper(room, { person: personNamed(to, room), name: to }, text),
  join: ({ room }) => joinRoom(room),
  leave: ({ room }, here) => leave(normalizeRoom(room) || here.name),
  people: ({ room }, here) => listPeople(normalizeRoom(room) || here.name),
  rooms: () => listRooms(),
  history: ({ count }, room) => showOlder(room, count),
  follow: ({ topics }) => follow(topics),
  ignore: ({ name }, room) => (name ? ignore(name, room) : listIgnored()),
  quit: () => emit("quit"),
  help: (_, room) => addNotice("help", HELP, room),
  problem: ({ message }) => message,
};

function whisper(room, { person, name }, text) {
  post(room, { kind: "whisper", from: state.me, to: name, person, text });
}

export function joinRoom(typed) {
  const room = normalizeRoom(typed);
  const problem = roomProblem(room, state.limits.room);
  if (!problem) join(room);
  return problem;
}

export function changeName(name) {
  const problem = nameProblem(name, state.limits.name);
  if (problem) return problem;
  if (name === state.me) emit("renamed");
  else if (!request({ type: "name", name })) return NO_CONNECTION;
}

/** Requests the lines before the oldest one here; true if a request is under way. */
export function loadOlder(room, count = PAGE) {
  if (!room.more || room.loading || isFull(room)) return false;
  const before = room.entries.find((entry) => entry.seq)?.seq;
  const limit = Math.min(count, state.limits.history, ENTRIES_KEPT_FOR_READING - room.entries.length);
  room.loading = before !== undefined && request({ type: "history", room: room.name, before, limit });
  return room.loading;
}

const isFull = (room) => room.entries.length >= ENTRIES_KEPT_FOR_READING;

function showOlder(room, count) {
  if (!room.more) return addNotice("help", "There are no earlier lines.", room);
  if (isFull(room)) return `A page keeps at most ${ENTRIES_KEPT_FOR_READING} lines of a room.`;
  if (!loadOlder(room, count) && !room.loading) return NO_CONNECTION;
  room.isShowingOlder = true;
}

function listPeople(name) {
  const people = state.rooms.get(name)?.people;
  if (!people) return `You are not in the room ${name}: /rooms lists how many people are in each.`;
  addNotice("help", [`${counted(people.length, "person", "people")} in [${name}]: `, ...listOf(people)]);
}

function listRooms() {
  if (!request({ type: "rooms" })) return NO_CONNECTION;
  state.isListingRooms = true; // as soon as the answer comes
}

function ignore(name, room) {
  if (sameName(name, state.me)) return "That is you.";
  const toggled = toggleIgnored(name, room);
  if (!toggled) return `No one called ${name} is in one of your rooms or has whispered to you.`;
  request({ type: "ignore", persons: [...state.ignored.keys()] }); // without a connection, the next one begins with it
  save();
  emit("dropped", room);
  addNotice("help", [{ who: name }, toggled.hidden ? " is hidden. The same command shows this person again." : " is shown again."]);
}

function listIgnored() {
  const names = ignoredNames();
  addNotice("help", names.length ? ["You ignore ", ...listOf(names), "."] : "You ignore no one.");
}

function follow(topics) {
  if (!request({ type: "follow", topics })) return NO_CONNECTION;
  state.topics = topics;
  addNotice("help", topics.length ? `You follow the news on ${topics.join(", ")}.` : "You follow all news.");
}

/** Names as parts of a notice, the first hundred of them. */
function listOf(names) {
  const shown = [...names].sort(compareNames).slice(0, MOST_LISTED);
  const rest = names.length - shown.length;
  return [...shown.flatMap((who, index) => (index ? [", ", { who }] : [{ who }])), rest ? ` and ${rest} more` : ""];
}
