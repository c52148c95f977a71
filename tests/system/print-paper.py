#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A receipt printer for tests, and what is on its paper.

print-paper.py serve MODE PORT-FILE PAPER   prints what comes to a free port of this machine: good, out (of paper), or slow: until
                                            there is a file PORT-FILE.go it says of nothing that it is on paper
print-paper.py text FILE                    the words of an ESC/POS file, a line each
print-paper.py picture FILE                 its pictures, joined, as a portable graymap
print-paper.py svg FILE                     all of it, on paper of 80 mm, as docs/pictures/receipt.svg has it
"""
import html
import os
import re
import socket
import sys
import time


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
                while mode == "slow" and not os.path.exists(f"{port_file}.go"):
                    time.sleep(0.02)
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


def modules(rows):
    """A picture's black runs as a path, in modules of four dots; a run is as high as the rows that have it."""
    path, open_runs = [], {}
    for y, row in enumerate([*rows[::4], b""]):
        bits = "".join(f"{byte:08b}" for byte in row)[::4]
        runs = {(m.start(), m.end()) for m in re.finditer("1+", bits)}
        for run in [run for run in open_runs if run not in runs]:
            path.append(f"M{run[0]} {open_runs[run]}h{run[1] - run[0]}v{y - open_runs.pop(run)}h{run[0] - run[1]}z")
        for run in runs:
            open_runs.setdefault(run, y)
    return "".join(path)


def svg(data):
    """Lines of 48 columns, 12 dots each, centred where the printer was told so; then the picture."""
    lines, y, align = [], 40, 0
    for piece in re.findall(rb"\x1ba.|\x1bE.|\x1d!.|\x1dv0.{5}|[\x20-\xff]*\n", data[7:data.index(b"\x1dv0")], re.S):
        if piece[:2] == b"\x1ba":
            align = piece[2]
        elif piece[:2] == b"\x1d!":
            lines.append(f'</g><g font-size="{40 if piece[2] else 20}" font-weight="{"bold" if piece[2] else "normal"}">')
            double = piece[2] != 0
            y += 22 if double else 0
        elif piece[:1] not in (b"\x1b", b"\x1d"):
            words = html.escape(piece[:-1].decode("cp858"), quote=False)
            if words:
                place = 'x="300" text-anchor="middle"' if align else 'x="12"'
                lines.append(f'<text {place} y="{y}" xml:space="preserve">{words}</text>')
            y += 26
    rows = [row for _, row in elements(data) if row is not None]
    side = len(rows)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 {y + side + 20}" role="img" aria-labelledby="t" font-family="monospace">
<!-- SPDX-License-Identifier: Apache-2.0 -->
<title id="t">A cardholder's receipt on paper of 80 mm, with the proof as a QR code</title>
<rect width="600" height="{y + side + 20}" fill="#fff" stroke="#8c959f"/>
<g font-size="20">
{chr(10).join(lines)}
</g>
<path shape-rendering="crispEdges" transform="translate({(600 - side) // 2} {y}) scale(4)" d="{modules(rows)}"/>
</svg>"""


def main():
    if sys.argv[1] == "serve":
        serve(*sys.argv[2:])
    with open(sys.argv[2], "rb") as file:
        found = list(elements(file.read()))
    if sys.argv[1] == "svg":
        with open(sys.argv[2], "rb") as file:
            print(svg(file.read()))
    elif sys.argv[1] == "text":
        print("\n".join(words for words, _ in found if words is not None))
    else:
        rows = [b"".join(b"\0" if byte >> bit & 1 else b"\xff" for byte in row for bit in range(7, -1, -1))
                for _, row in found if row is not None]
        sys.stdout.buffer.write(b"P5 %d %d 255\n" % (len(rows[0]), len(rows)) + b"".join(rows))


main()
