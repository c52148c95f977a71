#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands before a running epursed with real certificates and tries what the OWASP API Security Top 10 (2023) warns of.

door.py all|limits     all: whatever is one run of the server; limits: with a server of narrow limits. Prints TAP.
"""
import json
import re
import socket
import ssl
import subprocess
import sys
import time

from door_client import (ADMIN, BUILD, Line, PORT, POS, RELOAD, SOURCE, TAP, TERMINALS, WORDS, WORLD, alive, ask, check,
                         code, expect, no_handshake)
from door_who import authentication, revocation


def routes():
    listing = subprocess.run([f"{BUILD}/epursed", "--list-routes"], capture_output=True, text=True, check=True).stdout
    return [(method, path, set(roles.split(",")) - {"-"}) for method, path, roles in
            (line.split() for line in listing.splitlines())]


def word_of(path):
    """The word of a message, as the description pairs them: in the order of its paths, singular."""
    odd = {"card-queries": "card-query", "backup-queries": "backup-query", "settlement-lines": "settlement-lines",
           "settlement-captures": "settlement-captures", "settlement-transfers": "settlement-transfers"}
    return WORDS.get(path) or odd.get(path[4:]) or path[4:].rstrip("s")


def properties():
    @check("API3 properties: unknown, missing and doubled fields are refused, in envelope and body")
    def _():
        good = {"id": "DOOR", "name": "The Door", "points_rate": 1}
        cases = {"a field too many in the body": ADMIN.message("merchant", {**good, "balance": 10**6}),
                 "a field too few": ADMIN.message("merchant", {"id": "DOOR", "name": "The Door"}),
                 "a field too many in the envelope": ADMIN.jws(ADMIN.payload("merchant", good, role="admin")),
                 "status in a request": ADMIN.jws(ADMIN.payload("merchant", good, status="OK")),
                 "a doubled field": ADMIN.jws(json.dumps(ADMIN.payload("merchant", good)).replace(
                     '"points_rate": 1', '"points_rate": 1, "points_rate": 9999')),
                 "another version": ADMIN.message("merchant", good, v=2)}
        with Line(ADMIN) as line:
            for what, text in cases.items():
                yield from expect(line.ask("POST", "/v1/merchants", text), 400, None, what)

    @check("API3 properties: values of another kind or size are refused")
    def _():
        good = {"id": "DOOR", "name": "The Door", "points_rate": 1}
        with Line(ADMIN) as line:
            for field, values in {"points_rate": (-1, 1.0, 1.5, "1", None, True, 10**30, [], {}),
                                  "id": ("", "x" * 16, "A B", "Ä", 5, None, "A\nB", "../A"),
                                  "name": ("", "x" * 64, "a\nb", "a\x1b[2Jb", "a\x00b", 7, ["x"])}.items():
                for value in values:
                    answer = line.ask("POST", "/v1/merchants", ADMIN.message("merchant", {**good, field: value}))
                    if answer[0] != 400 and not (field == "id" and answer[0] == 200 and isinstance(value, str) and value == "../A"):
                        yield f"{field} = {value!r}: {answer[0]} {code(answer)}"
        with Line(ADMIN) as line:
            for limit, status in ((10**30, 400), (0, 400), (-1, 400), (2**31, 200)):
                answer = line.ask("POST", "/v1/card-lists", ADMIN.message("card-list", {"after": "", "limit": limit}))
                if answer[0] != status or len(answer[2]) > 16384:
                    yield f"a page of {limit}: {answer[0]}, {len(answer[2])} bytes"

    @check("API3 properties: the name that is shown is taken back as it went in, and once")
    def _():
        good = {"id": "DOOR", "name": "Tür & <b>\"quoted\"</b> \\ 'x'; DROP TABLE merchant; --", "points_rate": 1}
        yield from expect(ask(ADMIN, "/v1/merchants", "merchant", good), 200, "OK", "a merchant")
        yield from expect(ask(ADMIN, "/v1/merchants", "merchant", {**good, "name": "Another"}), 409, "EXISTS", "its name again")


def functions():
    everything = routes()

    @check("API5 functions: every route serves its roles and refuses all others")
    def _():
        asked = 0
        for method, path, roles in everything:
            if method != "POST":
                continue
            for role, terminal in TERMINALS.items():
                answer = ask(terminal, path, word_of(path), {})
                asked += 1
                if role in roles and answer[0] not in (200, 400):
                    yield f"{role} at {path}: {answer[0]} {code(answer)}, and may"
                if role not in roles and code(answer) != "NOT_PERMITTED":
                    yield f"{role} at {path}: {answer[0]} {code(answer)}, and may not"
        print(f"# {asked} pairs of role and route")

    @check("API5 functions: a message of one route is refused at every other")
    def _():
        for method, path, roles in everything:
            if method == "POST":
                role = sorted(roles)[0]
                word = "ledger-check" if path != "/v1/ledger-checks" else "card-list"
                yield from expect(ask(TERMINALS[role], path, word, {}), 400, "BAD_FORMAT", path)

    @check("API8 configuration: methods that are not served are 405, with what is")
    def _():
        asked = 0
        for method, path, _ in everything:
            with Line(POS) as line:
                for other in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"):
                    if other == method:
                        continue
                    line.send(f"{other} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
                    status, fields, _ = line.receive() if other != "HEAD" else head_only(line)
                    asked += 1
                    if status != 405 or fields.get("allow") != method:
                        yield f"{other} {path}: {status}, Allow: {fields.get('allow')}"
        print(f"# {asked} pairs of method and route")

    @check("API9 inventory: what is served is described, and nothing else is there")
    def _():
        with open(f"{SOURCE}/docs/openapi.yaml", encoding="utf-8") as file:
            described = set(re.findall(r"^  (/[^:]*):$", file.read(), re.M))
        for path in described ^ {path for _, path, _ in everything}:
            yield f"{path}: described or served, not both"
        with Line(POS) as line:
            for path in ("/", "/v0/purchases", "/v2/purchases", "/v1", "/v1/", "/purchases", "/admin", "/debug", "/status",
                         "/server-status", "/actuator", "/openapi.yaml", "/openapi.json", "/swagger", "/.well-known/security.txt",
                         "/v1/purchases/", "/v1/purchases?x=1", "/v1//purchases", "/v1/../metrics", "/%6detrics", "/metrics/",
                         "/METRICS", "/epursed.conf", "/..%2f..%2fetc/passwd", "/ledger.db"):
                yield from expect(line.ask("GET", path), 404, "NOT_FOUND", path)


def head_only(line):
    """An answer to HEAD: the length of a body and no body (RFC 9110 9.3.2), or the next answer would be read wrongly."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += line.tls.recv(1)
    lines = data.decode("latin-1").split("\r\n")
    return int(lines[0].split()[1]), {name.lower(): value.strip() for name, _, value in
                                      (line.partition(":") for line in lines[1:])}, b""


def configuration():
    def attempt(change):
        context = POS.context()
        change(context)
        return not no_handshake(POS, context)

    def s_client(*options):
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{PORT}", "-cert", POS.certificate, "-key", POS.key,
                               "-CAfile", f"{WORLD}/issuer/root.crt", "-verify_return_error", "-servername", "localhost", *options,
                               "-ign_eof"],
                              input=b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                              capture_output=True, timeout=20, check=False)
        return b"HTTP/1.1 200" in done.stdout

    @check("API8 configuration: TLS 1.3 alone")
    def _():
        if not s_client("-tls1_3"):
            yield "TLS 1.3 does not work: nothing is shown below"
        for version in ("-tls1", "-tls1_1", "-tls1_2"):
            if s_client(version, "-cipher", "ALL:@SECLEVEL=0"):
                yield f"{version} is served"

    @check("API8 configuration: one cipher suite, two groups")
    def _():
        for suites, served in (("TLS_AES_128_GCM_SHA256", True), ("TLS_AES_256_GCM_SHA384", False),
                               ("TLS_CHACHA20_POLY1305_SHA256", False), ("TLS_AES_128_CCM_8_SHA256", False)):
            if s_client("-tls1_3", "-ciphersuites", suites) != served:
                yield f"{suites}: served is {not served}"
        for group, served in (("X25519", True), ("P-256", True), ("P-521", False), ("X448", False), ("ffdhe2048", False)):
            if s_client("-tls1_3", "-groups", group) != served:
                yield f"{group}: served is {not served}"

    @check("API8 configuration: the server shows the issuer's certificate for this name, and no other name's")
    def _():
        context = POS.context()
        try:
            plain = socket.create_connection(("127.0.0.1", PORT), timeout=10)
            context.wrap_socket(plain, server_hostname="bank.example").close()
            yield "it passes for bank.example"
        except ssl.SSLCertVerificationError:
            pass
        other = POS.context()
        other = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        other.load_verify_locations(f"{WORLD}/other/root.crt")
        if not no_handshake(POS, other):
            yield "it passes under another issuer's root"

    @check("API8 configuration: plain HTTP gets nothing")
    def _():
        plain = socket.create_connection(("127.0.0.1", PORT), timeout=10)
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            data = plain.recv(4096)
        except ConnectionError:
            data = b""
        if b"HTTP/" in data or b"ok" in data:
            yield f"answered {data[:60]!r}"

    @check("API8 configuration: answers say what they are, are not stored, and tell nothing about the house")
    def _():
        with Line(POS) as line:
            answers = {"healthz": line.ask("GET", "/healthz"), "not found": line.ask("GET", "/nowhere/<script>"),
                       "garbage": line.ask("POST", "/v1/purchases", "x.y.z"),
                       "type": line.ask("POST", "/v1/purchases", "{}", {"Content-Type": "text/html"}),
                       "origin": line.ask("GET", "/healthz", "", {"Origin": "https://evil.example"}),
                       "method": line.ask("PUT", "/healthz"),
                       "query": line.ask("POST", "/v1/purchases", POS.message("purchase", {}))}
        for what, (status, fields, body) in answers.items():
            if fields.get("cache-control") != "no-store":
                yield f"{what}: Cache-Control is {fields.get('cache-control')}"
            for name in ("server", "x-powered-by", "via", "access-control-allow-origin", "set-cookie", "etag"):
                if name in fields:
                    yield f"{what}: {name}: {fields[name]}"
            text = body.decode("latin-1")
            for word in (WORLD, "script", "/src/", ".c:", "sqlite", "libevent", "openssl", "jansson", "cjose", "line ", "evhttp"):
                if word.lower() in text.lower():
                    yield f"{what}: its body has '{word}'"
            if status >= 400 and sorted(json.loads(body)) != ["code", "detail", "status", "title", "type"]:
                yield f"{what}: {text}"

    @check("API8 configuration: requests that two readers would read differently are refused")
    def _():
        length = "Content-Length: 5\r\n"
        cases = {"two lengths": length + "Content-Length: 0\r\n", "the same length twice": length + length,
                 "length and chunks": length + "Transfer-Encoding: chunked\r\n", "chunks": "Transfer-Encoding: chunked\r\n",
                 "a sign": "Content-Length: +5\r\n", "hexadecimal": "Content-Length: 0x5\r\n", "below zero": "Content-Length: -5\r\n",
                 "a list": "Content-Length: 5, 5\r\n", "two hosts": length + "Host: a\r\n", "a blank before the colon": "Content-Length : 5\r\n",
                 "a control character": length + "X-A: a\x01b\r\n", "a NUL": length + "X-A: a\x00b\r\n"}
        for what, fields in cases.items():
            with Line(POS) as line:
                line.send("POST /v1/purchases HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jose\r\n" + fields + "\r\nx.y.z")
                status = line.receive()[0]
                if status not in (0, 400, 413, 501):
                    yield f"{what}: {status}"
        with Line(POS) as line:
            line.send("GET /healthz HTTP/1.1\r\n\r\n")
            if line.receive()[0] not in (0, 400):
                yield "no Host is served"
        yield from alive()


def resources():
    @check("API4 resources: bodies and heads are bounded")
    def _():
        with Line(POS) as line:
            yield from expect(line.ask("POST", "/v1/purchases", "a" * 5000), 413, "BODY_TOO_LARGE", "5000 bytes")
        for length in (10**6, 10**12, 2**63, 2**64, 10**30):
            with Line(POS) as line:
                line.send(f"POST /v1/purchases HTTP/1.1\r\nHost: a\r\nContent-Type: application/jose\r\nContent-Length: {length}\r\n\r\nx")
                status = line.receive()[0]
                if status not in (0, 400, 413):
                    yield f"{length} bytes block_order_deliver: {status}"
        with Line(POS) as line:
            answer = line.ask("GET", "/healthz", "", {"X-Long": "a" * 20000})
            if answer[0] not in (0, 400, 413, 431):
                yield f"a head of 20000 bytes: {answer[0]}"
        with Line(POS) as line:
            answer = line.ask("GET", "/" + "a" * 20000)
            if answer[0] not in (0, 400, 413, 414, 431):
                yield f"a path of 20000 bytes: {answer[0]}"
        yield from alive()

    @check("API4 resources: JSON without end costs nothing")
    def _():
        with Line(POS) as line:
            for what, text in {"arrays in arrays": "[" * 1400 + "]" * 1400, "objects in objects": '{"a":' * 450 + "1" + "}" * 450,
                               "a long number": "9" * 2800, "a large exponent": '{"v":1e999999}', "not UTF-8": '{"v":"\\ud800"}',
                               "nothing": "", "null": "null", "a number": "1"}.items():
                fastest = PATIENCE  # which tells, however busy the machine is
                for _ in range(5):
                    began = time.monotonic()
                    answer = line.ask("POST", "/v1/purchases", POS.jws(text))
                    yield from expect(answer, 400, None, what)
                    fastest = min(fastest, time.monotonic() - began)
                    if fastest <= 2:
                        break
                if fastest > 2:
                    yield f"{what}: {fastest:.1f} s"

    @check("API4 resources: what is compressed is not unpacked")
    def _():
        import gzip
        with Line(POS) as line:
            body = gzip.compress(b"a" * 10**6)
            line.send(b"POST /v1/purchases HTTP/1.1\r\nHost: a\r\nContent-Type: application/jose\r\nContent-Encoding: gzip\r\n"
                      + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = line.receive()
            if answer[0] not in (0, 400, 415):
                yield f"{answer[0]}"


PATIENCE = 60  # seconds that an event is waited for: only a server that never does it lets them pass


def still_open(line):
    """Whether the server has not closed it, as far as it is known within a moment."""
    line.tls.settimeout(0.2)
    try:
        return line.tls.recv(1) != b""
    except TimeoutError:
        return True
    except (ssl.SSLError, OSError):
        return False


def limits():
    """With a server that gives a terminal 20 requests and 5 a second, 4 connections; a second for each request."""

    @check("API4 resources: a terminal that floods is slowed down, the others are served as before")
    def _():
        began, counts, slowest = time.monotonic(), {200: 0, 429: 0}, 0
        with Line(POS) as first, Line(POS) as second, Line(RELOAD) as honest:
            turn = 0  # a refusal takes half a second, in which tokens come back: until enough were seen
            while turn < 30 or (counts[429] < 10 and time.monotonic() - began < PATIENCE):
                turn += 1
                for line in (first, second):
                    line.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                if turn % 6 == 0:
                    asked = time.monotonic()
                    yield from expect(honest.ask("GET", "/healthz"), 200, None, "the other terminal")
                    slowest = max(slowest, time.monotonic() - asked)
                for line in (first, second):
                    status, fields, _ = line.receive()
                    counts[status] = counts.get(status, 0) + 1
                    if status == 429 and not fields.get("retry-after", "").isdigit():
                        yield "429 without Retry-After"
        spent = time.monotonic() - began
        print(f"# {counts[200]} served, {counts[429]} refused in {spent:.1f} s; the other terminal waited {slowest * 1000:.0f} ms at most")
        if set(counts) != {200, 429} or counts[429] < 10:
            yield f"{counts}"
        if counts[200] > 20 + 5 * spent + 1:
            yield f"{counts[200]} were served in {spent:.1f} s"

    @check("API4 resources: connections of one terminal are bounded, the others get through")
    def _():
        lines = [Line(POS) for _ in range(12)]
        with Line(RELOAD) as honest:
            yield from expect(honest.ask("GET", "/healthz"), 200, None, "the other terminal")
        stayed = lines[:]
        deadline = time.monotonic() + PATIENCE
        while len(stayed) > 4 and time.monotonic() < deadline:
            stayed = [line for line in stayed if still_open(line)]
        stayed = [line for line in stayed if still_open(line)]
        if not 0 < len(stayed) <= 4:
            yield f"{len(stayed)} of 12 stayed"
        for line in lines:
            line.tls.close()

    @check("API4 resources: slow clients are cut at an absolute deadline, in whatever they are slow")
    def _():
        slow = {"head": "GET /healthz HTTP/1.1\r\nHost: local", "field": "GET /healthz HTTP/1.1\r\nX-",
                "body": "POST /v1/purchases HTTP/1.1\r\nHost: a\r\nContent-Type: application/jose\r\nContent-Length: 1000\r\n\r\n"}
        for what, begin in slow.items():
            with Line(POS) as line:
                line.send(begin)
                began = time.monotonic()
                line.tls.settimeout(0.2)
                while time.monotonic() - began < PATIENCE:
                    try:
                        line.send("a")
                        if line.tls.recv(1) == b"":
                            break
                    except TimeoutError:
                        continue
                    except (ssl.SSLError, OSError):
                        break
                spent = time.monotonic() - began
                if not 0.5 < spent < PATIENCE:
                    yield f"slow in its {what}: cut after {spent:.1f} s"
        began, plain = time.monotonic(), socket.create_connection(("127.0.0.1", PORT), timeout=PATIENCE)
        try:
            plain.recv(1)
        except ConnectionError:
            pass
        if not 0.5 < time.monotonic() - began < PATIENCE:
            yield f"no handshake: cut after {time.monotonic() - began:.1f} s"
        yield from alive()

    @check("API4 resources: unknown callers that hold connections go by themselves")
    def _():
        strangers = [socket.create_connection(("127.0.0.1", PORT), timeout=PATIENCE) for _ in range(40)]
        for stranger in strangers:
            try:
                if stranger.recv(1) != b"":
                    yield "one is spoken to"
            except ConnectionError:
                pass
        yield from alive()
        for stranger in strangers:
            stranger.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["all"]:
        authentication()
        properties()
        functions()
        configuration()
        resources()
        revocation()
    elif sys.argv[1:] == ["limits"]:
        limits()
    else:
        sys.exit(__doc__)
    sys.exit(TAP.end())
