// A chat client in ten lines: node node_chat.cjs ws://127.0.0.1:9001/ws ada
const WebSocket = require("ws");

const [url, name] = process.argv.slice(2);
const ws = new WebSocket(url, "chat.ws101.v1");
const send = (request) => ws.send(JSON.stringify(request));
ws.on("open", () => {
  send({ type: "join", name, room: "lobby" });
  send({ type: "say", room: "lobby", text: "hello from far away 👋" });
});
ws.on("message", (data) => {
  const { type, from = name, text = "" } = JSON.parse(data);
  if (["joined", "said"].includes(type)) console.log(type, from, text);
  if (from !== name) ws.close(); // another person answered: that was the chat
});
