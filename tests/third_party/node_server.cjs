// A server for ws101's client, made with `ws`. It prints its port; then, for each connection,
// the code and the reason that the client closed with.
const { WebSocketServer } = require("ws");

const lessons = {
  "/echo"(ws) {
    ws.on("message", (data, isBinary) => ws.send(data, { binary: isBinary }));
  },
  "/ping"(ws) {
    ws.ping("are you there?");
    ws.once("pong", () => ws.send("a pong came"));
  },
  "/fragments"(ws) {
    // §5.4: a message may be cut anywhere, within a character too.
    const bytes = Buffer.from("a wave 👋");
    ws.send(bytes.subarray(0, 9), { binary: false, fin: false });
    ws.send(bytes.subarray(9), { binary: false, fin: true });
  },
  "/close"(ws) {
    ws.close(4002, "the lesson is over");
  },
};

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: 0,
  handleProtocols: (offered) => ["lesson.v2", "lesson.v1"].find((known) => offered.has(known)) ?? false,
});
server.on("listening", () => console.log(server.address().port));
server.on("connection", (ws, request) => {
  ws.on("close", (code, reason) => console.log(code, String(reason)));
  lessons[request.url](ws);
});
