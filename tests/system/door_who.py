# SPDX-License-Identifier: Apache-2.0
"""Who is let in: API2 broken authentication of the OWASP API Security Top 10 (2023)."""
import json
import os
import subprocess
import time

from door_client import (ADMIN, CID, Line, PORT, POS, POS2, RELOAD, Terminal, WORLD, alive, ask, check, code, expect,
                         no_handshake, openssl)

# ---- certificates that nobody should have ----

def make_certificate(name, subject, ca=None, key=None, days="30", curve="P-256"):
    """A client certificate, by the terminal CA whose key the issuer keeps, or by itself."""
    folder = f"{WORLD}/door"
    os.makedirs(folder, exist_ok=True)
    if key is None:
        key = f"{folder}/{name}.key"
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", key)
    certificate, request, extensions = f"{folder}/{name}.crt", f"{folder}/{name}.csr", f"{folder}/{name}.ext"
    openssl("req", "-new", "-key", key, "-subj", subject, "-out", request)
    with open(extensions, "w", encoding="ascii") as file:
        file.write("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n")
    signer = ["-signkey", key] if ca is None else ["-CA", ca[0], "-CAkey", ca[1], "-passin", f"pass:{ca[2]}"]
    openssl("x509", "-req", "-in", request, "-days", days, "-extfile", extensions, "-set_serial", str(time.time_ns()),
            *signer, "-out", certificate)
    if ca is not None:
        with open(ca[0], "rb") as chain, open(certificate, "ab") as file:
            file.write(chain.read())
    return certificate, key


def issuer_ca(name="issuer"):
    return f"{WORLD}/{name}/terminal-ca.crt", f"{WORLD}/{name}/issuer/terminal-ca.key", os.environ["ISSUER_PASSPHRASE"]


def authentication():
    @check("API2 authentication: without a certificate of this issuer's terminal CA there is no connection")
    def _():
        cases = {
            "no certificate": Terminal("POS00001", f"{WORLD}/pos", certificate=None)}
        cases["no certificate"].certificate = None
        cases["signed by itself"] = Terminal("POS00001", "", *make_certificate("self", "/CN=POS00001/OU=pos/O=BAKERY"))
        cases["another issuer's"] = Terminal("POS00001", "", *make_certificate(
            "other", "/CN=POS00001/OU=pos/O=BAKERY", issuer_ca("other")))
        cases["expired"] = Terminal("POS00001", "", *make_certificate(
            "expired", "/CN=POS00001/OU=pos/O=BAKERY", issuer_ca(), key=POS.key, days="-1"))
        cases["by a terminal, not a CA"] = Terminal("POS00001", "", *make_certificate(
            "grandchild", "/CN=POS00001/OU=pos/O=BAKERY", (f"{WORLD}/pos/tls.crt", POS.key, "")))
        server_key = f"{WORLD}/door/server-tls.key"
        openssl("pkey", "-in", f"{WORLD}/issuer/tls.key", "-passin", "pass:" + os.environ["SERVER_PASSPHRASE"], "-out", server_key)
        cases["the server's own"] = Terminal("POS00001", "", f"{WORLD}/issuer/tls.crt", server_key)
        for what, terminal in cases.items():
            if not no_handshake(terminal):
                yield f"{what}: served"
        yield from alive()

    @check("API2 authentication: a certificate of the CA is not enough, name and key must be registered")
    def _():
        stranger = Terminal("POS99999", "", *make_certificate("stranger", "/CN=POS99999/OU=pos/O=BAKERY", issuer_ca()))
        double = Terminal("POS00001", "", *make_certificate("double", "/CN=POS00001/OU=pos/O=BAKERY", issuer_ca()))
        for what, terminal in (("an unknown name", stranger), ("a known name, another key", double)):
            yield from expect(ask(terminal, "/v1/purchases", "purchase", {}), 401, "NOT_AUTHENTICATED", what)

    @check("API2 authentication: the signature's key is the connection's; all failures of that look alike")
    def _():
        body = {"record": "A" * 143}
        zeros = lambda _: bytes(64)
        other_key = POS.jws(POS.payload("pin-failure", body), sign=RELOAD.sign)
        cases = {
            "another terminal's message": RELOAD.message("pin-failure", body),
            "own name, another key": other_key,
            "another name, own key": POS.jws(RELOAD.payload("pin-failure", body), {"alg": "ES256", "kid": "RELOAD01"}),
            "own kid, another tid inside": POS.jws(RELOAD.payload("pin-failure", body)),
            "a name nobody has": POS.jws(POS.payload("pin-failure", body), {"alg": "ES256", "kid": "POS99999"}),
            "a signature of zeros": POS.jws(POS.payload("pin-failure", body), sign=zeros),
            "a signature of ones": POS.jws(POS.payload("pin-failure", body), sign=lambda _: b"\xff" * 64),
            "the signature of another message": POS.message("pin-failure", body).rpartition(".")[0] + "."
                                                + POS.message("pin-failure", body).rpartition(".")[2]}
        bodies = set()
        with Line(POS) as line:
            for what, text in cases.items():
                answer = line.ask("POST", "/v1/pin-failures", text)
                # a tid that is not the kid's is a malformed message, before anybody is asked
                if what == "own kid, another tid inside" and answer[0] == 400:
                    continue
                yield from expect(answer, 401, "NOT_AUTHENTICATED", what)
                bodies.add(answer[2])
        if len(bodies) != 1:
            yield f"{len(bodies)} different answers tell which half failed"

    @check("API2 authentication: the algorithm is ES256 whatever the message says")
    def _():
        payload = POS.payload("pin-failure", {"record": "A" * 143})
        for header in ({"alg": "none", "kid": POS.tid}, {"alg": "HS256", "kid": POS.tid}, {"alg": "ES384", "kid": POS.tid},
                       {"alg": "es256", "kid": POS.tid}, {"kid": POS.tid}, {"alg": "ES256"},
                       {"alg": "ES256", "kid": POS.tid, "jwk": {"kty": "EC"}}, {"alg": "ES256", "kid": POS.tid, "jku": "https://x/"},
                       {"alg": "ES256", "kid": POS.tid, "x5u": "https://x/"}, {"alg": "ES256", "kid": POS.tid, "crit": ["b64"], "b64": False},
                       {"alg": "ES256", "kid": "../../etc/passwd"}, {"alg": "ES256", "kid": "' OR 1=1"}):
            with Line(POS) as line:
                answer = line.ask("POST", "/v1/pin-failures", POS.jws(payload, header))
            if answer[0] not in (400, 401):
                yield f"{header}: {answer[0]} {code(answer)}"
        with Line(POS) as line:
            yield from expect(line.ask("POST", "/v1/pin-failures", POS.jws(payload).rpartition(".")[0] + "."), 400, None, "no signature")

    @check("API2 authentication: a message has its effect once, and in its time")
    def _():
        known = {"cid": CID}
        text = ADMIN.message("card-query", known)
        with Line(ADMIN) as line:
            yield from expect(line.ask("POST", "/v1/card-queries", text), 200, "OK", "the first time")
            yield from expect(line.ask("POST", "/v1/card-queries", text), 409, "REPLAYED", "again")
        with Line(ADMIN) as line:
            yield from expect(line.ask("POST", "/v1/card-queries", text), 409, "REPLAYED", "over another connection")
        for offset in (-400, 400, -10**6):
            yield from expect(ask(ADMIN, "/v1/card-queries", "card-query", known, time=int(time.time()) + offset), 400,
                              "CLOCK_OFF", f"{offset} s off")
        yield from expect(ask(ADMIN, "/v1/card-queries", "card-query", known, seq=1), 409, "REPLAYED", "an old number")

    @check("API2 authentication: no session is resumed, no ticket given")
    def _():
        path = f"{WORLD}/door/ticket"
        subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{PORT}", "-cert", POS.certificate, "-key", POS.key,
                        "-CAfile", f"{WORLD}/issuer/root.crt", "-sess_out", path, "-ign_eof"],
                       input=b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", capture_output=True,
                       timeout=20, check=False)
        if os.path.exists(path):
            yield "the server gave a session ticket"


def revocation():
    @check("API2 authentication: a terminal that was revoked is refused at once, over the connection that it has")
    def _():
        with Line(POS2) as line:
            body = {"record": "A" * 143}
            yield from expect(line.ask("POST", "/v1/pin-failures", POS2.message("pin-failure", {})), 400, None, "before")
            yield from expect(ask(ADMIN, "/v1/terminal-revocations", "terminal-revocation", {"tid": "POS00002"}), 200, "OK", "revoking")
            yield from expect(line.ask("POST", "/v1/pin-failures", POS2.message("pin-failure", body)), 403, "TERMINAL_REVOKED", "after")
        with Line(POS2) as line:
            yield from expect(line.ask("POST", "/v1/pin-failures", POS2.message("pin-failure", body)), 403, "TERMINAL_REVOKED", "and anew")

    @check("API2 authentication: the administrator does not lock himself out")
    def _():
        yield from expect(ask(ADMIN, "/v1/terminal-revocations", "terminal-revocation", {"tid": "ADMIN001"}), 403, "NOT_PERMITTED", "itself")
