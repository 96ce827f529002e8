"""Make every mutant in a copy of the tree, one after another, and see whether the tests notice: `scripts/mutants`."""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from importlib.util import cache_from_source
from pathlib import Path

from tests.mutants.table import ROOT, Mutant, mutants
from tests.mutants.trial import pass_unchanged, try_out

COPIED = ("hub", "tests", "docs", "collections", "config", "pyproject.toml")


class Fate(StrEnum):
    """What became of a mutant. `BROKEN`: its module cannot be imported, so that it says nothing of the tests."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    NOT_EQUIVALENT = "killed, though named equivalent"
    NOT_APPLICABLE = "not applicable"
    BROKEN = "broken"


GOOD = {Fate.KILLED, Fate.EQUIVALENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One mutant and its fate; `seconds` is how long the tests ran."""

    mutant: Mutant
    fate: Fate
    seconds: float


def main() -> None:
    """Read the arguments, try the mutants, tell what became of each; end with 1 unless all are as they should be."""
    parser = argparse.ArgumentParser(prog="scripts/mutants", description="Change the rules and see the tests fail.")
    parser.add_argument("words", nargs="*", help="only mutants whose label has one of these: 'reading:' or 'SR-08'")
    parser.add_argument("--tests", help="run these in place of the tests that the table names for a mutant")
    parser.add_argument("--json", action="store_true", help="write the results as JSON; progress goes to stderr")
    chosen = parser.parse_args()
    asked = [mutant for mutant in mutants() if any(word in mutant.label for word in chosen.words or [""])]
    if not asked:
        parser.error("no mutant has such a label")
    results = run([replace(each, tests=(chosen.tests,)) for each in asked] if chosen.tests else asked)
    fates = Counter(result.fate for result in results)
    counts = {"mutants": len(results), **{fate.value: fates[fate] for fate in Fate if fates[fate]}}
    if chosen.json:
        rows = [{**asdict(each.mutant), "fate": each.fate, "seconds": round(each.seconds, 1)} for each in results]
        json.dump({"counts": counts, "results": rows}, sys.stdout, indent=1)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(", ".join(f"{count} {what}" for what, count in counts.items()) + "\n")
    sys.exit(0 if set(fates) <= GOOD else 1)


def run(asked: list[Mutant]) -> list[Result]:
    """Try mutants in a copy of the tree that passes as it is; exit where it does not."""
    results = []
    with tempfile.TemporaryDirectory(prefix="hub-mutants-") as name:
        tree = Path(name).resolve() / "tree"
        copy_to(tree)
        if not pass_unchanged(tree, sorted({path for mutant in asked for path in mutant.tests})):
            sys.exit("The tests fail without any mutant. Make them pass first.")
        for number, mutant in enumerate(asked, start=1):
            result = try_mutant(tree, mutant)
            results.append(result)
            reason = f" ({mutant.equivalent})" if result.fate is Fate.EQUIVALENT else ""
            _say(f"{number}/{len(asked)} {result.fate} {result.seconds:.1f}s {mutant.label}{reason}")
    return results


def copy_to(tree: Path) -> None:
    """Copy what the tests need."""
    for each in COPIED:
        source, copy = ROOT / each, tree / each
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, copy)


def try_mutant(tree: Path, mutant: Mutant) -> Result:
    """Make one change in the tree, run the tests, and undo it."""
    if not mutant.applies(tree):
        return Result(mutant=mutant, fate=Fate.NOT_APPLICABLE, seconds=0)
    path = tree / mutant.file
    before = path.read_bytes()
    start = time.monotonic()
    Path(cache_from_source(str(path))).unlink(missing_ok=True)  # made in the same second, it would hide the change
    path.write_text(mutant.source(tree), encoding="utf-8")
    try:
        code = try_out(tree, mutant.tests)
    finally:
        path.write_bytes(before)
    return Result(mutant=mutant, fate=_fate(mutant, code), seconds=time.monotonic() - start)


def _fate(mutant: Mutant, code: int) -> Fate:
    """Tell by pytest's exit code: 0 where all passed, 1 where some failed, and anything else where it could not run."""
    match code:
        case 0:
            return Fate.SURVIVED if mutant.equivalent is None else Fate.EQUIVALENT
        case 1:
            return Fate.KILLED if mutant.equivalent is None else Fate.NOT_EQUIVALENT
        case _:
            return Fate.BROKEN


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
