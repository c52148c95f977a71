# SPDX-License-Identifier: Apache-2.0
"""A client of epursed for tests of its door: HTTP and JWS by itself, with nothing of the project's; what it knows is in
docs/openapi.yaml. Signatures are made by openssl(1). Where the world is comes from the environment."""
import base64
import json
import os
import socket
import ssl
import subprocess
import time

WORLD, PORT = os.environ["DOOR_WORLD"], int(os.environ["DOOR_PORT"])
BUILD, SOURCE, CID = os.environ["top_builddir"], os.environ["top_srcdir"], os.environ["DOOR_CID"]
ROLES = {"pos": ("POS00001", "pos"), "reload": ("RELOAD01", "reload"), "perso": ("PERSO001", "perso"),
         "admin": ("ADMIN001", "issuer/admin")}
WORDS = {"/v1/purchases": "purchase", "/v1/refunds": "refund", "/v1/payouts": "payout", "/v1/hand-outs": "hand-out", "/v1/owed-refunds": "owed-refund", "/v1/load-inquiries": "load-inquiry", "/v1/loads": "load",
         "/v1/load-reversals": "load-reversal", "/v1/transaction-inquiries": "transaction-inquiry",
         "/v1/reference-queries": "reference-query",
         "/v1/confirmations": "confirmation", "/v1/offline-payments": "offline-payment", "/v1/pin-failures": "pin-failure",
         "/v1/merchants": "merchant"}


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def point(self, name, faults):
        self.count += 1
        self.failed += bool(faults)
        print(f"{'not ok' if faults else 'ok'} {self.count} - {name}", flush=True)
        for fault in faults[:20]:
            print(f"# {fault}")

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


TAP = Tap()


def check(name):
    """Runs a function that yields faults as a test point."""
    def run(function):
        try:
            TAP.point(name, list(function()))
        except Exception as error:  # a broken test is a failed one
            TAP.point(name, [f"{type(error).__name__}: {error}"])
        return function
    return run


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw_signature(der):
    """r || s of an ECDSA-Sig-Value."""
    parts, at = [], 2
    for _ in range(2):
        length = der[at + 1]
        parts.append(int.from_bytes(der[at + 2:at + 2 + length], "big").to_bytes(32, "big"))
        at += 2 + length
    return b"".join(parts)


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


class Terminal:
    seq = int(time.time() * 1000)

    def __init__(self, tid, folder, certificate=None, key=None):
        self.tid, self.folder = tid, folder
        self.certificate = certificate or f"{folder}/tls.crt"
        self.key = key or f"{folder}/sig.key"

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(f"{WORLD}/issuer/root.crt")
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key)
        return context

    def sign(self, text):
        return raw_signature(openssl("dgst", "-sha256", "-sign", self.key, data=text.encode()))

    def payload(self, word, body, **changes):
        Terminal.seq += 1
        message = {"v": 1, "type": word, "tid": self.tid, "seq": Terminal.seq, "time": int(time.time()), "body": body}
        message.update(changes)
        return message

    def jws(self, payload, header=None, sign=None):
        header = header or {"alg": "ES256", "kid": self.tid}
        text = payload if isinstance(payload, str) else json.dumps(payload)
        signed = b64(json.dumps(header).encode()) + "." + b64(text.encode())
        return signed + "." + b64((sign or self.sign)(signed))

    def message(self, word, body, **changes):
        return self.jws(self.payload(word, body, **changes))


class Line:
    """One HTTPS connection, byte by byte."""

    def __init__(self, terminal, context=None, timeout=60):
        plain = socket.create_connection(("127.0.0.1", PORT), timeout=timeout)
        self.tls = (context or terminal.context()).wrap_socket(plain, server_hostname="localhost")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tls.close()

    def send(self, text):
        self.tls.sendall(text if isinstance(text, bytes) else text.encode())

    def receive(self):
        """(status, fields, body); (0, {}, b"") where the server closes."""
        data = b""
        try:
            while b"\r\n\r\n" not in data:
                more = self.tls.recv(65536)
                if not more:
                    return 0, {}, data
                data += more
            head, _, body = data.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            while len(body) < int(fields.get("content-length", 0)):
                more = self.tls.recv(65536)
                if not more:
                    break
                body += more
            return int(lines[0].split()[1]), fields, body
        except (ssl.SSLError, ConnectionError):
            return 0, {}, b""

    def ask(self, method, path, body="", fields=None):
        head = {"Host": "localhost", "Content-Type": "application/jose", "Content-Length": str(len(body))}
        head.update(fields or {})
        self.send(f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in head.items())
                  + "\r\n" + body)
        return self.receive()


def ask(terminal, path, word, body, **changes):
    with Line(terminal) as line:
        return line.ask("POST", path, terminal.message(word, body, **changes))


def code(answer):
    """The name of the outcome: of a problem or of the server's signed word."""
    status, fields, body = answer
    if fields.get("content-type", "").startswith("application/problem+json"):
        return json.loads(body)["code"]
    if status == 200 and body.count(b".") == 2:
        middle = body.split(b".")[1]
        return json.loads(base64.urlsafe_b64decode(middle + b"=" * (-len(middle) % 4)))["status"]
    return f"HTTP {status}"


def expect(answer, status, name=None, what=""):
    if answer[0] != status or (name and code(answer) != name):
        yield f"{what}: {answer[0]} {code(answer)}, not {status} {name or ''}"


def no_handshake(terminal=None, context=None):
    """True where nothing comes out of the server: TLS 1.3 tells a client of its certificate at the first read."""
    try:
        with Line(terminal, context) as line:
            return line.ask("GET", "/healthz")[0] == 0
    except (ssl.SSLError, ConnectionError):
        return True


def alive():
    with Line(POS) as line:
        answer = line.ask("GET", "/healthz")
    return [] if answer[0] == 200 else [f"the server answers {answer[0]}"]


TERMINALS = {role: Terminal(tid, f"{WORLD}/{folder}") for role, (tid, folder) in ROLES.items()}
POS, RELOAD, PERSO, ADMIN = (TERMINALS[role] for role in ("pos", "reload", "perso", "admin"))
POS2 = Terminal("POS00002", f"{WORLD}/pos2")
