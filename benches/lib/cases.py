"""The sections of the comparison: what is run on which corpus. Each is a function from a Session to rows."""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from lib import peers
from lib.measure import Contender, Row

MIB = 1024 * 1024
BENCHES = Path(__file__).resolve().parent.parent
REAL_HOST = BENCHES.parent / "tests/hosts/qlik-sense-april-2018"
AROUND = "2019-01-26T14:00"  # In the middle of the days that a corpus spans.
COUNT = "import sys, time\nend = time.monotonic() + float(sys.argv[1])\nn = 0\nwhile time.monotonic() < end:\n    n += 1\n    sum(range(1000))\nprint(n)"


class Session:
    """What all sections share: where to work, the program, the options, and the rows so far."""

    def __init__(self, bench, program, options):
        self.bench, self.program, self.options = bench, program, options
        self.rounds, self.mib = options.rounds, options.mib
        self.rows, self.facts = [], {}

    def corpus(self, mib=None, files=300, **more):
        """A corpus of a shape, made unless it is there, read once so that it is in the page cache; its folder and its bytes."""
        mib = self.mib if mib is None else mib
        arguments = {"mib": mib, "files": files, **more}
        name = "corpus-" + "-".join(f"{key}{value}" for key, value in sorted(arguments.items()))
        folder = self.bench.work / name.replace("_", "")
        command = [sys.executable, BENCHES / "corpus", folder, "--reuse"]
        for key, value in arguments.items():
            command += [f"--{key.replace('_', '-')}", value]
        self.bench.say(f"corpus {folder.name}")
        subprocess.run(list(map(str, command)), check=True, stdout=sys.stderr)
        self.bench.run([peers.all_files("cat")], folder, 600)
        made = json.loads((folder / "corpus.json").read_text())["made"]
        self.facts[folder.name] = made
        return folder, made["bytes"]

    def take(self, section, contenders, rounds=None):
        """Run contenders in turns, but for those whose program is missing or that nobody asked for."""
        chosen = []
        for contender in contenders:
            lacking = peers.missing(contender)
            if self.options.against and not any(name in contender.name for name in [*self.options.against, "qdiag"]):
                continue
            if lacking:
                self.skip(section, contender.name, f"not run: {lacking} is not installed")
            else:
                chosen.append(contender)
        rows = self.bench.in_turns(section, chosen, rounds or self.rounds)
        self.rows += rows
        return rows

    def skip(self, section, name, reason):
        """A row without figures, with the reason."""
        row = Row(section, Contender(name, [], Path(), 0))
        row.note(reason)
        self.rows.append(row)

    def row(self, section, start):
        """The row of a section whose name starts so, if it ran to its end."""
        return next((row for row in self.rows if row.section == section and row.name.startswith(start) and row.is_whole), None)

    def levels(self):
        """The compression levels that the program knows; none as one that has no such option."""
        if not self.program.knows("collect", "--compression"):
            return [("qdiag collect", [])]
        return [(f"qdiag collect, {level}", ["--compression", level]) for level in ("balanced", "fast", "small")]


def whole(session):
    """All logs together, against programs that pack or read them."""
    folder, content = session.corpus(big_mib=session.mib * 400 / 1024)
    ours = [session.program.collect(name, folder, content, *options, section=name) for name, options in session.levels()]
    session.take("whole", [*ours, *peers.packers(session.bench, folder, content)])
    row = Row("whole", Contender("qdiag verify", [], folder, content))
    row.runs = session.program.verified.get(ours[0].name, [])
    session.rows.append(row)


def sessions(session):
    """The same with as many ids of sessions as a real host has: each is a secret in most records of users."""
    folder, content = session.corpus(max(1, session.mib // 4), big_mib=session.mib * 100 / 1024, sessions=41)
    session.take("sessions", [session.program.collect("qdiag collect", folder, content), peers.packers(session.bench, folder, content)[0]])


def big(session):
    """One large log alone."""
    size = session.mib * 400 // 1024
    folder, content = session.corpus(size, 1, big_mib=size)
    file = next((folder / "root/C").rglob("*System_Engine.txt"))
    peer = peers.one_file(session.bench, file, file.stat().st_size)
    session.take("big", [session.program.collect("qdiag collect", folder, content), *peer])


def redact(session):
    """Redaction without packing, on one thread."""
    size = session.mib * 400 // 1024
    folder, content = session.corpus(size, 1, big_mib=size)
    file = next((folder / "root/C").rglob("*System_Engine.txt"))
    options = ["--threads", "1"] if session.program.knows("redact", "--threads") else []
    session.take("redact", [Contender("qdiag redact, 1 thread", [[session.program.path, "redact", *options, file]], folder, content)])


def redactors(session):
    """A tenth of the logs, against programs that mask or find secrets."""
    size = max(1, session.mib * 100 // 1024)
    folder, content = session.corpus(size, 30, big_mib=size * 4 // 10)
    others = peers.redactors(session.bench, folder, content, session.options.limit)
    session.take("redactors", [session.program.collect("qdiag collect", folder, content), *others])


def plan(session):
    """Listing 50,000 files."""
    folder, content = session.corpus(48, 50000, shape="many")
    session.take("plan", [Contender("qdiag plan, 50,000 files", [[session.program.path, "plan", "--root", folder]], folder, content)])


def start(session):
    """The least that the program can do."""
    session.take("start", [Contender("qdiag --version", [[session.program.path, "--version"]], session.bench.out, 0)], max(9, session.rounds))


def real(session):
    """The example host of the sources, a real server of April 2018."""
    content = sum(path.stat().st_size for path in (REAL_HOST / "root").rglob("*") if path.is_file())
    rows = session.take("real", [session.program.collect("qdiag collect, real host", REAL_HOST, content)], max(5, session.rounds))
    rows[0].note(f"{content / 1e6:.1f} MB")


def memory(session):
    """Peak memory by number of threads."""
    folder, content = session.corpus(big_mib=session.mib * 400 / 1024)
    if not session.program.knows("collect", "--threads"):
        return session.skip("memory", "qdiag collect --threads", "not run: no such option")
    counts = [session.program.collect(f"qdiag collect, {n} threads", folder, content, "--threads", n, leak_check=False) for n in (1, 2, 4, 8)]
    session.take("memory", counts, 1)


def scale(session):
    """Twice, four and eight times the bytes, and the files; with --full 8 GiB and one very long line as well."""
    contenders = []
    for times in (1, 2, 4, 8):
        size = max(1, session.mib * times // 8)
        folder, content = session.corpus(size, big_mib=size * 400 // 1024)
        contenders.append(session.program.collect(f"qdiag collect, {times}x bytes", folder, content, leak_check=False))
    if session.options.full:
        for times in (1, 2, 4, 8):
            folder, content = session.corpus(381 * times / 8, 12500 * times, shape="many")
            contenders.append(session.program.collect(f"qdiag collect, {12500 * times:,} files", folder, content, leak_check=times == 8))
    session.take("scale", contenders)
    if not session.options.full:
        return session.skip("scale", "8 GiB, 100,000 files, one line of 200 MB", "not run: needs --full")
    shapes = (("huge", *session.corpus(session.options.huge_mib, big_mib=400)), ("one line of 200 MB", *session.corpus(200, 1, shape="line")))
    for name, folder, content in shapes:
        session.take("scale", [session.program.collect(f"qdiag collect, {name}", folder, content)], 1)
        if session.program.knows("collect", "--threads"):
            session.take("scale", [session.program.collect(f"qdiag collect, {name}, 8 threads", folder, content, "--threads", 8, leak_check=False)], 1)


def budget(session):
    """Bundles with a limit."""
    if not session.program.knows("collect", "--max-bundle"):
        return session.skip("budget", "qdiag collect --max-bundle", "not run: no such option")
    folder, content = session.corpus(big_mib=session.mib * 400 / 1024)
    for limit in (5, 25, 100):
        contender = session.program.collect(f"qdiag collect --max-bundle {limit}MB", folder, content, "--max-bundle", f"{limit}MB")
        checked = contender.check

        def check(row, is_first, checked=checked, limit=limit, bundle=contender.output):
            checked(row, is_first)
            if bundle.exists() and is_first:
                size = bundle.stat().st_size
                lost = session.program.newest_lost(bundle, folder)
                row.note(f"{size / limit / 1e4:.1f} % of the limit{', FAILED to keep it within 2 %' if size > limit * 1.02e6 else ''}")
                row.note(f"newest records LOST of {', '.join(lost)}" if lost else "newest record of every live log kept")

        session.take("budget", [contender._replace(check=check)], 1)


def window(session):
    """Two hours out of one large log."""
    if not (session.program.knows("collect", "--around") and session.program.knows("collect", "--window")):
        return session.skip("window", "qdiag collect --around --window", "not run: no such option")
    folder, content = session.corpus(session.mib * 2, 1, big_mib=session.mib * 2)
    session.take("window", [session.program.collect("qdiag collect, 2 h of one log", folder, content, "--around", AROUND, "--window", "2h")])


def idle(session):
    """How much of its speed a busy program keeps that shares one processor with a collection."""
    folder, content = session.corpus(big_mib=session.mib * 400 / 1024)
    shares = {"low": [], "normal": []}
    for number in range(session.rounds):
        for priority, kept in shares.items():
            session.bench.say(f"idle, round {number + 1} of {session.rounds}: {priority}")
            alone = _count(session)
            out = session.bench.out / f"idle-{priority}.zip"
            options = ["--priority", priority] if session.program.knows("collect", "--priority") else []
            command = [session.program.path, "collect", "--yes", "--quiet", "--root", folder, "--output", out, *options]
            ours = subprocess.Popen(["taskset", "-c", "0", *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.2)
            beside = _count(session)
            ran_on = ours.poll() is None
            ours.kill()
            ours.wait()
            session.bench.clear()
            if ran_on:
                kept.append(beside / alone)
    for priority, kept in shares.items():
        row = Row("idle", Contender(f"a busy program beside qdiag collect --priority {priority}", [], folder, content))
        row.note(f"keeps {statistics.median(kept) * 100:.0f} % of its speed" if kept else "not measured: the collection ended first")
        session.facts[f"idle {priority}"] = statistics.median(kept) if kept else None
        session.rows.append(row)


def _count(session):
    """How far a busy program gets in three seconds on the first processor."""
    command = ["taskset", "-c", "0", sys.executable, "-I", "-S", "-c", COUNT, "3"]
    if session.bench.verbose:
        session.bench.say("  $ taskset -c 0 python3 -c '(count for 3 seconds)'")
    return int(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


SECTIONS = {
    function.__name__: function
    for function in (start, plan, real, whole, big, redact, sessions, redactors, memory, budget, window, idle, scale)
}
