"""`hub policy`: ask the sharing rules, without a running hub."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from hub.cli.console import json_option
from hub.cli.vectors import Expected, Vector, read_vectors
from hub.policy.decisions import Decision
from hub.policy.reading import decide
from hub.policy.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A case that got another decision than it must."""

    id: str
    expected: Expected
    got: Decision


@click.group()
def policy() -> None:
    """Ask the sharing rules."""


@policy.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def check(*, file: Path, as_json: bool) -> None:
    """Decide every case of the vectors FILE, and name each that gets another decision than the file expects.

    Ends with `N passed, M failed`. Exit code 1: a case failed; 2: the file is malformed.
    """
    world, vectors = read_vectors(file.read_bytes(), source=str(file))
    failed = list(failures(world, vectors))
    passed = len(vectors) - len(failed)
    if as_json:
        click.echo(json.dumps(_report(passed, failed), indent=2))
    else:
        _print_report(passed, failed)
    if failed:
        raise click.exceptions.Exit(1)


def failures(world: World, vectors: Iterable[Vector]) -> Iterator[Failure]:
    """Decide every case, and go through those that do not get what they must."""
    for vector in vectors:
        got = decide(world, vector.account, vector.handling, added=vector.added, at=vector.at)
        if not _agrees(got, vector.expected):
            yield Failure(id=vector.id, expected=vector.expected, got=got)


def _agrees(got: Decision, expected: Expected) -> bool:
    if (got.allowed, got.rule, got.reason) != (expected.allowed, expected.rule, expected.reason):
        return False
    named = (expected.agreement, got.agreement), (expected.clause, got.clause), (expected.miss, got.miss)
    return all(wanted is None or wanted == value for wanted, value in named)


def _report(passed: int, failed: Sequence[Failure]) -> dict[str, object]:
    return {
        "passed": passed,
        "failed": len(failed),
        "failures": [
            {
                "id": failure.id,
                "expected": msgspec.to_builtins(failure.expected),
                "got": msgspec.to_builtins(_comparable(failure.got)),
            }
            for failure in failed
        ],
    }


def _print_report(passed: int, failed: Sequence[Failure]) -> None:
    for failure in failed:
        expected, got = _phrase(failure.expected), _phrase(_comparable(failure.got))
        click.echo(f"{failure.id}: expected {expected}; got {got}")
    click.echo(f"{passed} passed, {len(failed)} failed")


def _comparable(got: Decision) -> Expected:
    """Write a decision in the terms of the file."""
    return Expected(
        allowed=got.allowed,
        rule=got.rule,
        reason=got.reason,
        agreement=got.agreement,
        clause=got.clause,
        miss=got.miss,
    )


def _phrase(decision: Expected) -> str:
    details = {"agreement": decision.agreement, "clause": decision.clause, "miss": decision.miss}
    words = ["allow" if decision.allowed else "deny", decision.rule, decision.reason]
    return " ".join([*words, *(f"{name}={value}" for name, value in details.items() if value is not None)])
