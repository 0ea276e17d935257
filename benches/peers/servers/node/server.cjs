// ws, on Node: one thread, one loop.
//
// Its best form: what came in during one turn of the loop becomes one buffer of frames, made once,
// and one write to each client. `client.send` would make every frame anew for each client, and call
// the kernel for each.
'use strict';

const http = require('node:http');
const { WebSocketServer, Sender } = require('ws');

const BACKLOG = 16 * 1024 * 1024; // In the chat, who is so far behind is cut off.
const ENOUGH = 1024 * 1024; // In the echo, who is so far behind is not read from.
const FRAME = { fin: true, mask: false, opcode: 1, readOnly: false, rsv1: false };

function portFrom(given) {
  if (given.length === 0) return 0;
  if (given.length === 2 && given[0] === '--port') return Number(given[1]);
  console.error('usage: server.cjs [--port N]');
  process.exit(2);
}

const options = { noServer: true, perMessageDeflate: false, maxPayload: 16 * 1024 * 1024 + 1 };
const echo = new WebSocketServer({ ...options, clientTracking: false });
const chat = new WebSocketServer(options);

echo.on('connection', (client, socket) => {
  let corked = false;
  const uncork = () => {
    corked = false;
    socket.uncork();
    if (socket.writableLength < ENOUGH) return;
    client.pause(); // It sends faster than it reads.
    socket.once('drain', () => client.resume());
  };
  client.on('message', (data, isBinary) => {
    if (!corked) {
      corked = true;
      socket.cork();
      setImmediate(uncork);
    }
    client.send(data, { binary: isBinary });
  });
  client.on('error', () => client.terminate());
});

let joined = 0;
let said = 0;
let frames = [];

chat.on('connection', (client, socket) => {
  const from = `u${++joined}`;
  client.socket = socket;
  client.on('message', (data, isBinary) => {
    const text = isBinary ? undefined : whatIsSaid(data);
    if (text === undefined) return;
    const at = new Date().toISOString();
    const line = JSON.stringify({ type: 'said', room: 'lobby', seq: ++said, from, text, at });
    if (frames.length === 0) setImmediate(flush);
    frames.push(...Sender.frame(Buffer.from(line), FRAME));
  });
  client.on('error', () => client.terminate());
});

// Anything but {"type":"say","text":…} is passed over.
function whatIsSaid(data) {
  try {
    const { type, text } = JSON.parse(data);
    return type === 'say' && typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

function flush() {
  const burst = Buffer.concat(frames);
  frames = [];
  for (const client of chat.clients) {
    if (client.readyState !== client.OPEN) continue;
    client.socket.write(burst);
    if (client.socket.writableLength > BACKLOG) client.terminate();
  }
}

const server = http.createServer((request, response) => response.writeHead(426).end());
server.on('upgrade', (request, socket, head) => {
  const peer = { '/echo': echo, '/chat': chat }[request.url];
  if (!peer) return socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
  socket.setNoDelay(true);
  peer.handleUpgrade(request, socket, head, (client) => peer.emit('connection', client, socket));
});
server.listen(portFrom(process.argv.slice(2)), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
