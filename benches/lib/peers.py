"""The programs that qdiag is compared with: how each is run on a folder, and how it is installed."""

import os
import shutil
import subprocess
import sys
import tarfile

from lib.measure import Contender

PACKAGES = ("zip", "p7zip-full", "pigz", "openssl", "sosreport")
ZIPFILE = """
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
    for folder, _, names in sorted(os.walk("root")):
        for name in sorted(names):
            archive.write(os.path.join(folder, name))
"""


def all_files(*command):
    """A command over all files of root/, as few times as possible."""
    return ["find", "root", "-type", "f", "-exec", *command, "{}", "+"]


def packers(bench, folder, content):
    """Programs that pack a folder, or read it."""
    out, gz = bench.out / "peer.zip", bench.out / "peer.tar.gz"
    threads = ["-bso0", "-bsp0", "-mmt2"]

    def packer(name, *command):
        return Contender(name, [list(command)], folder, content, out)

    def reader(name, *command):
        return Contender(name, [all_files(*command)], folder, content)

    return [
        packer("zip -6 -r", "zip", "-6", "-q", "-r", out, "root"),
        packer("zip -1 -r", "zip", "-1", "-q", "-r", out, "root"),
        packer("7z -tzip -mx1, 2 threads", "7z", "a", "-tzip", "-mx1", *threads, out, "root"),
        packer("7z -tzip -mx5, 2 threads", "7z", "a", "-tzip", "-mx5", *threads, out, "root"),
        Contender("tar, pigz -6 -p2", [["tar", "cf", "-", "root"], ["pigz", "-6", "-p2", "-c"]], folder, content, gz, stdout=gz),
        packer("Python zipfile, level 6", sys.executable, "-I", "-S", "-c", ZIPFILE, out),
        reader("sha256sum", "sha256sum"),
        reader("openssl sha256", "openssl", "dgst", "-sha256"),
        reader("read all (cat)", "cat"),
    ]


def one_file(bench, file, content):
    """Programs that pack one file."""
    out, gz = bench.out / "peer.zip", bench.out / "peer.gz"
    return [
        Contender("zip -6", [["zip", "-6", "-q", out, file.name]], file.parent, content, out),
        Contender("pigz -6 -p2", [["pigz", "-6", "-p2", "-c", file.name]], file.parent, content, gz, stdout=gz),
        Contender("sha256sum", [["sha256sum", file.name]], file.parent, content),
    ]


def as_report(bench, folder):
    """The logs as an archive of `sos report`, since `sos clean` takes nothing else."""
    archive = bench.work / "sosreport-bench.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as out:
        for name in ("sos_logs", "sos_reports", "sos_commands"):
            entry = tarfile.TarInfo(f"sosreport-bench/{name}")
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            out.addfile(entry)
        out.add(folder / "root", "sosreport-bench/var/log/qlik")
    return archive


def redactors(bench, folder, content, limit):
    """Programs that find or mask secrets."""
    venv = bench.work / "venv/bin/detect-secrets"
    detect = str(venv) if venv.exists() else "detect-secrets"
    found = bench.out / "found.json"
    report = as_report(bench, folder) if shutil.which("sos") else "none"
    return [
        Contender("sos clean", [["sos", "clean", "--batch", "--no-update", "-z", "gzip", "--tmp-dir", bench.out, "--domains", "bench.local", report]],
                  bench.work, content, bench.out / "sosreport-bench-obfuscated.tar.gz", rounds=1, limit=limit * 5),
        Contender("gitleaks, detecting only", [["gitleaks", "detect", "--no-git", "--no-banner", "--redact", "--exit-code", "0", "--source", "root"]],
                  folder, content, rounds=1, limit=limit * 5),
        Contender("detect-secrets scan", [[detect, "scan", "--all-files", "root"]], folder, content, rounds=1, limit=limit, stdout=found),
    ]


def missing(contender):
    """The first program of a contender that is not here, if any."""
    for command in contender.commands:
        if not shutil.which(str(command[0])):
            return str(command[0])
    return None


def install(bench):
    """Install the peers: from Debian, and one from PyPI into a folder of its own."""
    steps = [["apt-get", "update", "-qq"], *(["apt-get", "install", "-y", "-qq", "--no-install-recommends", name] for name in PACKAGES)]
    if not (bench.work / "venv/bin/detect-secrets").exists():
        steps += [[sys.executable, "-m", "venv", bench.work / "venv"], [bench.work / "venv/bin/python", "-m", "pip", "install", "-q", "detect-secrets"]]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in [list(map(str, step)) for step in steps]:
        bench.say("  $ " + " ".join(step))
        done = subprocess.run(step, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=quiet, check=False)
        if done.returncode:
            bench.say(f"    failed: {done.stdout.strip().splitlines()[-1:]}")
