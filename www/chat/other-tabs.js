// @ts-check
// The other tabs of this browser. A tab in the chat says its name when asked, and hands its session over to the tab in
// which the reader wants to continue. The channel does not leave this browser.

import { sameName } from "../shared/names.js";

// How long to wait for answers, in milliseconds.
export const SHORT_WAIT = 400;
export const LONG_WAIT = 60_000; // a busy computer may run the other tab late
const HANDOVER_WAIT = 2_000;
const FURTHER_WAIT = 50; // after the answer that matters

const MOST_SPARE_NAMES = 8;

const channel = new BroadcastChannel("ws101.tabs");

/** `memory` returns what this tab would hand over, or null while it has no name. */
export function answerOtherTabs(memory) {
  channel.addEventListener("message", ({ data }) => {
    const own = memory();
    if (data.type === "who" && own) channel.postMessage({ type: "here", name: own.name });
    if (data.type === "give" && sameName(data.name, own?.name)) channel.postMessage({ type: "given", memory: own });
  });
}

/** The names in the tabs that answer in time. Once `wanted` is among them, it hardly waits for more. */
export async function namesInOtherTabs(wanted, wait) {
  const replies = await repliesTo({ type: "who" }, wait, ({ type, name }) => type === "here" && sameName(name, wanted));
  return replies.filter(({ type }) => type === "here").map(({ name }) => name);
}

/** The memory of the tab with this name; undefined if that tab has gone. */
export async function takeOver(name) {
  const isWanted = ({ type, memory }) => type === "given" && sameName(memory.name, name);
  return (await repliesTo({ type: "give", name }, HANDOVER_WAIT, isWanted)).find(isWanted)?.memory;
}

/** Names to try in turn: ada2, ada3 …, without those that other tabs have. */
export function spareNames(name, longest, taken) {
  const names = [];
  for (let number = 2; names.length < MOST_SPARE_NAMES; number += 1) {
    const start = [...name].slice(0, longest - String(number).length).join("");
    if (!taken.some((other) => sameName(other, start + number))) names.push(start + number);
  }
  return names;
}

function repliesTo(question, wait, isEnough) {
  return new Promise((resolve) => {
    const replies = [];
    let timer = setTimeout(done, wait);
    function collect({ data }) {
      replies.push(data);
      if (!isEnough(data)) return;
      clearTimeout(timer);
      timer = setTimeout(done, FURTHER_WAIT);
    }
    function done() {
      channel.removeEventListener("message", collect);
      resolve(replies);
    }
    channel.addEventListener("message", collect);
    channel.postMessage(question);
  });
}
