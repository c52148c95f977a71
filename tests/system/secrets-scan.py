#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks for secrets in every spelling in every file. Prints TAP.

secrets-scan.py FOLDER|FILE... <SECRETS   one secret a line:
    pin NAME DIGITS [PLACE...]      digits, BCD, PIN block of ISO 9564-1 format 2
    short NAME DIGITS [PLACE...]    a PIN too short to be looked for alone: as a PIN block, and beside the word "pin"
    key NAME HEX [PLACE...]         raw bytes
    text NAME WORDS                 to the end of the line
Each also as hexadecimal (plain, spaced, in C), as base64 at any offset, and both again with line breaks taken out.
A PLACE is a glob: the files that exist to hold the secret. It must be found there (in whatever spelling): that shows
that the search finds. A PLACE that begins with "?" may hold it. Found anywhere else: not ok, with file and spelling.
secrets-scan.py --self-test plants every spelling of every kind and must find each.
secrets-scan.py --memory PID <SECRETS looks through the memory of a process instead; no PLACE counts there.
"""
import base64
import fnmatch
import os
import re
import sys

CHUNK = 1 << 20


def base64_forms(raw, name):
    """What of base64 is the same whatever stands before and behind."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw)
        begin = [0, 2, 3][shift]
        end = len(text) if (shift + len(raw)) % 3 == 0 else -4 + [0, 1, 2][(shift + len(raw)) % 3]
        core = text[begin:end]
        if len(core) >= 10:
            yield f"{name}, base64", core
            if re.search(rb"[+/]", core):
                yield f"{name}, base64url", core.translate(bytes.maketrans(b"+/", b"-_"))


def byte_forms(raw, name):
    yield f"{name}, raw", raw
    pairs = [f"{byte:02x}" for byte in raw]
    for separator in ("", " ", ":", "-", ", 0x"):
        text = separator.join(pairs).encode()
        yield f"{name}, hexadecimal", text
        if text.upper() != text:
            yield f"{name}, hexadecimal", text.upper().replace(b"0X", b"0x")
    yield from base64_forms(raw, name)


def pin_block(digits):
    return bytes.fromhex(f"2{len(digits):x}{digits}".ljust(16, "f"))


def forms_of(kind, value):
    """Spellings as (name, bytes or pattern)."""
    if kind == "pin":
        yield from byte_forms(value.encode(), "digits")
        if len(value) % 2 == 0:
            yield from byte_forms(bytes.fromhex(value), "BCD")
        yield from byte_forms(pin_block(value), "PIN block")
        yield "digits, UTF-16", value.encode("utf-16-le")
        yield "digits, apart", " ".join(value).encode()
    elif kind == "short":
        yield from byte_forms(pin_block(value), "PIN block")
        yield "beside its name", re.compile(rb"(?i)pin[^0-9a-z]{0,6}" + value.encode() + rb"(?![0-9a-z])")
    elif kind == "key":
        yield from byte_forms(bytes.fromhex(value), "bytes")
    else:
        yield from byte_forms(value.encode(), "text")


class Secret:
    def __init__(self, line):
        self.kind, self.name, rest = line.rstrip("\n").split(" ", 2)
        if self.kind not in ("pin", "short", "key", "text"):
            raise ValueError(f"no kind of secret: {self.kind}")
        words = [rest] if self.kind == "text" else rest.split(" ")
        self.value, places = words[0], words[1:]
        self.places = [place for place in places if place[0] != "?"]
        self.allowed = self.places + [place[1:] for place in places if place[0] == "?"]
        self.forms = {}
        for name, form in forms_of(self.kind, self.value):
            self.forms.setdefault(form, name)

    def spelling_in(self, data):
        for form, name in self.forms.items():
            if form.search(data) if isinstance(form, re.Pattern) else form in data:
                return name
        return None


def spelling(secret, data, squeezed):
    return secret.spelling_in(data) or (squeezed and secret.spelling_in(squeezed))


def files_below(roots):
    for root in roots:
        if os.path.isfile(root):
            yield root
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    yield path


def search(secrets, roots):
    """(findings, places reached, files, bytes)."""
    found, reached, files, size = {secret.name: [] for secret in secrets}, set(), 0, 0
    for path in files_below(roots):
        with open(path, "rb") as file:
            data = file.read()
        files, size = files + 1, size + len(data)
        squeezed = re.sub(rb"\s+", b"", data) if re.search(rb"[0-9A-Za-z+/=]\r?\n[0-9A-Za-z+/=]", data) else None
        for secret in secrets:
            name = spelling(secret, data, squeezed)
            places = [place for place in secret.allowed if fnmatch.fnmatch(path, place)] if name else []
            reached.update((secret.name, place) for place in places)
            if name and not places:
                found[secret.name].append(f"{path}: {name}")
    return found, reached, files, size


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def point(self, name, faults):
        self.count += 1
        self.failed += bool(faults)
        print(f"{'not ok' if faults else 'ok'} {self.count} - {name}")
        for fault in faults:
            print(f"# {fault}")

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def report(secrets, roots):
    found, reached, files, size = search(secrets, roots)
    tap = Tap()
    for secret in secrets:
        missing = [f"not found in {place}, where it must be" for place in secret.places
                   if (secret.name, place) not in reached]
        tap.point(f"{secret.name}: {len(secret.forms)} spellings", found[secret.name] + missing)
    print(f"# {len(secrets)} secrets, {sum(len(secret.forms) for secret in secrets)} spellings, {files} files, {size} bytes")
    tap.point("there were files to look at", [] if files and size else ["nothing was searched"])
    return tap.end()


def memory_of(pid):
    """Writable memory, by mapping, in pieces that overlap."""
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps:
        spans = [line.split()[:2] for line in maps]
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for span, rights in spans:
            if rights[:2] != "rw":
                continue
            begin, end = (int(word, 16) for word in span.split("-"))
            tail = b""
            for at in range(begin, end, CHUNK):
                try:
                    memory.seek(at)
                    data = memory.read(min(CHUNK, end - at))
                except OSError:
                    break
                yield at - len(tail), tail + data
                tail = data[-256:]


def report_memory(secrets, pid):
    tap, size = Tap(), 0
    found = {secret.name: [] for secret in secrets}
    for at, data in memory_of(pid):
        size += len(data)
        for secret in secrets:
            name = secret.spelling_in(data)
            if name:
                found[secret.name].append(f"near {at:x}: {name}")
    for secret in secrets:
        tap.point(f"{secret.name}: not in memory", found[secret.name][:8])
    print(f"# {size} bytes of memory")
    tap.point("there was memory to look at", [] if size > 100000 else ["nothing was searched"])
    return tap.end()


def self_test():
    tap = Tap()
    for line in ("pin P 918273645546", "short S 4711", "key K " + bytes(range(200, 232)).hex(), "text T Kettle & Ostrich"):
        secret = Secret(line)
        faults = []
        for form, name in secret.forms.items():
            planted = b"PIN: " + secret.value.encode() if isinstance(form, re.Pattern) else form
            noise = b"before\x00" + planted + b"\xffbehind"
            if not secret.spelling_in(noise):
                faults.append(f"{name} is not found")
            if secret.spelling_in(noise.replace(planted, planted[:2])):
                faults.append(f"{name} is found though it is not there")
        tap.point(f"each spelling of a {secret.kind} is found", faults)
    key = Secret("key K " + bytes(range(200, 232)).hex())
    offsets = [shift for shift in range(48) for text in [base64.encodebytes(b"x" * shift + bytes(range(200, 232)) + b"tail")]
               if not spelling(key, text, re.sub(rb"\s+", b"", text))]
    tap.point("base64 with line breaks is found at every offset", [f"not at offset {shift}" for shift in offsets])
    tap.point("another PIN is not found", [] if not Secret("pin P 918273645546").spelling_in(b"918273645547") else ["it is"])
    return tap.end()


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    secrets = [Secret(line) for line in sys.stdin if line.strip()]
    if len(sys.argv) == 3 and sys.argv[1] == "--memory":
        return report_memory(secrets, int(sys.argv[2]))
    if not secrets or len(sys.argv) < 2:
        sys.exit(__doc__)
    return report(secrets, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
