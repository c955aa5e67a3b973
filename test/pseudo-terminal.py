"""Runs a program on a pseudo-terminal: pseudo-terminal.py ROWS COLUMNS PROGRAM [ARGUMENT...]

What it says comes on standard output. Standard input takes a line of JSON each: {"keys": "..."} or {"size": [rows, columns]}.
"""
import fcntl
import json
import os
import pty
import selectors
import struct
import sys
import termios


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


rows, columns, *program = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    resize(0, int(rows), int(columns))
    os.execvp(program[0], program)

selector = selectors.DefaultSelector()
selector.register(terminal, selectors.EVENT_READ)
selector.register(0, selectors.EVENT_READ)
orders = b""
while True:
    for key, _ in selector.select():
        if key.fd == terminal:
            try:
                said = os.read(terminal, 65536)
            except OSError:
                said = b""
            if not said:
                _, status = os.waitpid(child, 0)
                sys.exit(os.waitstatus_to_exitcode(status))
            os.write(1, said)
        else:
            more = os.read(0, 65536)
            if not more:
                # Whoever sat there has gone: the terminal hangs up.
                selector.unregister(0)
                os.close(terminal)
                os.waitpid(child, 0)
                sys.exit(129)
            *lines, orders = (orders + more).split(b"\n")
            for line in lines:
                order = json.loads(line)
                if "size" in order:
                    resize(terminal, *order["size"])
                else:
                    os.write(terminal, order["keys"].encode())
