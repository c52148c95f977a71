#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A receipt printer for tests, and what is on its paper.

print-paper.py serve MODE PORT-FILE PAPER   prints what comes to a free port of this machine: good, or out (of paper)
print-paper.py text FILE                    the words of an ESC/POS file, a line each
print-paper.py picture FILE                 its pictures, joined, as a portable graymap
"""
import socket
import sys


def serve(mode, port_file, paper):
    listener = socket.create_server(("127.0.0.1", 0))
    with open(port_file, "w", encoding="ascii") as file:
        file.write(f"{listener.getsockname()[1]}\n")
    while True:
        line = listener.accept()[0]
        printed = bytearray()
        while byte := line.recv(1):
            printed += byte
            if printed[-3:-1] == b"\x10\x04":
                line.send(b"\x72" if mode == "out" and byte == b"\x04" else b"\x12")
                del printed[-3:]
            elif printed[-3:] == b"\x1dr\x01":
                line.send(b"\0")
                del printed[-3:]
        with open(paper, "ab") as file:
            file.write(printed)


def elements(data):
    """Lines of text and of pictures, of the commands that are used here."""
    lengths = {b"\x1b@": 2, b"\x1c.": 2, b"\x1bt": 3, b"\x1ba": 3, b"\x1bE": 3, b"\x1d!": 3, b"\x1bd": 3, b"\x1dV": 3, b"\x1bp": 5}
    at, words = 0, bytearray()
    while at < len(data):
        command = bytes(data[at:at + 2])
        if command in lengths:
            at += lengths[command]
        elif command == b"\x1dv":
            across, rows = int.from_bytes(data[at + 4:at + 6], "little"), int.from_bytes(data[at + 6:at + 8], "little")
            for row in range(rows):
                yield None, data[at + 8 + row * across:at + 8 + (row + 1) * across]
            at += 8 + across * rows
        elif data[at] == 10:
            yield words.decode("cp858"), None
            words.clear()
            at += 1
        else:
            assert data[at] >= 32, f"not known: {command.hex()}"
            words.append(data[at])
            at += 1


def main():
    if sys.argv[1] == "serve":
        serve(*sys.argv[2:])
    with open(sys.argv[2], "rb") as file:
        found = list(elements(file.read()))
    if sys.argv[1] == "text":
        print("\n".join(words for words, _ in found if words is not None))
    else:
        rows = [b"".join(b"\0" if byte >> bit & 1 else b"\xff" for byte in row for bit in range(7, -1, -1))
                for _, row in found if row is not None]
        sys.stdout.buffer.write(b"P5 %d %d 255\n" % (len(rows[0]), len(rows)) + b"".join(rows))


main()
