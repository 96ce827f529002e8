"""Golden files: what others see, kept word for word, so that a change of it is seen and told in the changelog."""

import os
from pathlib import Path
from typing import Final

GOLDEN: Final = Path(__file__).resolve().parents[1] / "golden"
UPDATE: Final = "HUB_TEST_UPDATE_GOLDEN"


def assert_golden(name: str, seen: str) -> None:
    """Compare with the file of that name; `HUB_TEST_UPDATE_GOLDEN=1` writes it instead and fails, to be run again."""
    path = GOLDEN / name
    if os.environ.get(UPDATE) == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(seen)
        raise AssertionError(f"{name} was written; look at the difference, and add a line to the changelog")
    assert path.exists(), f"{name} is missing; {UPDATE}=1 writes it"
    assert seen == path.read_text()
