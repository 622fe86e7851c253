"""Runs one pipeline and prints what it took: wall, user and system seconds, peak kB, exit code, whether it was ended for its time limit.

Usage: python3 -I -S spawn.py LIMIT OUTPUT ERRORS COMMAND ... [--then-- COMMAND ...]

A program of its own, which imports next to nothing: the peak memory that the system reports of a child is never below that of the process that
started it. Times and memory are those of wait4 for each command, children that it waited for included; a pipeline's are added up.
"""

import os
import signal
import sys
import time

children = []
ended = []


def end_all(number, _frame):
    """Kill the pipeline: for its time limit, or because the user wants to stop."""
    ended.append(number)
    for child in children:
        try:
            os.kill(child, signal.SIGKILL)
            os.killpg(child, signal.SIGKILL)
        except ProcessLookupError:
            pass


def start(command, source, target, errors):
    """Start one command in a process group of its own."""
    child = os.fork()
    if child:
        return child
    os.setpgid(0, 0)
    os.dup2(source, 0)
    os.dup2(target, 1)
    os.dup2(errors, 2)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
    os._exit(127)


def run(limit, output, errors, commands):
    """Run the commands, each reading what the one before writes."""
    source = os.open(os.devnull, os.O_RDONLY)
    last = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    told = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for signal_number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, end_all)
    signal.setitimer(signal.ITIMER_REAL, limit)
    begun = time.monotonic()
    for number, command in enumerate(commands):
        following, target = os.pipe() if number + 1 < len(commands) else (-1, last)
        children.append(start(command, source, target, told))
        os.close(source)
        os.close(target)
        source = following
    user = system = peak = code = 0
    for child in list(children):
        _, status, usage = os.wait4(child, 0)
        children.remove(child)
        user, system, peak = user + usage.ru_utime, system + usage.ru_stime, peak + usage.ru_maxrss
        code = code or os.waitstatus_to_exitcode(status)
    return f"{time.monotonic() - begun:.6f} {user:.6f} {system:.6f} {peak} {code} {int(signal.SIGALRM in ended)}"


def main():
    """Split the arguments into commands and run them."""
    limit, output, errors = float(sys.argv[1]), sys.argv[2], sys.argv[3]
    commands = [[]]
    for argument in sys.argv[4:]:
        if argument == "--then--":
            commands.append([])
        else:
            commands[-1].append(argument)
    print(run(limit, output, errors, commands))


main()
