"""Rows as Markdown, and the figures held against the targets."""

import os
import platform

from lib.measure import Row

HEAD = "| what | wall s | user + sys s | MB/s | faster than `zip -6` | time of `sha256sum` | out MB | peak MB | notes |\n|---|---|---|---|---|---|---|---|---|"


def paired(row, other):
    """The middle ratio of wall times of two rows, round by round."""
    if not (row and other and row.is_whole and other.is_whole):
        return None
    ratios = sorted(a.wall / b.wall for a, b in zip(row.runs, other.runs))
    middle = len(ratios) // 2
    return ratios[middle] if len(ratios) % 2 else (ratios[middle - 1] + ratios[middle]) / 2


def number(value, digits=2):
    """A figure, or nothing."""
    return "" if value is None else f"{value:,.{digits}f}"


def line(session, row):
    """One row of the table."""
    if not row.runs:
        return f"| {row.name} | | | | | | | | {'; '.join(row.notes)} |"
    wall, cpu, out = row.median("wall"), row.median("cpu"), row.median("output")
    zip6, sums = paired(session.row(row.section, "zip -6"), row), paired(row, session.row(row.section, "sha256sum"))
    if row.name == "qdiag verify":
        zip6 = sums = None
    floor = session.bench.floor * 1024 / 1e6
    disturbed = [f"others took {row.others * 100:.0f} % of the machine"] if row.others > 0.1 and wall > 0.2 else []
    cells = [
        row.name,
        number(wall, 3 if wall < 1 else 1),
        number(cpu, 3 if cpu < 1 else 1),
        number(row.content / 1e6 / wall, 0 if row.content / 1e6 / wall >= 10 else 1) if row.content and row.is_whole else "",
        f"{zip6:.2f}×" if zip6 else "",
        f"{sums:.2f}×" if sums else "",
        number(out / 1e6, 1) if out else "",
        number(row.peak, 0) if row.peak > floor * 1.02 else f"< {floor:.0f}",
        "; ".join(row.notes + disturbed),
    ]
    return "| " + " | ".join(cells) + " |"


def targets(session):
    """Each target: what, unit, at least, aim, the figure, whether more is better."""
    row, peak = session.row, lambda found: found and found.peak
    seconds = lambda found: found and found.median("wall")  # noqa: E731
    ours, small = row("whole", "qdiag collect"), row("whole", "zip -6")
    verify, redact, big = row("whole", "qdiag verify"), row("redact", "qdiag redact"), row("big", "qdiag collect")
    huge = f"{session.options.huge_mib / 1024:g} GiB"
    return [
        ("faster than `zip -6 -r`, default level", "×", 3.5, 5, paired(small, ours), True),
        ("size of the bundle to that of `zip -6 -r`", "×", 1, 1, ours and small and ours.median("output") / small.median("output"), False),
        ("time of coreutils `sha256sum`", "×", 2, 1.5, paired(ours, row("whole", "sha256sum")), False),
        ("one large file: faster than `zip -6`", "×", 3.5, 5, paired(row("big", "zip -6"), big), True),
        ("redaction alone, per core", "MB/s", 150, 400, redact and redact.content / 1e6 / redact.median("cpu"), True),
        ("`verify`, content per core", "MB/s", 400, 800, verify and verify.content / 1e6 / verify.median("cpu"), True),
        ("peak memory, whole corpus, 2 threads", "MB", 64, 64, peak(row("memory", "qdiag collect, 2")), False),
        ("peak memory, whole corpus, 4 threads", "MB", 64, 64, peak(row("memory", "qdiag collect, 4")), False),
        ("peak memory, whole corpus, 8 threads", "MB", None, 64, peak(row("memory", "qdiag collect, 8")), False),
        (f"peak memory, {huge}", "MB", 64, 64, peak(row("scale", "qdiag collect, huge")), False),
        (f"peak memory, {huge}, 8 threads", "MB", None, 64, peak(row("scale", "qdiag collect, huge, 8")), False),
        ("peak memory, 100,000 files", "MB", 64, 64, peak(row("scale", "qdiag collect, 100,000")), False),
        ("peak memory, one line of 200 MB", "MB", 64, 64, peak(row("scale", "qdiag collect, one line of 200 MB")), False),
        ("`plan` of 50,000 files", "s", 1, 0.3, seconds(row("plan", "qdiag plan")), False),
        ("start to first output", "s", 0.1, 0.03, seconds(row("start", "qdiag")), False),
        ("real host of April 2018", "s", 0.3, 0.1, seconds(row("real", "qdiag")), False),
        ("faster per MB than `sos clean`", "×", 100, 100, paired(row("redactors", "sos"), row("redactors", "qdiag")), True),
        ("faster per MB than `gitleaks` detects", "×", 10, 10, paired(row("redactors", "gitleaks"), row("redactors", "qdiag")), True),
        ("two hours out of one log", "s", 0.5, 0.5, seconds(row("window", "qdiag")), False),
        ("speed that a busy program keeps beside it", "%", 80, 80, session.facts.get("idle low") and session.facts["idle low"] * 100, True),
        ("time for 8 times the bytes, to 8 times the time", "×", 1.1, 1.0, linear(session, "x bytes"), False),
        ("time for 8 times the files, to 8 times the time", "×", 1.1, 1.0, linear(session, "files"), False),
    ]


def linear(session, kind):
    """How the time of eight times as much compares with eight times the time, per byte."""
    first = session.row("scale", "qdiag collect, 1x" if kind == "x bytes" else "qdiag collect, 12,500")
    last = session.row("scale", "qdiag collect, 8x" if kind == "x bytes" else "qdiag collect, 100,000")
    if not (first and last):
        return None
    return (last.median("wall") / last.content) / (first.median("wall") / first.content)


def verdict(value, at_least, aim, more_is_better):
    """Whether a figure reaches the aim, the least, or neither."""
    if value is None:
        return "not measured"

    def reaches(limit):
        return limit is not None and (value >= limit if more_is_better else value <= limit)

    if reaches(aim):
        return "pass, aim reached"
    if at_least is None:
        return "aim not reached"
    return "pass" if reaches(at_least) else "SHORT"


def markdown(session):
    """The whole report."""
    options = session.options
    parts = [
        f"{os.cpu_count()} processors, {platform.machine()}, {platform.system()}; corpus of {session.mib} MiB; medians of {session.rounds} rounds in turns, "
        "input in the page cache. 1 MB = 1,000,000 bytes. Memory below that of the program that starts the others is shown as "
        f"`< {session.bench.floor * 1024 / 1e6:.0f}`.",
    ]
    if any(row.runs and row.others > 0.1 and row.median("wall") > 0.2 for row in session.rows):
        parts.append("**Other programs were at work on this machine**, as the notes say; qdiag gives way to them, its peers do not.")
    if options.quick:
        parts.append("A quick run on a small corpus: its figures are no measurement.")
    for section in dict.fromkeys(row.section for row in session.rows):
        parts.append(f"## {section}\n\n{HEAD}\n" + "\n".join(line(session, row) for row in session.rows if row.section == section))
    table = ["## targets", "", "| what | at least | aim | figure | |", "|---|---|---|---|---|"]
    for what, unit, at_least, aim, value, more in targets(session):
        shown = "" if value is None else f"{value:.3g} {unit}"
        least = "" if at_least is None else f"{at_least} {unit}"
        table.append(f"| {what} | {least} | {aim} {unit} | {shown} | {verdict(value, at_least, aim, more)} |")
    parts.append("\n".join(table))
    return "\n\n".join(parts)


def as_json(session):
    """The raw figures of everything."""
    named = ("what", "unit", "at_least", "aim", "value", "more_is_better")
    return {
        "processors": os.cpu_count(),
        "mib": session.mib,
        "facts": session.facts,
        "rows": [row.as_json() for row in session.rows if isinstance(row, Row)],
        "targets": [dict(zip(named, target)) for target in targets(session)],
    }
