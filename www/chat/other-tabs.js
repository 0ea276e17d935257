// The other tabs of this browser. Each that chats says its name when asked, and gives its session to the tab in which
// its reader wants to go on. The channel does not leave the browser, nor this site.

import { sameName } from "../shared/names.js";

export const SOON = 400; // milliseconds
export const LATE = 60_000; // from a tab on a busy computer
const HANDED_OVER_WITHIN = 2_000;
const OTHERS_WITHIN = 50; // after the answer that matters
const MOST_TRIES = 8;

const channel = new BroadcastChannel("ws101.tabs");

/** Of a tab that chats: `current` gives its memory, or null when it has no name now. */
export function answerOthers(current) {
  channel.addEventListener("message", ({ data }) => {
    const memory = current();
    if (data.type === "who" && memory) channel.postMessage({ type: "here", name: memory.name });
    if (data.type === "give" && sameName(data.name, memory?.name)) channel.postMessage({ type: "given", memory });
  });
}

/** The names of the other tabs that answer in time; once `wanted` is among them, the others are hardly waited for. */
export async function namesOfOthers(wanted, within) {
  const heard = await answers({ type: "who" }, within, ({ type, name }) => type === "here" && sameName(name, wanted));
  return heard.filter(({ type }) => type === "here").map(({ name }) => name);
}

/** What the tab of that name knows, its session included; undefined when that tab has gone. */
export async function takeOver(name) {
  const isIt = ({ type, memory }) => type === "given" && sameName(memory.name, name);
  return (await answers({ type: "give", name }, HANDED_OVER_WITHIN, isIt)).find(isIt)?.memory;
}

/** Names to try one after the other: ada2, ada3 …, but for those that are `taken` here. */
export function spareNames(name, longest, taken) {
  const names = [];
  for (let number = 2; names.length < MOST_TRIES; number += 1) {
    const start = [...name].slice(0, longest - String(number).length).join("");
    if (!taken.some((other) => sameName(other, start + number))) names.push(start + number);
  }
  return names;
}

// What the others say to a question, until soon after `isEnough` holds for one of them.
function answers(question, within, isEnough) {
  return new Promise((resolve) => {
    const heard = [];
    let timer = setTimeout(done, within);
    function hear({ data }) {
      heard.push(data);
      if (!isEnough(data)) return;
      clearTimeout(timer);
      timer = setTimeout(done, OTHERS_WITHIN);
    }
    function done() {
      channel.removeEventListener("message", hear);
      resolve(heard);
    }
    channel.addEventListener("message", hear);
    channel.postMessage(question);
  });
}
