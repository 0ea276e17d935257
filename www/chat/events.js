// What each kind of message from the server changes. Unknown kinds and fields are left alone:
// a newer server may say more than this page knows.

import { byName } from "../shared/names.js";
import { isHidden } from "./ignored.js";
import { lineFrom, settle } from "./merge.js";
import { acknowledged, refused } from "./pending.js";
import { enrol, enter, leave, meet, personCalled, rename } from "./roster.js";
import { joined, joinRefused, ownLeft, renamed, welcome } from "./session.js";
import { addEntry, currentRoom, note, removeEntry, state, tell } from "./state.js";
import { timeOr } from "./time.js";

const heard = {
  welcome,
  joined,

  said(event) {
    const room = state.rooms.get(event.room);
    if (!room) return;
    stoppedTyping(room, event.from);
    // An acknowledgement of a repeat: the line may be here already.
    if (event.seq <= room.seq && room.entries.some((entry) => entry.seq === event.seq)) {
      const again = acknowledged(event.id);
      if (again) forget(room, again);
      return;
    }
    room.seq = Math.max(room.seq, event.seq);
    const line = lineFrom(event, state.me, room);
    settle(room, line);
    if (!line.own && !isHidden(line)) tell("unread", room);
  },

  whispered(event) {
    const { from, person, to, text, id } = event;
    if (person) meet(from, person);
    const [fromMe, toMe] = [from === state.me, to === state.me];
    // One that was sent again comes under the name that we had the first time.
    const mine = fromMe || !toMe ? acknowledged(id) : undefined;
    const own = fromMe || mine !== undefined;
    const room = state.rooms.get(mine?.room) ?? currentRoom();
    if (!room) return;
    if (mine) removeEntry(room, mine);
    const whisper = { kind: "whisper", from, to, text, id, at: timeOr(event.at), own, state: own ? "sent" : undefined };
    if (!own) whisper.person = person;
    addEntry(room, Object.assign(mine ?? {}, whisper));
    if (!own && !isHidden(whisper)) tell("unread", room);
  },

  entered({ room: name, name: who, person }) {
    const room = state.rooms.get(name);
    if (!room) return;
    enter(room, who, person);
    note("entered", [{ who }, ` has joined the room [${name}]`], room);
    tell("people", room);
  },

  left({ room: name, name: who }) {
    const room = state.rooms.get(name);
    if (!room) return;
    if (who === state.me) return ownLeft(name);
    leave(room, who);
    stoppedTyping(room, who);
    note("left", [{ who }, ` has left the room [${name}]`], room);
    tell("people", room);
  },

  people({ room: name, people, persons }) {
    const room = state.rooms.get(name);
    if (!room) return;
    enrol(room, people, persons);
    tell("people", room);
  },

  renamed({ from, to, person, rooms }) {
    const mine = from === state.me;
    if (mine) {
      renamed(to);
      tell("me");
      tell("renamed");
    }
    for (const room of rooms.map((name) => state.rooms.get(name))) {
      if (!room) continue;
      rename(room, from, to, person);
      stoppedTyping(room, from);
      // The server says it once per room, after which `from` is no longer ours.
      note("renamed", to === state.me ? ["You are now ", { who: to }] : [{ who: from }, " is now ", { who: to }], room);
      tell("people", room);
    }
  },

  typing({ room: name, name: who, active }) {
    const room = state.rooms.get(name);
    if (!room || who === state.me) return;
    room.typing = room.typing.filter((other) => other !== who);
    if (active !== false && !isHidden({ person: personCalled(who, room) })) room.typing.push(who);
    tell("typing", room);
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
    tell("older", room, older);
  },

  rooms({ rooms }) {
    state.listed = [...rooms].sort((a, b) => byName(a.room, b.room));
    tell("rooms");
  },

  error(event) {
    if (event.id && refused(event)) return;
    if (event.about === "join") return joinRefused(event);
    if (event.about === "name") return tell("rename-refused", event.message);
    if (event.about === "history") return historyRefused();
    if (event.about === "typing" || event.about === "rooms") return; // nobody asked by hand
    note("error", event.message);
  },
};

export function receive(message) {
  if (Object.hasOwn(heard, message.type)) heard[message.type](message);
}

function stoppedTyping(room, who) {
  if (!room.typing.includes(who)) return;
  room.typing = room.typing.filter((other) => other !== who);
  tell("typing", room);
}

function historyRefused() {
  for (const room of state.rooms.values()) room.loading = false;
}

function forget(room, entry) {
  removeEntry(room, entry);
  tell("dropped", room, [entry]);
}
