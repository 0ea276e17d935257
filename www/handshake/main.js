// @ts-check
// The page /handshake: the bytes that opened this page's connection, and the accept key of any key, step by step.

import { bytesOf, counted, grouped, hexOf } from "../shared/bytes.js";
import { byId, control, el, setText } from "../shared/dom.js";
import { loadExplanations } from "../shared/explanations.js";
import { openOwn, watch } from "../wire/source.js";
import { linesOf } from "./head.js";
import { readKey } from "./key.js";
import { sha1 } from "./sha1.js";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const SAMPLE = "dGhlIHNhbXBsZSBub25jZQ=="; // §1.3
const FIRST_BYTES = 12; // of the first frame, which follows the response

const own = { key: "", accept: "" };
const field = control("key");

field.addEventListener("input", compute);
byId("own-key").addEventListener("click", () => use(own.key));
byId("sample-key").addEventListener("click", () => use(SAMPLE));
use(SAMPLE);

await loadExplanations();
openOwn({
  path: "/ws",
  protocol: "chat.ws101.v1",
  onToken: (token) => watch(token, { onRecord, onEnd: () => {} }),
  onEnd: ({ code }) => showState("offline", `the connection ended with ${code}; reload the page for another`),
});

function onRecord(record) {
  if (record.t === "http" && record.dir === "in") return showRequest(record);
  if (record.t === "http") return showResponse(record);
  if (record.t === "frame" && record.n === 1) showFirstFrame(record);
}

function showRequest(record) {
  const lines = linesOf(bytesOf(record.hex), record);
  byId("request").replaceChildren(...lines.map(lineItem));
  own.key = lines.find(({ name }) => name === "sec-websocket-key")?.value ?? "";
  use(own.key);
}

function showResponse(record) {
  const bytes = bytesOf(record.hex);
  const lines = linesOf(bytes, record);
  byId("response").replaceChildren(...lines.map(lineItem));
  own.accept = lines.find(({ name }) => name === "sec-websocket-accept")?.value ?? "";
  setText(byId("from-here"), `From byte ${grouped(bytes.length)} on, this is no longer HTTP.`);
  showState("online", `connected with status ${record.status}`);
  compute();
}

function showFirstFrame({ hex, cut, dir }) {
  const bytes = bytesOf(hex);
  byId("first-frame").replaceChildren(...byteCells(bytes.slice(0, FIRST_BYTES)), el("span", {}, "…"));
  const from = dir === "out" ? "the server’s" : "your browser’s";
  setText(byId("first-frame-note"), `Here the first frame begins, ${from}: ${counted(bytes.length + cut, "byte")}.`);
  byId("first-frame-note").append(" ", el("a", { href: "wire#f1" }, "What does it say?"));
}

/** One line of a head: its text and, when it is opened, its bytes and what it is for. */
function lineItem({ at, text, bytes, about, checks }) {
  const lineText = el("span", { class: "line-text" }, text, el("span", { class: "crlf", "aria-hidden": "true" }, "CR LF"));
  const summary = el("summary", {}, el("span", { class: "at" }, String(at)), lineText, ...checks.map(checkMark));
  const without = about.without ? [el("p", { class: "without" }, el("b", {}, "Without it: "), about.without)] : [];
  const blotted = about.blotted ? [el("p", {}, about.blotted)] : [];
  return el("details", {}, summary, el("div", { class: "byte-row small" }, ...byteCells(bytes)), el("p", {}, about.says, el("span", { class: "by" }, ` ${about.by}`)), ...blotted, ...without);
}

/** The result of the server's own check of a line. */
const checkMark = ({ h, ok, rule }) => el("span", { class: "check", "data-ok": String(ok), title: h }, `${ok ? "✓" : "✕"} §${rule}`);

function use(key) {
  field.value = key;
  compute();
}

function compute() {
  const key = field.value.trim();
  const { bytes, problem } = readKey(key);
  setText(byId("key-fault"), problem && `${problem} The server would answer 400.`);
  field.ariaInvalid = problem ? "true" : null;
  byId("key-bytes").replaceChildren(...byteCells(bytes));
  byId("joined").replaceChildren(el("span", { class: "key-part" }, key), el("span", { class: "guid-part" }, GUID));
  const digest = sha1(key + GUID);
  const accept = btoa(String.fromCharCode(...digest));
  byId("digest").replaceChildren(...byteCells(digest));
  byId("base64").replaceChildren(...groupsOf(digest, accept));
  setText(byId("accept"), accept);
  // Without a valid key there is nothing to confirm: the box says why.
  byId("command").classList.toggle("fault", problem !== "");
  setText(byId("command"), problem || `printf %s '${key}${GUID}' | openssl sha1 -binary | openssl base64`);
  compare(key, accept);
}

function compare(key, accept) {
  const ours = own.accept !== "" && key === own.key;
  const same = ours && accept === own.accept;
  byId("same").dataset.same = String(same);
  setText(byId("same"), ours ? (same ? "✓ exactly what the server sent" : "✕ the server sent something else") : "");
}

/** Each three bytes above the four letters that stand for them. */
function groupsOf(bytes, letters) {
  const groups = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const three = [...bytes.slice(at, at + 3)];
    groups.push(el("span", { class: "group" }, el("span", { class: "hex" }, three.map(hexOf).join(" ")), el("span", { class: "letters" }, letters.slice((at / 3) * 4, (at / 3) * 4 + 4))));
  }
  return groups;
}

function byteCells(bytes) {
  return Array.from(bytes, (byte) => el("span", {}, hexOf(byte)));
}

function showState(is, text) {
  byId("state").dataset.state = is;
  setText(byId("state"), text);
}
