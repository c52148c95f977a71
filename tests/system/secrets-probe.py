#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What another process of the same user can have of a process: secrets-probe.py PID open|shut.

open: its memory can be read, it can be attached to: a control, without which "shut" would show nothing.
shut: neither its memory nor its environment can be read, it cannot be attached to, and it leaves no core image.
"""
import ctypes
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
PTRACE_ATTACH, PTRACE_DETACH = 16, 17


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


def stack_of(pid):
    """Any address that is mapped; of the probe itself where the maps cannot be read."""
    try:
        with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps:
            for line in maps:
                if "[stack]" in line:
                    return int(line.split("-")[1].split()[0], 16) - 4096
    except OSError:
        pass
    return 4096


def by_mem(pid):
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        memory.seek(stack_of(pid))
        return len(memory.read(64)) == 64


def by_readv(pid):
    room = ctypes.create_string_buffer(64)
    here, there = Piece(ctypes.addressof(room), 64), Piece(stack_of(pid), 64)
    return LIBC.process_vm_readv(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) == 64


def by_ptrace(pid):
    if LIBC.ptrace(PTRACE_ATTACH, pid, None, None) != 0:
        return False
    os.waitpid(pid, 0)
    LIBC.ptrace(PTRACE_DETACH, pid, None, None)
    return True


def by_environment(pid):
    with open(f"/proc/{pid}/environ", "rb") as file:
        return len(file.read()) > 0


def by_core(pid):
    """Whether it may leave a core image: soft or hard limit above 0."""
    with open(f"/proc/{pid}/limits", encoding="ascii") as file:
        limit = next(line for line in file if line.startswith("Max core file size")).split()
    return limit[4:6] != ["0", "0"]


def main():
    pid, want = int(sys.argv[1]), sys.argv[2] == "open"
    wrong = 0
    for name, way in (("/proc/PID/mem", by_mem), ("process_vm_readv", by_readv), ("ptrace", by_ptrace),
                      ("/proc/PID/environ", by_environment), ("core image", by_core)):
        try:
            got = way(pid)
        except (OSError, ValueError):
            got = False
        if got != want:
            wrong = 1
            print(f"{name}: {'open' if got else 'shut'}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
