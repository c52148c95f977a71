#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long a sale takes over a slow line, by a till that lives on and by epurse-pos as a process: till-line.py alone|kept|named ...

alone OUT LISTEN SERVER CONFIG SALES LINK...  epurse-pos pay, alone in its terminal's directory CONFIG
kept  OUT LISTEN SERVER CONFIG SALES LINK...  epurse-tilld, which it starts there
named OUT LISTEN SERVER CONFIG SALES LINK...  the same, under references of the register

A card is in the only reader, its PIN 2468. The terminal reaches the back-end, port SERVER, at port LISTEN: a line of this program's own,
LINK milliseconds there and back. OUT gets JSON: for each LINK the medians, and how often the terminal waited for the other side.
"""
import atexit
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time

PATIENCE = 60  # seconds
PIN = "2468"


class Line:
    """A TCP line in the machine that takes its time. After `allowed` turns what the terminal sends is held back."""

    def __init__(self, listen, server):
        self.server, self.link, self.allowed = server, 0, sys.maxsize
        self.lines = self.turns = self.answered = 0
        self.change = threading.Condition()
        self.listener = socket.create_server(("127.0.0.1", listen))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            far = socket.create_connection(("127.0.0.1", self.server))
            self.lines += 1
            # Accepted at once, so the way there and back that opening a line takes is added to what comes first.
            state = {"opened": time.monotonic() + self.link / 1000, "mine": False}
            for source, sink, sent in ((near, far, True), (far, near, False)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self.carry, args=(source, sink, sent, state), daemon=True).start()

    def turn(self, sent, state):
        """The terminal's word after the back-end's is a new round trip."""
        with self.change:
            if sent and not state["mine"]:
                self.change.wait_for(lambda: self.turns < self.allowed)
                self.turns += 1
            elif not sent and state["mine"]:
                self.answered += 1
            state["mine"] = sent

    def carry(self, source, sink, sent, state):
        """Each piece is under way for half of the link, beside those before it."""
        under_way, more = [], threading.Condition()

        def arrive():
            while True:
                with more:
                    more.wait_for(lambda: under_way)
                    due, piece = under_way.pop(0)
                time.sleep(max(0, due - time.monotonic()))
                try:
                    if not piece:
                        sink.shutdown(socket.SHUT_WR)
                        return
                    sink.sendall(piece)
                except OSError:
                    return

        threading.Thread(target=arrive, daemon=True).start()
        piece = b"?"
        while piece:
            try:
                piece = source.recv(65536)
            except OSError:
                piece = b""
            if piece:
                self.turn(sent, state)
            with more:
                under_way.append((max(time.monotonic(), state["opened"]) + self.link / 2000, piece))
                more.notify()

    def allow(self, turns):
        with self.change:
            self.allowed = self.turns + turns
            self.change.notify_all()

    def count(self):
        return self.lines, self.turns


def until(what, question):
    end = time.monotonic() + PATIENCE
    while not question():
        if time.monotonic() > end:
            sys.exit(f"till-line: waited {PATIENCE} s for {what}")
        time.sleep(0.01)


def watched(stream, word, moments):
    """Notes when a line of `stream` has `word`; reads to its end."""
    for line in stream:
        if word in line and word not in moments:
            moments[word] = time.monotonic()


def alone_sale(line, config):
    """One epurse-pos: from its start, and from its card, to the result on its output; how long it goes on after that."""
    before = line.count()
    events_read, events_write = os.pipe()
    pin_read, pin_write = os.pipe()
    os.write(pin_write, f"{PIN}\n".encode())
    os.close(pin_write)
    begin, moments = time.monotonic(), {}
    program = subprocess.Popen(["epurse-pos", "--config", config, "--wait=10", "--json", "--pin-fd", str(pin_read), "--events-fd",
                                str(events_write), "pay", "0.01"], stdout=subprocess.PIPE, pass_fds=(pin_read, events_write))
    os.close(events_write)
    os.close(pin_read)
    with os.fdopen(events_read, "rb") as events:
        reader = threading.Thread(target=watched, args=(events, b"card-in", moments))
        reader.start()
        watched(program.stdout, b'"status"', moments)
        code = program.wait()
        end = time.monotonic()
        reader.join()
    if code != 0 or len(moments) != 2:
        sys.exit(f"till-line: epurse-pos ended with {code}, {moments}")
    after = line.count()
    result = moments[b'"status"']
    return {"result": result - begin, "card": result - moments[b"card-in"], "process": end - begin,
            "lines": after[0] - before[0], "turns": after[1] - before[1]}


class Till:
    """epurse-tilld and its JSON interface."""

    def __init__(self, config):
        self.path = os.path.join(config, "till.sock")
        self.log = open(os.path.join(config, "till-line.log"), "wb")
        self.program = subprocess.Popen(["epurse-tilld", "--config", config], stderr=self.log)
        atexit.register(self.program.kill)  # where it has not ended
        until("the till", self.answers)
        self.moments, self.statuses, self.happened = {}, {}, threading.Condition()
        threading.Thread(target=self.events, daemon=True).start()

    def connect(self):
        connection = http.client.HTTPConnection("till")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.path)
        return connection

    def ask(self, method, path, body=None):
        connection = self.connect()
        connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = json.loads(answer.read())
        connection.close()
        return answer.status, said

    def answers(self):
        try:
            return self.ask("GET", "/health")[0] == 200
        except OSError:
            return False

    def events(self):
        connection = self.connect()
        connection.request("GET", "/events")
        stream = connection.getresponse()
        while line := stream.readline():
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                with self.happened:
                    self.statuses[event.get("reference")] = event.get("status")
                    self.moments[event.get("reference"), event["event"]] = time.monotonic()
                    self.happened.notify_all()

    def wait(self, reference, step):
        with self.happened:
            if not self.happened.wait_for(lambda: (reference, step) in self.moments, PATIENCE):
                sys.exit(f"till-line: the till did not come to {step} of {reference}")
            return self.moments[reference, step]

    def end(self):
        self.program.terminate()
        if self.program.wait() != 0:
            sys.exit("till-line: the till did not end well")


def kept_sale(line, till, reference, named, free):
    """One sale of the till, by a register that gives the PIN at once. Unless it is `free`, the line says nothing more after the answers
    that a sale needs until it is over: it is done with those, or never."""
    before, begin = line.count(), time.monotonic()
    line.allow(sys.maxsize if free else 1)
    till.ask("POST", "/sales", {"reference": reference, "amount": 1, "currency": "EUR", "card_stays": True, "unnamed": not named})
    card = till.wait(reference, "card-in")
    till.wait(reference, "pin-wanted")
    asked = line.count()
    till.ask("POST", "/pin", {"pin": PIN})
    done, after = till.wait(reference, "done"), line.count()
    line.allow(sys.maxsize)
    if till.statuses[reference] != "OK":
        sys.exit(f"till-line: a sale ended with {till.statuses[reference]}")
    until("the confirmation and its answer", lambda: line.turns > after[1] and line.answered == line.turns)
    return {"result": done - begin, "card": done - card, "lines": after[0] - before[0], "turns": after[1] - before[1],
            "turns_before_pin": asked[1] - before[1], "turns_after": line.count()[1] - after[1]}


def figures(link, sales):
    """Medians in milliseconds, the slowest of ten, and the counts."""
    figure = {"link_ms": link, "sales": len(sales)}
    for name in ("result", "card", "process"):
        values = [1000 * sale[name] for sale in sales if name in sale]
        if values:
            figure[f"{name}_ms"] = {"p50": round(statistics.median(values), 1),
                                    "p90": round(sorted(values)[(9 * len(values) - 1) // 10], 1)}
    for name in ("lines", "turns", "turns_before_pin", "turns_after"):
        values = [sale[name] for sale in sales if name in sale]
        if values:
            figure[name] = {"least": min(values), "p50": statistics.median(values), "most": max(values)}
    return figure


def main():
    way, out, listen, server, config, count = sys.argv[1:7]
    line, found = Line(int(listen), int(server)), []
    till = None if way == "alone" else Till(config)
    for link in map(float, sys.argv[7:]):
        line.link = link

        def sale(number):
            # The first one opens the line, or fills the machine's caches: it does not count.
            return kept_sale(line, till, f"{way}-{link}-{number}", way == "named", number == 0) if till else alone_sale(line, config)

        sale(0)
        found.append(figures(link, [sale(number) for number in range(1, int(count) + 1)]))
    if till:
        till.end()
    with open(out, "w", encoding="utf-8") as file:
        json.dump(found, file)


main()
