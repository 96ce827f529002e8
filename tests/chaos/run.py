"""Run the storm at any size and say what happened: what `scripts/chaos` starts."""

import argparse
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.chaos.deliveries import deliveries, lasting, listed
from tests.chaos.killing import Kind
from tests.chaos.storm import by_lot, storm


def main() -> None:
    """Read the arguments, run, and write one line a kill and the report."""
    parser = argparse.ArgumentParser(prog="scripts/chaos", description="Kill processes of a hub while clients push.")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seconds", type=float, help="with --deliveries: kill for so long, however many that is")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--deliveries", action="store_true", help="with 4 writers, subscribers and changing rights")
    parser.add_argument("--webhooks", type=int, default=24)
    parser.add_argument("--streams", type=int, default=16)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-chaos-") as name:
        data = Path(name).resolve() / "data"
        if chosen.deliveries:
            kinds = by_lot(chosen.kills, seed=chosen.seed, kinds=list(Kind))
            strikes = lasting(chosen.seconds, seed=chosen.seed) if chosen.seconds else listed(kinds)
            sizes = {"webhooks": chosen.webhooks, "streams": chosen.streams}
            report = asdict(deliveries(data, strikes, **sizes, seed=chosen.seed, tell=_say))
        else:
            report = asdict(storm(data, by_lot(chosen.kills, seed=chosen.seed), seed=chosen.seed, tell=_say))
    for key, value in report.items():
        _say(f"{key}: {value}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
