#!/usr/bin/env python3
"""Answers "ping ..." on a channel with "pong ...":  python3 echo_bot.py stores/peer [channel]

Needs nothing but Python. What others say is data: nothing of it is ever run.
"""
import base64, json, os, pathlib, socket, struct, sys, urllib.parse


class WebSocket:
    def __init__(self, url):
        address = urllib.parse.urlparse(url)
        self.socket = socket.create_connection((address.hostname, address.port))
        self.stream = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET / HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                             f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        if b" 101 " not in self.stream.readline():
            sys.exit("the bridge refused the connection")
        while self.stream.readline().strip():
            pass  # the other headers

    def send(self, payload, opcode=1):
        size, mask = len(payload), os.urandom(4)
        length = (bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
                  if size < 65536 else b"\xff" + struct.pack(">Q", size))
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def messages(self):
        text = b""
        while head := self.stream.read(2):
            size = head[1]
            if size > 125:
                size = int.from_bytes(self.stream.read(2 if size == 126 else 8), "big")
            payload, opcode = self.stream.read(size), head[0] & 15
            if opcode == 9:
                self.send(payload, opcode=10)  # a ping wants a pong
            text = text + payload if opcode < 3 else text
            if opcode < 3 and head[0] & 0x80:  # the last part
                yield json.loads(text)
                text = b""


store = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else sys.exit(__doc__))
(store / "bridge.json").exists() or sys.exit(f"no peer runs in {store}: start one with `intercom up`")
channel = sys.argv[2] if len(sys.argv) > 2 else "0000intercom"
bridge = WebSocket(json.loads((store / "bridge.json").read_text())["url"])
ask = lambda **request: bridge.send(json.dumps(request).encode())
ask(type="auth", token=(store / "bridge.token").read_text().strip())
ask(type="join", channel=channel)
ask(type="subscribe", channel=channel)
for event in bridge.messages():
    if event["type"] == "error":
        sys.exit(event["error"])
    if event["type"] == "subscribed":
        print("listening on", channel, flush=True)
    # "verified": the sender in "from" has signed this. Others can claim any name.
    if event["type"] == "sidechannel_message" and event["verified"] and str(event["message"]).startswith("ping "):
        ask(type="send", channel=channel, message="pong " + event["message"][5:])
