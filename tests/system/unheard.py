#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands between a terminal and the back-end, with the keys of both. What is asked goes on, and is answered.

unheard.py PORT BACKEND-PORT ISSUER TERMINAL PATH [COMMAND]
    TERMINAL: its directory. What is asked of PATH (/: whatever is asked) has no answer here; with COMMAND it has, after that was
    run, and where that fails it is the last one. PASSPHRASE: of the back-end's key.
"""
import os
import socket
import ssl
import subprocess
import sys

port, backend, issuer, terminal, path = int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:6]
command = sys.argv[6] if len(sys.argv) > 6 else None


def receive(line):
    """One message of HTTP/1.1, as it came; empty where the other side has ended."""
    text = b""
    while b"\r\n\r\n" not in text:
        part = line.recv(65536)
        if not part:
            return b""
        text += part
    head, _, body = text.partition(b"\r\n\r\n")
    fields = dict(row.lower().split(b": ", 1) for row in head.split(b"\r\n")[1:])
    while len(body) < int(fields.get(b"content-length", 0)):
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body


def serve(line):
    """False: nobody is to be heard any more."""
    asks = ssl.create_default_context(cafile=f"{issuer}/root.crt")
    asks.load_cert_chain(f"{terminal}/tls.crt", f"{terminal}/sig.key")
    with socket.create_connection(("127.0.0.1", backend)) as plain, \
            asks.wrap_socket(plain, server_hostname="127.0.0.1") as server:
        while question := receive(line):
            server.sendall(question)
            answer, meant = receive(server), question.startswith(b"POST " + path.encode())
            if meant and command is None:
                return True
            goes_on = not meant or subprocess.run(command, shell=True, check=False).returncode == 0
            line.sendall(answer)
            if not goes_on:
                return False
    return True


answers = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
answers.load_cert_chain(f"{issuer}/tls.crt", f"{issuer}/tls.key", os.environ["PASSPHRASE"])
with socket.create_server(("127.0.0.1", port)) as listening:
    heard = True
    while heard:
        line, _ = listening.accept()
        try:
            with answers.wrap_socket(line, server_side=True) as inner:
                heard = serve(inner)
        except OSError: # somebody looked whether this listens
            pass
