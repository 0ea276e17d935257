// A client of ws101's /echo, made with `ws`: node node_client.cjs ws://127.0.0.1:9001/echo text
const assert = require("node:assert/strict");
const { once } = require("node:events");
const WebSocket = require("ws");

const cases = {
  async text(ws) {
    for (const text of ["", "hello", "snow ☃ and a wave 👋"]) assert.equal(await echo(ws, text), text);
  },
  async binary(ws) {
    // §5.2: the form of the length changes behind 125 and behind 65535.
    for (const size of [0, 125, 126, 65_535, 65_536, 1_048_576]) {
      const bytes = Buffer.alloc(size, Buffer.from([...Array(251).keys()]));
      assert(bytes.equals(await echo(ws, bytes)), `${size} bytes came back changed`);
    }
  },
  async ping(ws) {
    ws.ping("are you there?");
    assert.equal(String(await once(ws, "pong")), "are you there?"); // §5.5.3: the same payload
  },
  async fragments(ws) {
    // §5.4: a message may be cut anywhere, within a character too.
    const bytes = Buffer.from("a wave 👋");
    ws.send(bytes.subarray(0, 9), { binary: false, fin: false });
    assert.equal(await echo(ws, bytes.subarray(9), { binary: false, fin: true }), "a wave 👋");
  },
  close: (ws) => close(ws, 1000),
  close_4001: (ws) => close(ws, 4001, "off to lunch"), // §7.4.2: from 4000 on, codes are yours
};
async function echo(ws, message, options) {
  ws.send(message, options);
  const [data, isBinary] = await once(ws, "message");
  return isBinary ? data : data.toString();
}
async function close(ws, code, reason) {
  ws.close(code, reason);
  assert.equal((await once(ws, "close"))[0], code); // §5.5.1: the answer bears the same code
}
const [url, name] = process.argv.slice(2);
const ws = new WebSocket(url).on("open", () => cases[name](ws).then(() => ws.close()).then(() => console.log("ok")));
