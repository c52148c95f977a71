#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A bank's payment terminal that speaks ZVT, with faults: charges a customer who always pays, and keeps an account of it.

zvt-terminal.py PORT MODES ACCOUNT: the words in the file MODES are its faults, read anew at each connection (see Line); ACCOUNT
is written after each change: what the bank has charged and keeps, minor units. The log goes to standard error.
"""
import json
import os
import socket
import sys
import threading
import time

PAN = "4111 1111 1111 1111"
IDLE = 0.2  # seconds after which a line is closed


class Gone(Exception):
    pass


def bcd(value, size):
    return bytes.fromhex(str(value).zfill(2 * size))


def var(bmp, digits, text):
    size = str(len(text)).zfill(digits)
    return bytes([bmp]) + bytes(0xF0 | int(digit) for digit in size) + text


def ber(tag, value):
    size = bytes([len(value)]) if len(value) < 128 else b"\x82" + len(value).to_bytes(2, "big")  # longer than it need be
    return tag + size + value


class Bank:
    """What outlives a line: the transactions, and what runs."""

    def __init__(self, modes, account):
        self.modes, self.account = modes, account
        self.last = None
        self.paid = {}  # receipt: amount that is kept
        self.receipt, self.trace, self.charges = 16, 4710, 0
        self.config = 0
        self.busy = threading.Lock()
        self.stop = threading.Event()

    def write(self):
        told = {"kept": sum(self.paid.values()), "charges": self.charges}
        with open(self.account + ".part", "w", encoding="ascii") as file:
            json.dump(told, file)
        os.rename(self.account + ".part", self.account)

    def number(self, amount, result, original=None):
        self.receipt, self.trace = self.receipt + 1, self.trace + 1
        self.last = {"amount": amount, "result": result, "receipt": self.receipt, "trace": self.trace, "original": original,
                     "time": time.strftime("%H%M%S"), "date": time.strftime("%m%d")}
        return self.last

    def charge(self, amount):
        done = self.number(amount, 0)
        self.paid[done["receipt"]] = amount
        self.charges += 1
        self.write()

    def give_back(self, receipt):
        amount = self.paid[receipt]
        self.paid[receipt] = 0
        self.number(amount, 0, receipt)
        self.write()


class Line:
    """One connection. Faults: greet, garbage, half, twice, pieces, late (no acknowledgement in T3), slow (silent for 1.5 s,
    then charges), await (the same while that word stands in MODES), deaf (to an abort), beat (04 FF meanwhile), drop-before, drop-after, drop-end, die
    (charges, and is no ZVT terminal from then on), decline, abort, other, huge, strange,
    keep (refuses reversals), gone (drops the line behind a reversal), plain (a reversal does not say of what), dumb (no 06 20),
    cut (drops the line while the goods are waited for, and takes the charge back), stingy (does not take it back),
    blocks, sentence (a text with a card's number)."""

    def __init__(self, bank, line, modes):
        self.bank, self.line, self.modes = bank, line, modes
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def has(self, mode):
        return mode in self.modes

    def raw(self, data):
        for piece in [bytes([byte]) for byte in data] if self.has("pieces") else [data]:
            try:
                self.line.sendall(piece)
            except OSError as error:
                raise Gone from error

    def send(self, cls, instruction, data=b""):
        size = bytes([len(data)]) if len(data) < 255 else b"\xff" + len(data).to_bytes(2, "little")
        self.raw((bytes([cls, instruction]) + size + data) * (2 if self.has("twice") else 1))

    def read(self, limit):
        """The next frame; None: not in time."""
        until = time.monotonic() + limit
        while True:
            if len(self.buffer) >= 3:
                head = 5 if self.buffer[2] == 255 else 3
                size = int.from_bytes(self.buffer[3:5], "little") if head == 5 else self.buffer[2]
                if len(self.buffer) >= head + size:
                    frame, self.buffer = self.buffer[:head + size], self.buffer[head + size:]
                    print("<", frame.hex(), file=sys.stderr, flush=True)
                    return frame[0], frame[1], frame[head:]
            left = until - time.monotonic()
            if left <= 0:
                return None
            self.line.settimeout(left)
            try:
                got = self.line.recv(4096)
            except TimeoutError:
                return None
            except OSError as error:
                raise Gone from error
            if not got:
                raise Gone
            self.buffer += got

    def tell(self, cls, instruction, data=b""):
        """Sends and waits for its acknowledgement; what a till says to a second one is the same."""
        self.send(cls, instruction, data)
        while True:
            answer = self.read(5)
            if answer is None:
                raise Gone
            if answer[0] in (0x80, 0x84):
                return answer
            self.refuse(answer)

    def refuse(self, frame):
        if (frame[0], frame[1]) == (0x06, 0xB0):
            self.bank.stop.set()
            self.send(0x80, 0x00)
        else:
            self.send(0x84, 0xA0)

    def status(self, done):
        text = f"card {PAN}" if self.has("sentence") else "Genehmigt" if done["result"] == 0 else "Karte abgelehnt \x81"
        data = b"\x27" + bytes([done["result"]]) + b"\x04" + bcd(done["amount"], 6) + b"\x49" + bcd(978, 2)
        data += b"\x22\xf1\xf0" + bytes.fromhex(PAN.replace(" ", "")) + b"\x12\x3f"  # the whole number, as some send it
        if done["result"] == 0:
            data += b"\x0b" + bcd(done["trace"], 3) + b"\x87" + bcd(done["receipt"], 2)
        data += b"\x0c" + bytes.fromhex(done["time"]) + b"\x0d" + bytes.fromhex(done["date"]) + b"\x29" + bcd(52500038, 4)
        if done["original"] is not None and not self.has("plain"):
            data += b"\x37" + bcd(self.traces[done["original"]], 3)
        data += var(0x3C, 3, text.encode("latin-1"))
        return data + (b"\xdc\x01\x02" if self.has("strange") else b"")

    traces = {}

    def receipts(self, title, done):
        def lines(whose):
            return [whose, title, f"EUR {done['amount'] / 100:.2f}", f"Karte {PAN}", f"Beleg {done['receipt']:04d}", "Gesch\x84ft"]
        if self.has("blocks"):
            for kind, whose in ((1, "H\x84ndlerbeleg"), (2, "Kundenbeleg")):
                texts = b"".join(ber(b"\x07", line.encode("latin-1")) for line in lines(whose) + ["-" * 40] * 4)
                self.tell(0x06, 0xD3, ber(b"\x06", ber(b"\x1f\x07", bytes([kind])) + ber(b"\x25", texts)))
        else:
            for line in lines("Kundenbeleg"):
                self.tell(0x06, 0xD1, b"\x00" + line.encode("latin-1"))
            self.tell(0x06, 0xD1, b"\xff\x02")

    def customer(self):
        """Looks for the card."""
        self.bank.stop.clear()
        until = time.monotonic() + 1.5 * self.has("slow")
        while (time.monotonic() < until or self.awaited()) and (self.has("deaf") or not self.bank.stop.is_set()):
            try:
                if self.has("beat"):
                    self.tell(0x04, 0xFF, b"\x0a")
                frame = self.read(0.2)
            except Gone:  # he does not notice
                time.sleep(0.2)
                continue
            if frame is not None:
                self.refuse(frame)

    def awaited(self):
        with open(self.bank.modes, encoding="ascii") as file:
            return self.has("await") and "await" in file.read().split()

    def pay(self, data):
        amount = int(data[1:7].hex())
        if self.has("drop-before"):
            raise Gone
        self.customer()
        if self.has("abort") or (self.bank.stop.is_set() and not self.has("deaf")):
            return self.tell(0x06, 0x1E, b"\x6c")
        if self.has("decline"):
            self.tell(0x04, 0x0F, self.status(self.bank.number(amount, 0x05)))
            return self.tell(0x06, 0x1E, b"\x05")
        self.bank.charge(amount + 100 * self.has("other"))
        done = self.bank.last
        self.traces[done["receipt"]] = done["trace"]
        if self.has("die"):
            with open(self.bank.modes, "w", encoding="ascii") as file:
                file.write("greet")
        if self.has("drop-after") or self.has("die"):
            raise Gone
        if not self.goods(done):
            return self.tell(0x06, 0x1E, b"\x6c")
        if self.has("drop-end"):
            raise Gone
        if self.printing():
            self.receipts("Zahlung", done)
        return self.tell(0x06, 0x0F)

    def goods(self, done):
        """Whether the till has them; asks again where it says "not yet", takes the charge back where it says no, or nothing."""
        try:
            answer = self.tell(0x04, 0x0F, self.status(done))
            while answer[:2] == (0x84, 0x9C):
                if self.has("cut"):
                    raise Gone
                time.sleep(0.3)
                answer = self.tell(0x04, 0x0F, self.status(done))
        except Gone:
            if self.has("cut"):
                self.bank.give_back(done["receipt"])
            raise
        if answer[0] == 0x84 and not self.has("stingy"):
            self.bank.give_back(done["receipt"])
        return answer[0] == 0x80

    def printing(self):
        return self.bank.config & 0x82 == 0x82

    def reverse(self, data):
        receipt = int(data[4:6].hex())
        if self.has("keep"):
            return self.tell(0x06, 0x1E, b"\xb5")
        if self.bank.paid.get(receipt) == 0:
            return self.tell(0x06, 0x1E, b"\xb4")
        self.bank.give_back(receipt)
        if self.has("gone"):
            raise Gone
        self.tell(0x04, 0x0F, self.status(self.bank.last))
        if self.printing():
            self.receipts("Storno", self.bank.last)
        return self.tell(0x06, 0x0F)

    def command(self, instruction, data):
        if instruction == 0x20 and self.has("dumb"):
            return self.send(0x84, 0x83)
        if self.has("half") and instruction == 0x01:
            self.raw(b"\x80\x00\x00\x04\x0f\x20\x27")
            time.sleep(0.3)
            raise Gone
        if self.has("late") and instruction == 0x01:
            self.bank.stop.clear()
            time.sleep(6)
            if self.bank.stop.is_set():
                raise Gone
        self.send(0x80, 0x00)
        if instruction == 0x00:
            self.bank.config = data[3]
            return self.tell(0x06, 0x0F, b"\x19\x00\x29" + bcd(52500038, 4) + b"\x49" + bcd(978, 2))
        if instruction == 0x01:
            return self.pay(data)
        if instruction == 0x30:
            return self.reverse(data)
        if self.bank.last is None:
            return self.tell(0x06, 0x1E, b"\x64")
        self.tell(0x04, 0x0F, self.status(self.bank.last))
        return self.tell(0x06, 0x0F)

    def run(self):
        if self.has("greet"):
            self.raw(b"Welcome to PT 3000\r\nlogin: ")
        while True:
            frame = self.read(IDLE)
            if frame is None:
                return
            if self.has("garbage"):
                self.raw(b"HTTP/1.0 400 Bad Request\r\n\r\n")
                return
            if frame[0] != 0x06 or frame[1] not in (0x00, 0x01, 0x20, 0x30) or not self.bank.busy.acquire(blocking=False):
                if frame[0] not in (0x80, 0x84):
                    self.refuse(frame)
                continue
            try:
                self.command(frame[1], frame[2])
            finally:
                self.bank.busy.release()


def serve(bank, line, modes):
    try:
        Line(bank, line, modes).run()
    except Gone:
        print("line dropped", file=sys.stderr, flush=True)
    line.close()


def main():
    port, modes, account = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    bank = Bank(modes, account)
    bank.write()
    listener = socket.create_server(("127.0.0.1", port))
    while True:
        line, _ = listener.accept()
        with open(modes, encoding="ascii") as file:
            words = file.read().split()
        threading.Thread(target=serve, args=(bank, line, words), daemon=True).start()


main()
