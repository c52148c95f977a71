# SPDX-License-Identifier: Apache-2.0
# A person at a terminal: runs a command on a pseudo terminal of its own, types a line at each prompt, prints all that stood
# there. Prompts are what ends with ": " or "/n) ". WIDTH columns (default 80); ends with the command's code.
#   at-terminal.py LINE[,LINE...] COMMAND [ARGUMENT...]
import fcntl, os, pty, select, signal, struct, sys, termios, time

lines = [line for line in sys.argv[1].split(",") if line]
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, int(os.environ.get("WIDTH", "80")), 0, 0))
seen, answered, end = b"", 0, time.monotonic() + 300
while time.monotonic() < end:
    if select.select([terminal], [], [], 0.2)[0]:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # it has ended
            break
        if not part:
            break
        seen += part
    elif lines and len(seen) > answered and (seen.endswith(b": ") or seen.endswith(b"/n) ")):
        answered = len(seen)
        os.write(terminal, lines.pop(0).encode() + b"\n")
    elif not lines and len(seen) > answered and seen.endswith(b": "):
        os.write(terminal, b"\x04")  # nothing more to say
        answered = len(seen)
else:
    os.kill(child, signal.SIGKILL)
sys.stdout.write(seen.decode("utf-8", "replace").replace("\r\n", "\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
