"""A chat client in ten lines: python3 python_chat.py ws://127.0.0.1:9001/ws ada"""
import json, sys
from websockets.sync.client import connect

url, name = sys.argv[1:]
with connect(url, proxy=None, subprotocols=["chat.ws101.v1"]) as ws:
    ws.send(json.dumps({"type": "join", "name": name, "room": "lobby"}))
    ws.send(json.dumps({"type": "say", "room": "lobby", "text": "hello from far away 👋"}))
    for event in map(json.loads, ws):
        if event["type"] in ("joined", "said"):
            print(event["type"], event.get("from", name), event.get("text", ""), flush=True)
        if event.get("from", name) != name:
            break  # another person answered: that was the chat
