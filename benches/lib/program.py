"""The qdiag that is measured: its command lines, and what is checked of each bundle that it makes."""

import collections
import json
import subprocess
import zipfile

from lib import leaks
from lib.measure import Contender


class Program:
    """One executable."""

    def __init__(self, path, bench, more=()):
        self.path, self.bench, self.more = path.resolve(), bench, more
        self.help = {}
        self.verified = {}  # Section to the runs of `verify`.

    def knows(self, command, option):
        """Whether a command has an option, by its own help."""
        if command not in self.help:
            done = subprocess.run([self.path, command, "--help"], capture_output=True, text=True, check=False)
            self.help[command] = done.stdout
        return option.split("=")[0] in self.help[command]

    def collect(self, name, folder, content, *options, section="", leak_check=True, **more):
        """A contender that collects from a root; each of its bundles is checked."""
        out = self.bench.out / "qdiag.zip"
        command = [self.path, "collect", "--yes", "--quiet", "--json", "--root", folder, "--output", out, *self.more, *options]

        def check(row, is_first):
            self.check(row, folder, out, section, is_first and leak_check)

        return Contender(name, [command], folder, content, out, codes=(0, 3), check=check, stdout=self.bench.out / "answer.json", **more)

    def check(self, row, folder, bundle, section, for_leaks):
        """Verify a bundle, note what is not as it should be, and look once for planted secrets."""
        if not bundle.exists():
            row.note("NO BUNDLE")
            return
        told = self.bench.out / "verify.json"
        run = self.bench.run([[self.path, "verify", "--json", bundle]], self.bench.out, 600, told)
        if run.code:
            row.note(f"VERIFY FAILED, exit code {run.code}")
        self.verified.setdefault(section, []).append(run)
        secrets = folder / "secrets.txt"
        if for_leaks and secrets.exists():
            leaked, number = leaks.find(bundle, secrets)
            row.note(f"{len(leaked)} of {number} planted secrets LEAKED" if leaked else f"none of {number} planted secrets in it")
            for name, value in leaked[:10]:
                self.bench.say(f"    LEAKED in {name}: {value}")
            row.note(", ".join(f"{count} {word}" for word, count in sorted(self.outcomes(bundle).items()) if word != "missing"))

    @staticmethod
    def outcomes(bundle):
        """How many items ended with which outcome, by the manifest."""
        with zipfile.ZipFile(bundle) as archive:
            name = min((name for name in archive.namelist() if name.endswith("manifest.json")), key=len)
            entries = json.loads(archive.read(name))["entries"]
        return collections.Counter(entry["outcome"] for entry in entries)

    @staticmethod
    def newest_lost(bundle, folder):
        """Live logs whose newest record is not the newest one of their entry."""
        lost = []
        with zipfile.ZipFile(bundle) as archive:
            names = archive.namelist()
            for log in sorted((folder / "root/C").rglob("Log/**/*.txt")):
                with open(log, "rb") as source:
                    source.seek(max(0, log.stat().st_size - 65536))
                    newest = source.read().splitlines()[-1].split(b"\t")[:2]
                end = log.as_posix().split("/root/C/", 1)[1].split("/Log/", 1)[1]
                entry = next((name for name in names if name.endswith(end)), None)
                if entry is None or b"\t".join(newest) not in _end_of(archive, entry):
                    lost.append(end)
        return lost


def _end_of(archive, name):
    """The last bytes of an entry."""
    rest = b""
    with archive.open(name) as source:
        while piece := source.read(1 << 20):
            rest = (rest + piece)[-262144:]
    return rest
