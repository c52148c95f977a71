#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A cash register that speaks ZVT, with faults: one connection, one command, what came of it as a line of JSON.

zvt-register.py PORT [OPTION...] COMMAND: see usage(). The PIN is typed by way of the till's JSON socket, as a keypad would.
"""
import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

T3 = 8  # seconds; the terminal's is 5
T4 = 180


def bcd(value, size):
    return bytes.fromhex(str(value).zfill(2 * size))


def ber(tag, value):
    return tag + bytes([len(value)]) + value


# How long a field is; strings: digits before it, or BER.
FIELDS = {0x04: 6, 0x0B: 3, 0x0C: 3, 0x0D: 2, 0x19: 1, 0x27: 1, 0x29: 4, 0x49: 2, 0x87: 2, 0x8B: "LL", 0x3C: "LLL", 0x06: "BER"}
NAMES = {0x04: "amount", 0x0B: "trace", 0x0C: "time", 0x0D: "date", 0x27: "result", 0x29: "tid", 0x49: "currency",
         0x87: "receipt", 0x8B: "card", 0x3C: "text"}


def fields(data):
    found, at = {}, 0
    while at < len(data):
        bmp = data[at]
        size, at = FIELDS[bmp], at + 1
        if size == "BER":
            size, at = data[at], at + 1
        elif isinstance(size, str):
            count = len(size)
            assert all(byte >> 4 == 15 for byte in data[at:at + count])
            size, at = int("".join(str(byte & 15) for byte in data[at:at + count])), at + count
        value, at = data[at:at + size], at + size
        assert len(value) == size
        if bmp in NAMES:
            found[NAMES[bmp]] = value.decode("cp437") if bmp in (0x8B, 0x3C) else value.hex()
    return found


class Gone(Exception):
    pass


class Register:
    def __init__(self, options):
        self.options = options
        self.line = socket.create_connection(("127.0.0.1", options.port))
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.told = {"progress": [], "printed": [], "end": None}
        self.dropped = False
        self.typing = False

    def send(self, data):
        pieces = [bytes([byte]) for byte in data] if self.options.slow else [data]
        for piece in pieces:
            self.line.sendall(piece)
            if self.options.slow:
                time.sleep(0.005)

    def record(self, direction, data):
        if self.options.record:
            with open(self.options.record, "a", encoding="ascii") as file:
                file.write(f"{direction}\n000000 {data.hex(' ')}\n")

    def frame(self, cls, instruction, data=b"", long=False):
        size = bytes([len(data)]) if len(data) < 255 and not long else b"\xff" + len(data).to_bytes(2, "little")
        self.send(bytes([cls, instruction]) + size + data)
        self.record("I", bytes([cls, instruction]) + size + data)

    def read(self, size, limit):
        got = b""
        self.line.settimeout(limit)
        while len(got) < size:
            try:
                piece = self.line.recv(size - len(got))
            except ConnectionError:
                piece = b""
            if not piece:
                raise Gone
            got += piece
        return got

    def next(self, limit):
        head = self.read(3, limit)
        if head[2] == 255:
            head += self.read(2, T3)
        data = self.read(int.from_bytes(head[3:], "little") if len(head) == 5 else head[2], T3)
        self.record("O", head + data)
        return head[0], head[1], data

    def post(self, path, body):
        text = json.dumps(body)
        line = socket.socket(socket.AF_UNIX)
        line.connect(self.options.till)
        line.sendall(f"POST {path} HTTP/1.1\r\nHost: till\r\nConnection: close\r\nContent-Type: application/json\r\n"
                     f"Content-Length: {len(text)}\r\n\r\n{text}".encode())
        while line.recv(4096):
            pass
        line.close()

    def insert(self):
        """The virtual card, once; it stays when this ends."""
        with open(self.options.pid_file.replace(".pid", ".log"), "ab") as said:
            card = subprocess.Popen(["epurse-card", "run", self.options.insert, "--port", os.environ["VPCD_PORT"]],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said)
        self.options.insert, self.options.card = None, card.pid
        with open(self.options.pid_file, "w", encoding="ascii") as file:
            file.write(f"{card.pid}\n")

    def drop(self):
        self.dropped = True
        self.line.close()
        raise Gone

    def on_progress(self, data):
        code = f"{data[0]:02x}"
        self.told["progress"].append(code)
        if code == "0a" and self.options.insert:
            self.insert()
        if self.options.drop == code:
            self.drop()
        if self.options.tear == code:
            os.kill(self.options.card, signal.SIGKILL)
        if self.options.mute:
            return
        self.frame(0x80, 0x00)
        if self.options.double == code:
            self.frame(0x06, 0x01, b"\x04" + bcd(1, 6))
        if self.options.abort == code:
            self.frame(0x06, 0xB0)
        elif code == "01" and self.options.pin:
            if not self.options.meanwhile:
                self.post("/pin", {"pin": self.options.pin})
            elif not self.typing: # said again and again until then
                self.typing = True
                threading.Thread(target=self.type_late).start()

    def type_late(self):
        subprocess.run(["bash", self.options.meanwhile], stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
        self.post("/pin", {"pin": self.options.pin})

    def on_status(self, data):
        self.told.update(fields(data))
        if self.options.drop == "result":
            self.drop()
        if self.options.refuse:
            self.frame(0x84, int(self.options.refuse.pop(0), 16))
        else:
            self.frame(0x80, 0x00)

    def on_print(self, instruction, data):
        text = [data[1:].decode("cp437")]
        if instruction == 0xD3:
            kind, text = data.index(b"\x1f\x07\x01"), []
            at = data.index(b"\x25", kind + 4)
            self.told.setdefault("kinds", []).append(data[kind + 3])
            at += 3 if data[at + 1] == 0x81 else 4 if data[at + 1] == 0x82 else 2
            while at < len(data):
                text.append(data[at + 2:at + 2 + data[at + 1]].decode("cp437"))
                at += 2 + data[at + 1]
        self.told["printed"] += text
        self.frame(0x80, 0x00)

    def run(self):
        while self.told["end"] is None:
            cls, instruction, data = self.next(T4)
            if (cls, instruction) == (0x80, 0x00):
                self.told["acknowledged"] = True
                if self.options.only_acknowledged:
                    self.told["end"] = "acknowledged"
            elif cls == 0x84:
                if self.told.get("acknowledged"):
                    self.told.setdefault("put off", []).append(f"{instruction:02x}")
                else:
                    self.told["end"] = f"refused {instruction:02x}"
            elif (cls, instruction) == (0x04, 0xFF):
                self.on_progress(data)
            elif (cls, instruction) == (0x04, 0x0F):
                self.on_status(data)
            elif cls == 0x06 and instruction in (0xD1, 0xD3):
                self.on_print(instruction, data)
            elif (cls, instruction) == (0x06, 0x0F):
                self.frame(0x80, 0x00)
                self.told.update(fields(data))
                self.told["end"] = "done"
            elif (cls, instruction) == (0x06, 0x1E):
                self.frame(0x80, 0x00)
                self.told["end"] = f"abort {data[0]:02x}"
            else:
                raise AssertionError(f"{cls:02x} {instruction:02x}")


def command(options):
    words = options.command
    password = bytes.fromhex(options.password)
    verb, numbers = words[0], words[1:]
    if verb == "register":
        blocks = ber(b"\x06", ber(b"\x26", ber(b"\x0a", b"\x06\xd3"))) if options.blocks else b""
        return 0x06, 0x00, password + bytes.fromhex(numbers[0]) + bcd(options.currency, 2) + blocks
    if verb == "pay":
        return 0x06, 0x01, b"\x04" + bcd(numbers[0], 6) + b"\x49" + bcd(options.currency, 2)
    if verb == "last":
        return 0x06, 0x20, password
    if verb == "reverse":
        return 0x06, 0x30, password + b"\x87" + bcd(numbers[0], 2)
    if verb == "refund":
        return 0x06, 0x31, password + b"\x04" + bcd(numbers[0], 6) + (b"\x87" + bcd(numbers[1], 2) if numbers[1:] else b"")
    plain = {"log-off": (0x06, 0x02, b""), "totals": (0x06, 0x10, password), "end-of-day": (0x06, 0x50, password),
             "diagnosis": (0x06, 0x70, b""), "abort": (0x06, 0xB0, b"")}
    return plain[verb]


def usage():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--till", help="its JSON socket, where the PIN is typed")
    parser.add_argument("--pin")
    parser.add_argument("--meanwhile", metavar="FILE", help="a script that is run when the PIN is asked for, and to its end before that is typed")
    parser.add_argument("--password", default="000000")
    parser.add_argument("--currency", default="978")
    parser.add_argument("--blocks", action="store_true", help="takes 06 D3")
    parser.add_argument("--long", action="store_true", help="the long length where the short one would do")
    parser.add_argument("--slow", action="store_true", help="byte by byte")
    parser.add_argument("--drop", metavar="CODE", help="closes at that 04 FF, or at the 'result', without a word")
    parser.add_argument("--tear", metavar="CODE", help="kills the virtual card at that 04 FF")
    parser.add_argument("--card", type=int, metavar="PID", help="of the virtual card")
    parser.add_argument("--insert", metavar="FILE", help="that virtual card, when the till asks for it: at 04 FF 0A")
    parser.add_argument("--pid-file", metavar="FILE", help="where its PID goes")
    parser.add_argument("--record", metavar="FILE", help="appends each frame, as text2pcap reads it")
    parser.add_argument("--abort", metavar="CODE", help="06 B0 at that 04 FF")
    parser.add_argument("--double", metavar="CODE", help="another 06 01 at that 04 FF")
    parser.add_argument("--mute", action="store_true", help="acknowledges no 04 FF")
    parser.add_argument("--refuse", metavar="CODE", action="append", help="answers the result with 84 CODE; repeated: one after the other")
    parser.add_argument("--only-acknowledged", action="store_true", help="nothing comes after 80 00")
    parser.add_argument("command", nargs="+", help="register CONFIG, pay AMOUNT, last, reverse RECEIPT, refund AMOUNT [RECEIPT], totals, "
                        "end-of-day, diagnosis, abort, log-off, raw HEX")
    return parser.parse_args()


def main():
    options = usage()
    register = Register(options)
    try:
        if options.command[0] == "raw":
            register.send(bytes.fromhex(options.command[1]))
        else:
            register.frame(*command(options), long=options.long)
        register.run()
    except Gone:
        register.told["end"] = "dropped" if register.dropped else "closed"
    print(json.dumps(register.told))


if __name__ == "__main__":
    sys.exit(main())
