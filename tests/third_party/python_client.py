"""A client of ws101's /echo, made with `websockets`.

python3 python_client.py ws://127.0.0.1:9001/echo text
"""
import sys
from websockets.sync.client import connect

def text(ws):
    for message in ["", "hello", "snow ☃ and a wave 👋"]:
        ws.send(message)
        assert ws.recv(timeout=5) == message

def binary(ws):
    # §5.2: the form of the length changes behind 125 and behind 65535.
    for size in [0, 125, 126, 65_535, 65_536, 1_048_576]:
        message = (bytes(range(251)) * (size // 251 + 1))[:size]
        ws.send(message)
        assert ws.recv(timeout=5) == message, size

def ping(ws):
    pong = ws.ping(b"are you there?")
    assert pong.wait(timeout=5)  # §5.5.3: set by a pong with the same payload

def fragments(ws):
    # §5.4: a message may be cut anywhere, within a character too.
    ws.send([b"a wave \xf0\x9f", b"", b"\x91\x8b"], text=True)
    assert ws.recv(timeout=5) == "a wave 👋"

def close(ws):
    ws.close(1000)
    assert ws.close_code == 1000

def close_4001(ws):
    ws.close(4001, "off to lunch")
    assert ws.close_code == 4001  # §5.5.1: the answer bears the same code

url, case = sys.argv[1:]
with connect(url, proxy=None) as ws:
    globals()[case](ws)
print("ok")
