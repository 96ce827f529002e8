"""The mutants of the sharing rules: changes to one place of one module, each of which some test has to notice."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLES = sorted(Path(__file__).parent.glob("*.toml"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change, named for what the rules would then do: in `file`, `old` stands exactly once and becomes `new`.

    `tests` (patterns of paths) have to notice it; `equivalent` is why none can, where none can.
    """

    file: str
    tests: Sequence[str] = ("tests/unit/policy/test_*.py",)
    name: str
    old: str
    new: str
    equivalent: str | None = None

    @property
    def label(self) -> str:
        """The module and the name: `reading: SR-03 is left out`."""
        return f"{Path(self.file).stem}: {self.name}"

    def applies(self, root: Path) -> bool:
        """Whether the text stands exactly once in the file of a tree."""
        path = root / self.file
        return path.is_file() and path.read_text(encoding="utf-8").count(self.old) == 1

    def source(self, root: Path) -> str:
        """Return the module of a tree with the change made."""
        return (root / self.file).read_text(encoding="utf-8").replace(self.old, self.new)


def mutants() -> list[Mutant]:
    """Read every table, a file for each module."""
    found = []
    for path in TABLES:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        shared = {key: value for key, value in table.items() if key != "mutant"}
        found += [Mutant(**{**shared, **row}) for row in table["mutant"]]
    return found
