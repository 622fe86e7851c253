#!/usr/bin/env bash
# Holds the release binary against its budgets: size, start, memory while collecting a large log and many small files.
# Usage: packaging/measure.sh target/release/qdiag
set -euo pipefail
binary=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

limit() { # name, value, at most, unit
    printf '%-44s %10s %s (at most %s)\n' "$1" "$2" "$4" "$3"
    if [ "$2" -gt "$3" ]; then failed=1; fi
}

limit "binary" "$(stat -c %s "$binary")" 14000000 bytes

# Wall time of five starts; the smallest counts, since the machine may be busy.
best=999999
for _ in 1 2 3 4 5; do
    before=$(date +%s%N)
    "$binary" --version >/dev/null
    "$binary" collectors list >/dev/null
    after=$(date +%s%N)
    spent=$(((after - before) / 2000000))
    if [ "$spent" -lt "$best" ]; then best=$spent; fi
done
limit "start to first output" "$best" 100 ms

host() { # folder: an empty Linux host, looked at as a root
    mkdir -p "$1/root/data"
    printf 'os = "linux"\nname = "measured"\nclock = "2026-01-02T03:04:05Z"\n' >"$1/host.toml"
}

peak() { # folder, arguments: peak memory in kB
    /usr/bin/time -f '%M %e' -o "$scratch/time" "$binary" collect --root "$1" --add /data --environment-only --yes --quiet --output "$scratch" >/dev/null
    tail -1 "$scratch/time"
    rm -f "$scratch"/*.zip "$scratch"/*.sha256
}

if [ -x /usr/bin/time ]; then
    host "$scratch/large"
    python3 - "$scratch/large/root/data/large.log" <<'PYTHON'
import sys
line = "%d\t20190201T045901.475+0100\tINFO\tqlikserver1\tSystem.Engine.Engine\t12\tabc\tDOMAIN\\user\tpassword=hunter2%d; loaded 12.145.3.0 in 12 ms\r\n"
with open(sys.argv[1], "w") as out:
    for block in range(1000):
        out.write("".join(line % (block * 8000 + n, block) for n in range(8000))[:1_000_000])
PYTHON
    read -r memory seconds <<<"$(peak "$scratch/large")"
    limit "memory, a log of 1 GB ($seconds s)" "$memory" 64000 kB
    rm -rf "$scratch/large"

    host "$scratch/many"
    python3 - "$scratch/many/root/data" <<'PYTHON'
import os, sys
for folder in range(100):
    path = os.path.join(sys.argv[1], "service-%02d" % folder, "Trace")
    os.makedirs(path)
    for number in range(1000):
        with open(os.path.join(path, "QLIKSERVER1_System_Engine_2019-01-31T15.24.%05dZ.log" % number), "w") as out:
            out.write("Sequence#\tTimestamp\tMessage\r\n%d\t20190201T045901.475+0100\tall is well\r\n" % number)
PYTHON
    read -r memory seconds <<<"$(peak "$scratch/many")"
    limit "memory, 100,000 files ($seconds s)" "$memory" 64000 kB

    /usr/bin/time -f '%e' -o "$scratch/time" "$binary" plan --root "$scratch/many" --add '/data/service-[0-4]*/**' --environment-only >/dev/null
    limit "plan of 50,000 files" "$(tail -1 "$scratch/time" | awk '{print int($1 * 1000)}')" 1000 ms
else
    echo "/usr/bin/time is not installed: memory and plan are not measured"
fi
exit $failed
