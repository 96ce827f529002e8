"""Run the storm at any size and say what happened: what `scripts/chaos` starts."""

import argparse
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.chaos.deliveries import deliveries
from tests.chaos.storm import by_lot, storm


def main() -> None:
    """Read the arguments, run, and write one line a kill and the report."""
    parser = argparse.ArgumentParser(prog="scripts/chaos", description="Kill processes of a hub while clients push.")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--deliveries", action="store_true", help="with 4 writers, subscribers and changing rights")
    parser.add_argument("--subscribers", type=int, default=40)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-chaos-") as name:
        plan = by_lot(chosen.kills, seed=chosen.seed)
        data = Path(name).resolve() / "data"
        if chosen.deliveries:
            report = asdict(deliveries(data, plan, subscribers=chosen.subscribers, seed=chosen.seed, tell=_say))
        else:
            report = asdict(storm(data, plan, seed=chosen.seed, tell=_say))
    for key, value in report.items():
        _say(f"{key}: {value}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
