"""Looks for planted secrets in a bundle, in one pass over each entry, with little memory."""

import re
import zipfile

PIECE = 4 * 1024 * 1024
RUN = re.compile(rb"[A-Za-z0-9]{10,}")


def cores(path):
    """The longest run of letters and digits of each secret, with the secret: a leaked value, whole or in part, shows by it."""
    found = {}
    with open(path, "rb") as lines:
        for line in lines:
            value = line.rstrip(b"\n")
            runs = RUN.findall(value)
            if runs:
                found[max(runs, key=len)] = value
    return found


def pieces(source):
    """The text of an entry in pieces, cut where no run of letters and digits is."""
    rest = b""
    while piece := source.read(PIECE):
        text = rest + piece
        end = len(text)
        while end and text[end - 1 : end].isalnum() and len(text) - end < 4096:
            end -= 1
        yield text[:end]
        rest = text[end:]
    yield rest


def find(bundle, secrets):
    """The secrets of a list that stand in a bundle: name of the entry and the value."""
    wanted = cores(secrets)
    names = set(wanted)
    leaked = []
    with zipfile.ZipFile(bundle) as archive:
        for entry in archive.infolist():
            with archive.open(entry) as source:
                for text in pieces(source):
                    leaked += [(entry.filename, wanted[core].decode()) for core in names.intersection(RUN.findall(text))]
    return leaked, len(wanted)
