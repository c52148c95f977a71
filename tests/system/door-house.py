#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What epursed asked of the kernel, held against contrib/epursed.service. Prints TAP.

door-house.py TRACE STATE UNIT     TRACE: of `strace -f`, from its start to its end; STATE: its directory.
"""
import re
import subprocess
import sys

CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)$")
WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC")
CHANGING = {"creat", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "link", "linkat",
            "symlink", "symlinkat", "mknod", "mknodat", "truncate", "chmod", "fchmodat", "chown", "lchown", "fchownat",
            "utimensat", "setxattr", "removexattr"}


def calls(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            match = CALL.match(line)
            if match:
                yield match.group(1), match.group(2)


def paths_in(arguments):
    return re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)


def outside(traced, state):
    """What it wrote, made or removed elsewhere."""
    for name, arguments in traced:
        if name in ("open", "openat", "openat2") and WRITING.search(arguments) or name in CHANGING:
            for path in paths_in(arguments):
                if not path.startswith(state + "/") and " = -1 " not in arguments:
                    yield f"{name}({arguments[:150]}"


def allowed_calls(unit):
    """The SystemCallFilter= lines of the unit, taken apart with systemd-analyze: an allow list, then what is taken out
    of it and put back. ProtectClock=yes has a filter of its own, which refuses to read the kernel's clock state too."""
    allowed = set()
    with open(unit, encoding="utf-8") as file:
        lines = [line.split("=", 1)[1].strip() for line in file if line.startswith("SystemCallFilter=")]
    for line in lines + (["~@clock"] if "yes" in unit_words(unit, "ProtectClock") else []):
        remove, names = line.startswith("~"), line.lstrip("~").split()
        while names:
            name = names.pop()
            if name.startswith("@"):
                shown = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
                names += [word.strip() for word in shown.stdout.splitlines()[1:] if word.strip() and word.strip()[0] != "#"]
            elif remove:
                allowed.discard(name)
            else:
                allowed.add(name)
    return allowed


def unit_words(unit, name):
    with open(unit, encoding="utf-8") as file:
        return {word for line in file if line.startswith(name + "=") for word in line.split("=", 1)[1].split()}


def main():
    trace, state, unit = sys.argv[1:4]
    traced = list(calls(trace))
    names = {name for name, _ in traced}
    families = {family for name, arguments in traced if name == "socket" for family in re.findall(r"AF_\w+|PF_\w+", arguments)[:1]}
    checks = [
        ("the trace is of a server that served", [] if {"accept4", "writev", "pwrite64"} & names and len(traced) > 500
         else [f"{len(traced)} calls: {sorted(names)}"]),
        ("it asked the kernel whether the clock is kept", [] if {"clock_adjtime", "clock_adjtime64", "adjtimex"} & names
         else ["neither clock_adjtime nor adjtimex"]),
        ("it writes, makes and removes nothing outside its directory", list(outside(traced, state))),
        ("it starts nothing", [arguments[:100] for name, arguments in traced if name in ("execve", "execveat", "fork", "vfork")][1:]),
        ("API7: it connects to nobody", [arguments[:100] for name, arguments in traced if name == "connect" and "AF_INET" in arguments]),
        ("no memory is writable and executable", [arguments[:100] for name, arguments in traced if name in ("mmap", "mprotect")
                                                  and "PROT_WRITE" in arguments and "PROT_EXEC" in arguments]),
        ("only the families of sockets that the unit allows", sorted(families - {"AF_INET", "AF_INET6"})),
        ("the unit allows the socket of a database on this machine", [] if "AF_UNIX" in unit_words(unit, "RestrictAddressFamilies")
         else ["no AF_UNIX"]),
    ]
    failed = 0
    for number, (name, faults) in enumerate(checks, 1):
        failed |= bool(faults)
        print(f"{'not ok' if faults else 'ok'} {number} - {name}")
        for fault in faults[:10]:
            print(f"# {fault}")
    number = len(checks) + 1
    try:
        allowed = allowed_calls(unit)
        refused = sorted(names - allowed - {"execve", "exit_group", "exit"})
        failed |= bool(refused)
        print(f"{'not ok' if refused else 'ok'} {number} - the unit's SystemCallFilter allows each of {len(names)} system calls")
        for name in refused:
            print(f"# {name}: {next(arguments for each, arguments in traced if each == name)[:100]}")
    except (FileNotFoundError, subprocess.CalledProcessError):
        print(f"ok {number} - the unit's SystemCallFilter # SKIP systemd-analyze is not installed")
    print(f"1..{number}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
