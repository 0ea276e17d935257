"""A server for ws101's client, made with `websockets`.

It prints its port; then, for each connection, the code and the reason that the client closed with.
"""
from contextlib import suppress
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

def echo(ws):
    for message in ws:
        ws.send(message)

def ping(ws):
    pong = ws.ping(b"are you there?")
    ws.send("a pong came" if pong.wait(timeout=5) else "no pong came")

def fragments(ws):
    # §5.4: a message may be cut anywhere, within a character too.
    ws.send([b"a wave \xf0\x9f", b"", b"\x91\x8b"], text=True)

def close(ws):
    ws.close(4002, "the lesson is over")

def handle(ws):
    lesson = {"/echo": echo, "/ping": ping, "/fragments": fragments, "/close": close}
    with suppress(ConnectionClosed):  # any code but 1000 and 1001 ends a loop over messages so
        lesson[ws.request.path](ws)
    ws.close()
    print(ws.close_code, ws.close_reason, flush=True)

def choose(ws, offered):
    return next((known for known in ["lesson.v2", "lesson.v1"] if known in offered), None)

with serve(handle, "127.0.0.1", 0, select_subprotocol=choose) as server:
    print(server.socket.getsockname()[1], flush=True)
    server.serve_forever()
