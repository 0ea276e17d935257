"""websockets, on asyncio: one thread, one loop.

Its best form: broadcast(), which waits for nobody, on uvloop, which gathers what is written to a
socket during one turn of the loop into one call of the kernel.
"""
import argparse
import asyncio
import itertools
import json
import logging
from contextlib import suppress
from datetime import datetime, timezone
from http import HTTPStatus

import uvloop
from websockets.asyncio.server import broadcast, serve
from websockets.exceptions import ConnectionClosed

people = set()
joined = itertools.count(1)
said = itertools.count(1)


def what_is_said(message):
    """Anything but {"type":"say","text":…} is passed over."""
    with suppress(ValueError, AttributeError):
        request = json.loads(message)
        if request.get("type") == "say" and isinstance(request.get("text"), str):
            return request["text"]


async def chat(connection):
    name = f"u{next(joined)}"
    people.add(connection)
    try:
        async for message in connection:
            if not isinstance(message, str) or (text := what_is_said(message)) is None:
                continue
            at = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
            line = {
                "type": "said",
                "room": "lobby",
                "seq": next(said),
                "from": name,
                "text": text,
                "at": at.replace("+00:00", "Z"),
            }
            broadcast(people, json.dumps(line, ensure_ascii=False, separators=(",", ":")))
    finally:
        people.discard(connection)


async def echo(connection):
    async for message in connection:
        await connection.send(message)


def refuse_other_paths(connection, request):
    if request.path not in ("/echo", "/chat"):
        return connection.respond(HTTPStatus.NOT_FOUND, "nothing is here\n")


async def converse(connection):
    with suppress(ConnectionClosed):
        await (chat if connection.request.path == "/chat" else echo)(connection)


async def main(port):
    logging.disable()
    server = await serve(
        converse,
        "127.0.0.1",
        port,
        process_request=refuse_other_paths,
        compression=None,
        max_size=16 * 1024 * 1024,
    )
    print(f"listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=0)
uvloop.run(main(parser.parse_args().port))
