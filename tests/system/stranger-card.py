# SPDX-License-Identifier: Apache-2.0
# A smart card that is no purse, behind vpcd: it answers 6A82 to whatever it is asked. `stranger-card.py PORT`.
import socket
import sys

ATR = bytes.fromhex("3B80800101")

link = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def receive(count):
    data = b""
    while len(data) < count:
        part = link.recv(count - len(data))
        if not part:
            sys.exit(0)
        data += part
    return data


while True:
    message = receive(int.from_bytes(receive(2), "big"))
    if message == b"\x04":
        answer = ATR
    elif len(message) > 1:
        answer = b"\x6a\x82"
    else:
        continue
    link.sendall(len(answer).to_bytes(2, "big") + answer)
