"""Runs contenders in turns and keeps what each run took. Makes no judgment."""

import os
import shlex
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Callable, NamedTuple

SPAWN = Path(__file__).with_name("spawn.py")


def busy():
    """Processor seconds that this machine has spent on anything, so far."""
    with open("/proc/stat", encoding="ascii") as lines:
        user, nice, system, _idle, _wait, interrupts, soft, stolen = map(int, lines.readline().split()[1:9])
    return (user + nice + system + interrupts + soft + stolen) / os.sysconf("SC_CLK_TCK")


def spent_on_children():
    """Processor seconds of the programs that were run from here and have ended."""
    times = os.times()
    return times.children_user + times.children_system


class Run(NamedTuple):
    """What one run took."""

    wall: float
    cpu: float
    peak: int
    code: int
    timed_out: bool
    output: int
    others: float  # Processor seconds that other programs of this machine took meanwhile.


class Contender(NamedTuple):
    """One thing to run on some input, in a folder; `output` is a file that it makes, `stdout` the file that its standard output goes to."""

    name: str
    commands: list
    folder: Path
    content: int
    output: Path | None = None
    codes: tuple = (0,)
    check: Callable | None = None
    rounds: int | None = None
    limit: float = 1800
    stdout: Path | None = None


class Row:
    """All runs of one contender."""

    def __init__(self, section, contender):
        self.section, self.name, self.content = section, contender.name, contender.content
        self.runs, self.notes, self.failed = [], [], False

    def note(self, text):
        """Add something that a reader of the table has to know, once."""
        if text not in self.notes:
            self.notes.append(text)

    def median(self, field):
        """The middle value of a field, over the runs."""
        return statistics.median(getattr(run, field) for run in self.runs) if self.runs else None

    @property
    def is_whole(self):
        """Whether every run ran to its end and did what it should."""
        return bool(self.runs) and not self.failed and not any(run.timed_out for run in self.runs)

    @property
    def peak(self):
        """The largest peak memory in MB."""
        return max(run.peak for run in self.runs) * 1024 / 1e6

    @property
    def others(self):
        """The share of all processors that other programs took meanwhile, in the median run."""
        shares = sorted(run.others / (run.wall * os.cpu_count()) for run in self.runs)
        return shares[len(shares) // 2]

    def as_json(self):
        """The raw figures."""
        return {"section": self.section, "name": self.name, "content": self.content, "notes": self.notes, "runs": [run._asdict() for run in self.runs]}


class Bench:
    """Where to work, and how."""

    def __init__(self, work, verbose):
        self.work, self.verbose = work, verbose
        self.out = work / "out"
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(parents=True)
        self.floor = self.run([["true"]], self.out, 10).peak

    def say(self, text):
        """Tell how far it is."""
        print(text, file=sys.stderr, flush=True)

    def run(self, commands, folder, limit, stdout=None):
        """Run a pipeline in a folder and measure it."""
        if self.verbose:
            target = f" > {shlex.quote(str(stdout))}" if stdout else ""
            self.say("  $ " + " | ".join(shlex.join(map(str, command)) for command in commands) + target)
        arguments = []
        for command in commands:
            arguments += ["--then--", *map(str, command)] if arguments else map(str, command)
        os.sync()  # What the run before wrote is not for this one to wait for.
        spawn = [sys.executable, "-I", "-S", str(SPAWN), str(limit), str(stdout or os.devnull), str(self.out / "errors"), *arguments]
        before, own = busy(), spent_on_children()
        told = subprocess.run(spawn, cwd=folder, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        others = busy() - before - (spent_on_children() - own)
        wall, user, system = map(float, told[:3])
        return Run(wall, user + system, int(told[3]), int(told[4]), told[5] == "1", 0, max(0.0, others))

    def errors(self):
        """The last line that the last run wrote to standard error."""
        lines = (self.out / "errors").read_text(errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else ""

    def turn(self, contender, row):
        """One run of a contender, with its checks; what it wrote is removed."""
        run = self.run(contender.commands, contender.folder, contender.limit, contender.stdout)
        if run.timed_out:
            row.note(f"ended after {contender.limit:.0f} s")
        elif run.code not in contender.codes:
            row.note(f"exit code {run.code}: {self.errors()}")
            row.failed = True
        size = contender.output.stat().st_size if contender.output and contender.output.exists() else 0
        row.runs.append(run._replace(output=size))
        if contender.check and not run.timed_out:
            contender.check(row, len(row.runs) == 1)
        self.clear()

    def clear(self):
        """Remove what runs have written."""
        for path in self.out.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def in_turns(self, section, contenders, rounds):
        """Run all contenders in turns: A B C, A B C; returns their rows."""
        rows = [Row(section, contender) for contender in contenders]
        for number in range(rounds):
            for contender, row in zip(contenders, rows):
                if number < (contender.rounds or rounds) and not any(run.timed_out for run in row.runs):
                    self.say(f"{section}, round {number + 1} of {contender.rounds or rounds}: {contender.name}")
                    self.turn(contender, row)
        return rows
