// The lines of an HTTP head, and why each stands there.

const ABOUT = {
  get: ["The request line. A WebSocket begins with GET, by HTTP/1.1 or later.", "RFC 6455 §4.1", "405 for another method, 505 for another version."],
  http: ["The status line: 101, the protocol is switched. Any other status is an ordinary HTTP answer, and no WebSocket.", "RFC 6455 §4.2.2", "The browser would report a failed connection, and keep the status to itself."],
  host: ["Whom the browser means. The server knows its own names, and answers to no other: so a foreign name that leads here opens nothing.", "RFC 9112 §3.2, RFC 6455 §4.1", "400."],
  upgrade: ["The wish: to speak WebSocket from here on.", "RFC 6455 §4.1", "426: a WebSocket is here, and the request does not ask for one."],
  connection: ["It tells every proxy on the way that Upgrade is for the next hop, not for the end.", "RFC 9110 §7.6.1, RFC 6455 §4.1", "426."],
  "sec-websocket-key": ["Sixteen random bytes in base64, new for each connection.", "RFC 6455 §4.1", "400. Twice: 400, too."],
  "sec-websocket-version": ["The version of the protocol: 13, since 2011 the only one.", "RFC 6455 §4.1", "426, with the version that the server would speak."],
  "sec-websocket-protocol": ["What will be spoken inside of the messages. The client offers, the server takes one, or none.", "RFC 6455 §1.9", "Nothing: it is optional."],
  "sec-websocket-extensions": ["Browsers offer to compress. This server declines by not answering, so that every payload can be read as it is.", "RFC 6455 §9.1", "Nothing: it is optional."],
  "sec-websocket-accept": ["The proof that the server has read the key, and is no other program that happened to answer.", "RFC 6455 §4.2.2", "The browser would end the connection."],
  origin: ["Whose page asks. No script can forge it, so the server lets in its own pages and no others.", "RFC 6455 §10.2", "Only browsers must send it: without one, it is taken for a program of its user’s own."],
  "user-agent": ["What your browser calls itself. Nobody needs it.", "RFC 9110 §10.1.5", "Nothing."],
  cookie: ["What this site has asked your browser to keep: the chat’s nickname.", "RFC 6265 §4.2", "Nothing."],
  "": ["An empty line ends the head.", "RFC 9112 §2.1", "The server would wait for more, and answer 408 in the end."],
};

/** Each line with where it begins, its text, its bytes with their end, its header's name and value, and what is known of it. */
export function linesOf(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, at);
    const end = feed < 0 ? bytes.length : feed + 1;
    const own = bytes.slice(at, end);
    const text = new TextDecoder("latin1").decode(own).replace(/\r?\n$/, "");
    lines.push({ at, text, bytes: own, ...nameOf(text, at === 0) });
    at = end;
  }
  return lines;
}

function nameOf(text, first) {
  const name = first ? (text.startsWith("HTTP/") ? "http" : "get") : text.split(":", 1)[0].toLowerCase();
  const value = first ? "" : text.slice(name.length + 1).trim();
  const known = Object.hasOwn(ABOUT, name) ? ABOUT[name] : null;
  const [says, by, without] = known ?? ["The handshake does not need it; it is ordinary HTTP.", "RFC 9110", ""];
  return { name, value, about: { says, by, without } };
}
