#!/usr/bin/env python3
"""terminal.py PROMPT ANSWER COMMAND...

Runs a command on a new terminal, types ANSWER and a line feed after PROMPT, prints the terminal's output, and exits with the
command's status.
"""
import os
import pty
import sys

prompt, answer, command = sys.argv[1], sys.argv[2], sys.argv[3:]
child, terminal = pty.fork()
if child == 0:
    os.execv(command[0], command)
shown, has_answered = b"", False
while True:
    try:
        octets = os.read(terminal, 4096)
    except OSError:
        break
    if not octets:
        break
    shown += octets
    if not has_answered and prompt.encode() in shown:
        has_answered = True
        os.write(terminal, answer.encode() + b"\n")
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
sys.exit(os.waitstatus_to_exitcode(status))
