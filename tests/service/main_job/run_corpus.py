"""Push a directory of STIX through a hub of its own and say what came of it: what `scripts/stix-corpus` starts."""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.service.main_job.corpus import compare, push_files, stix_files, table
from tests.support.serving import serving

ALIAS: Final = "jp"


def main() -> None:
    """Read the arguments, run, and end with status 1 where what came back is not what was sent."""
    parser = argparse.ArgumentParser(prog="scripts/stix-corpus", description="Push every STIX file below DIR.")
    parser.add_argument("directory", metavar="DIR", type=Path)
    directory = parser.parse_args().directory.resolve()
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="hub-corpus-") as name,
        serving(Path(name).resolve() / "data", web_workers=0) as hub,
    ):
        caller = hub.account("jp-cert/corpus")
        sent = push_files(caller, ALIAS, directory, stix_files(directory))
        pushed = time.monotonic()
        found = compare(caller, ALIAS, sent)
    for line in table(sent):
        _say(line)
    _say(f"pushed in {pushed - begun:.1f} s, {found.returned:,} versions came back")
    wrong = {
        "answered with trouble": sent.troubles,
        "came back and was not sent": found.unknown,
        "did not come back": [str(key) for key in found.missing],
        "came back twice": [str(key) for key in found.doubled],
    }
    for title, entries in wrong.items():
        _say(f"{title}: {len(entries)}" + "".join(f"\n  {entry}" for entry in entries[:20]))
    sys.exit(1 if any(wrong.values()) else 0)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
