// @ts-check
// What each message from the server changes. Unknown types are ignored: a newer server may say more than this page knows.

import { compareNames } from "../shared/names.js";
import { isHidden } from "./ignored.js";
import { addConfirmed, lineFrom } from "./merge.js";
import { lineRefused, takeAcknowledged } from "./pending.js";
import * as roster from "./roster.js";
import { joined, joinRefused, ownLeft, renamed, welcome } from "./session.js";
import { addEntry, addNotice, currentRoom, emit, removeEntry, state } from "./state.js";
import { timeOr } from "./time.js";

const handlers = {
  welcome,
  joined,

  said(event) {
    const room = state.rooms.get(event.room);
    if (!room) return;
    stopTyping(room, event.from);
    // A repeated line is acknowledged as it was first said: it may be here already.
    if (event.seq <= room.seq && room.entries.some((entry) => entry.seq === event.seq)) {
      const repeated = takeAcknowledged(event.id);
      if (repeated) dropEntry(room, repeated);
      return;
    }
    room.seq = Math.max(room.seq, event.seq);
    const line = lineFrom(event, state.me, room);
    addConfirmed(room, line);
    if (!line.own && !isHidden(line)) emit("unread", room);
  },

  whispered(event) {
    const { from, person, to, text, id } = event;
    if (person) roster.rememberPerson(from, person);
    const [fromMe, toMe] = [from === state.me, to === state.me];
    // A repeated whisper comes under the name that we had when it was first sent.
    const sent = fromMe || !toMe ? takeAcknowledged(id) : undefined;
    const own = fromMe || sent !== undefined;
    const room = state.rooms.get(sent?.room) ?? currentRoom();
    if (!room) return;
    if (sent) removeEntry(room, sent);
    const whisper = { kind: "whisper", from, to, text, id, at: timeOr(event.at), own, state: own ? "sent" : undefined };
    addEntry(room, Object.assign(sent ?? {}, whisper, own ? {} : { person }));
    if (!own && !isHidden({ person })) emit("unread", room);
  },

  entered({ room: name, name: who, person }) {
    const room = state.rooms.get(name);
    if (!room) return;
    roster.addPerson(room, who, person);
    addNotice("entered", [{ who }, ` has joined the room [${name}]`], room);
    emit("people", room);
  },

  left({ room: name, name: who }) {
    const room = state.rooms.get(name);
    if (!room) return;
    if (who === state.me) return ownLeft(name);
    roster.removePerson(room, who);
    stopTyping(room, who);
    addNotice("left", [{ who }, ` has left the room [${name}]`], room);
    emit("people", room);
  },

  people({ room: name, people, persons }) {
    const room = state.rooms.get(name);
    if (!room) return;
    roster.setPeople(room, people, persons);
    emit("people", room);
  },

  renamed({ from, to, person, rooms }) {
    if (from === state.me) {
      renamed(to);
      emit("me");
      emit("renamed");
    }
    for (const room of rooms.map((name) => state.rooms.get(name))) {
      if (!room) continue;
      roster.renamePerson(room, from, to, person);
      stopTyping(room, from);
      addNotice("renamed", to === state.me ? ["You are now ", { who: to }] : [{ who: from }, " is now ", { who: to }], room);
      emit("people", room);
    }
  },

  typing({ room: name, name: who, active }) {
    const room = state.rooms.get(name);
    if (!room || who === state.me) return;
    room.typing = room.typing.filter((other) => other !== who);
    if (active !== false && !isHidden({ person: roster.personNamed(who, room) })) room.typing.push(who);
    emit("typing", room);
  },

  notice(event) {
    const room = event.room ? state.rooms.get(event.room) : currentRoom();
    if (!room) return;
    const { kind, text, topic } = event;
    addEntry(room, { kind: "notice", notice: kind, text, topic, at: timeOr(event.at) });
  },

  history({ room: name, messages, more }) {
    const room = state.rooms.get(name);
    if (!room) return;
    const oldest = room.entries.find((entry) => entry.seq)?.seq ?? Infinity;
    const older = messages.filter(({ seq }) => seq < oldest).map((said) => lineFrom(said, state.me, room));
    room.entries.unshift(...older);
    room.loading = false;
    room.more = more && older.length > 0;
    emit("older", room, older);
  },

  rooms({ rooms }) {
    state.allRooms = [...rooms].sort((a, b) => compareNames(a.room, b.room));
    emit("rooms");
    if (!state.isListingRooms) return;
    state.isListingRooms = false;
    const list = state.allRooms.map(({ room, count }) => `${room} (${count})`);
    addNotice("help", `Rooms, with the people in each: ${list.join(", ")}`);
  },

  error(event) {
    if (event.id && lineRefused(event)) return;
    if (event.about === "join") return joinRefused(event);
    if (event.about === "name") return emit("rename-refused", event.message);
    if (event.about === "history") return historyRefused();
    if (event.about === "typing") return; // the page sent it, not its reader
    if (event.about === "rooms" && !state.isListingRooms) return;
    if (event.about === "rooms") state.isListingRooms = false;
    addNotice("error", event.message);
  },
};

export function handleMessage(message) {
  if (Object.hasOwn(handlers, message.type)) handlers[message.type](message);
}

function stopTyping(room, who) {
  if (!room.typing.includes(who)) return;
  room.typing = room.typing.filter((other) => other !== who);
  emit("typing", room);
}

function historyRefused() {
  for (const room of state.rooms.values()) room.loading = false;
}

function dropEntry(room, entry) {
  removeEntry(room, entry);
  emit("dropped", room, [entry]);
}
