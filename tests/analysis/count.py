#!/usr/bin/env python3
"""Counts the logs of an unpacked bundle by other means than qdiag and holds the counts against its analysis.

Usage: count.py FOLDER    the one folder that the zip unpacks to
Prints what differs; exit code 1 if anything does. Needs nothing but Python.

Lines are counted of all logs. Records, errors and warnings, in all and in each slice of time, are counted of the tables of Qlik Sense, whose
times have an offset; of other logs only lines.
"""

import collections
import datetime
import gzip
import json
import pathlib
import re
import sys

GUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
TIME = re.compile(
    r"^(\d{4})-?(\d\d)-?(\d\d)[T ](\d\d):?(\d\d):?(\d\d)(?:[.,](\d+))?\s*(Z|[+-]\d\d:?\d\d)?"
)
LEVELS = {"FATAL": "errors", "ERROR": "errors", "WARN": "warnings"}


def log_name(path):
    """The name of a log: without endings, times, numbers and ids, behind its folder if it begins with one of those."""
    parts = re.split(r"[\\/]", path)
    name = name_of(parts[-1])
    folder = varied_name(parts[-2]) if len(parts) > 1 and parts[-2] else "#"
    return f"{folder}/{name}" if name.startswith("#") and not folder.startswith("#") else name


def name_of(name):
    while True:
        stem, dot, ending = name.rpartition(".")
        if not (dot and stem and re.fullmatch(r"[A-Za-z0-9]{1,4}", ending)):
            break
        name = stem
    return varied_name(name)


def varied_name(name):
    name = GUID.sub("\0", name)

    def varies(match):
        word = match.group()
        return "\0" if re.fullmatch(r"[0-9][0-9A-Fa-fTZ]*|(?=.*[0-9])[0-9A-Fa-fTZ]{8,}", word) else word

    name = re.sub(r"[^\W_]+", varies, name)
    name = re.sub(r"\0(?:[-_. ]*\0)*", "#", name)
    return name.rstrip("-_. #") or "#"


def moment(text):
    """A time in UTC, or nothing."""
    found = TIME.match(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    try:
        time = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.timezone.utc)
    except ValueError:
        return None
    zone = found.group(8)
    if zone is None:
        return None
    if zone != "Z":
        digits = zone[1:].replace(":", "")
        offset = datetime.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        time += offset if zone[0] == "-" else -offset
    return time


def text_of(content):
    """The lines of a log."""
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    if content[:2] == b"\xff\xfe":
        return content[2:].decode("utf-16-le", "replace").split("\n")
    if content[:2] == b"\xfe\xff":
        return content[2:].decode("utf-16-be", "replace").split("\n")
    return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").split("\n")


def rows_of(lines):
    """Time and level of each record of a table of Qlik Sense; nothing for other logs."""
    names = lines[0].rstrip("\r").split("\t") if lines else []
    level = next((names.index(name) for name in ("Level", "Severity") if name in names), None)
    is_table = "Timestamp" in names and (names[0] == "Sequence#" and "Hostname" in names)
    if not is_table or "Version" in names and "Logger" in names and "Level" not in names:
        return None
    rows = []
    for line in lines[1:]:
        cells = line.rstrip("\r").split("\t")
        at = names.index("Timestamp")
        time = moment(cells[at]) if len(cells) > at else None
        if time:
            word = cells[level] if level is not None and len(cells) > level else ""
            rows.append((time, LEVELS.get(word, "")))
    return rows


def main(folder):
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    entries = [entry for entry in manifest["entries"] if entry.get("sha256") and entry["outcome"] != "withheld"]
    found = [entry for entry in entries if entry["name"].endswith("/qdiag/analysis.json")]
    if not found:
        print("the bundle has no analysis")
        return 1
    analysis = json.loads((folder / found[0]["name"]).read_text("utf-8"))
    counts = collections.defaultdict(collections.Counter)
    unknown = set()
    slices = collections.defaultdict(lambda: collections.defaultdict(collections.Counter))
    for entry in entries:
        if entry["category"] != "logs" or entry["source"].startswith(("command:", "facts:", "events:")):
            continue
        key = (entry["item"], log_name(entry["source"]))
        lines = text_of((folder / entry["name"]).read_bytes())
        counts[key]["files"] += 1
        counts[key]["lines"] += len(lines) - (not lines[-1])
        rows = rows_of(lines)
        if rows is None:
            unknown.add(key)
            continue
        for time, kind in rows:
            counts[key]["records"] += 1
            slot = int(time.timestamp()) // analysis["slice_seconds"] * analysis["slice_seconds"]
            slices[key][slot]["records"] += 1
            if kind:
                counts[key][kind] += 1
                slices[key][slot][kind] += 1
    return compare(analysis, counts, (unknown, slices))


def compare(analysis, counts, told):
    unknown, slices = told
    wrong, held = [], 0
    for log in analysis["logs"]:
        key = (log["item"], log["log"])
        for field in ("files", "lines", "records", "errors", "warnings"):
            if key in unknown and field not in ("files", "lines"):
                continue
            held += 1
            if log[field] != counts[key][field]:
                wrong.append(f"{key}: {log[field]} {field}, counted {counts[key][field]}")
        if key in unknown:
            continue
        for one in log["slices"]:
            start = datetime.datetime.fromisoformat(one["from"].replace("Z", "+00:00"))
            counted = slices[key].pop(int(start.timestamp()), collections.Counter())
            for field in ("records", "errors", "warnings"):
                held += 1
                if one[field] != counted[field]:
                    wrong.append(f"{key}: {one[field]} {field} from {one['from']}, counted {counted[field]}")
        if slices[key]:
            wrong.append(f"{key}: {len(slices[key])} slices are missing")
    missing = set(counts) - {(log["item"], log["log"]) for log in analysis["logs"]}
    if not any(log["log"] == "*" for log in analysis["logs"]):
        wrong.extend(f"{key}: not told" for key in missing)
    print("\n".join(wrong) if wrong else f"{held} counts of {len(analysis['logs'])} logs are the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1])))
