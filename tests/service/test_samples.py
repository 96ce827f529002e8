"""The shipped samples, pushed through a whole hub: every object ends as docs/samples/README.md says."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from typing import Any, Final

import pytest

from hub.cli.demo.treaty import conclude_treaty
from hub.domain.directory import OrganisationKind, Principal
from hub.domain.identifiers import StixId
from hub.domain.submissions import Caps, CheckedObject, Marking
from hub.policy.classify import classify
from hub.policy.decisions import Decision
from hub.policy.reading import decide
from hub.runtime.wiring import now
from hub.stix.check import check_envelope
from hub.store.facts import load_world
from tests.support.hub import ROOT, TestHub, envelope, running_hub

SAMPLES: Final = ROOT / "docs" / "samples"
README: Final = (SAMPLES / "README.md").read_text()
READERS: Final = (
    "au-cert/analyst",
    "nz-cert/analyst",
    "jp-cert/analyst",
    "sg-cert/analyst",
    "fj-cert/analyst",
    "id-cert/analyst",
    "au-power/analyst",
    "jp-isac/analyst",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of samples, who pushes it into which collection, and what the hub made of each object."""

    account: str
    alias: str
    objects: tuple[dict[str, Any], ...]
    codes: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The hub after every push."""

    hub: TestHub
    readers: dict[str, Principal]
    files: tuple[File, ...]


def rows(first_cell: str) -> list[tuple[str, ...]]:
    """Return the cells of every table row of the README whose first cell fits, without code quotes."""
    lines = [line for line in README.splitlines() if re.match(rf"\| `{first_cell}` \|", line)]
    return [tuple(cell.strip().strip("`") for cell in line.strip("| ").split(" | ")) for line in lines]


def short(name: str) -> str:
    """Return an id as the README's tables write it: the type, and eight digits."""
    kind, _, uuid = name.partition("--")
    return f"{kind}--{uuid[:8].lower()}"


def cell(decision: Decision) -> str:
    """Return a decision as the matrix writes it."""
    clause = f" {decision.clause}" if decision.agreement == "demo-au-nz" else ""
    return f"{'' if decision.allowed else 'no '}{decision.rule.removeprefix('SR-')}{clause}"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, database_url: str, redis_url: str) -> Iterator[Stage]:
    """Push every file in the order of the README, each by its account."""
    agreements = tmp_path_factory.mktemp("agreements")
    copy(ROOT / "config" / "agreements" / "regional-baseline.toml", agreements)
    copy(SAMPLES / "agreements" / "demo-au-nz.toml", agreements)
    with running_hub(database_url, redis_url, agreements=agreements) as hub:
        conclude_treaty(hub.parts.pool)
        hub.organisation("au-power", OrganisationKind.CONSTITUENT, served_by="au-cert")
        hub.organisation("jp-isac", OrganisationKind.PARTNER)
        readers = {name: hub.account(name) for name in READERS}
        files = tuple(
            push(hub, readers[account], SAMPLES / name, alias) for name, account, alias, *_ in rows(r"[a-z-]+\.json")
        )
        yield Stage(hub=hub, readers=readers, files=files)


def push(hub: TestHub, account: Principal, path: Path, alias: str) -> File:
    objects = json.loads(path.read_text())["objects"]
    outcomes = sorted(hub.push(account, alias, *objects).outcomes, key=lambda outcome: outcome.position)
    return File(
        account=account.account.id,
        alias=alias,
        objects=tuple(objects),
        codes=tuple(outcome.code for outcome in outcomes),
    )


def accepted(file: File) -> list[CheckedObject]:
    """Return the objects of a file that the hub accepted, as the validation hands them to the rules."""
    checked = check_envelope(envelope(*file.objects), caps=Caps(), at=now())
    return [thing for thing in checked.accepted if file.codes[thing.position] is None]


def definitions(things: list[CheckedObject]) -> dict[StixId, list[Marking]]:
    """Return what the markings of one file define."""
    return {thing.id: [thing.defines] for thing in things if thing.defines is not None}


def matrix(stage: Stage) -> dict[tuple[str, str], str]:
    """Ask the rules themselves about every object and reader."""
    with stage.hub.parts.pool.statement() as database:
        world = load_world(database)
    cells = {}
    for file in stage.files:
        collection = stage.hub.collection(file.alias)
        things = accepted(file)
        markings = definitions(things)
        for thing in things:
            producer = stage.readers[file.account].organisation.id
            handling = classify(thing, producer=producer, default_tlp=collection.default_tlp, markings=markings)
            for reader, principal in stage.readers.items():
                decision = decide(world, principal.account.id, handling, added=now(), at=now())
                cells[short(thing.id), reader] = cell(decision)
    return cells


def test_the_readme_names_every_file() -> None:
    assert sorted(name for name, *_ in rows(r"[a-z-]+\.json")) == sorted(path.name for path in SAMPLES.glob("*.json"))


def test_exactly_the_objects_that_the_readme_names_are_refused(stage: Stage) -> None:
    refused = [
        (short(thing["id"]), code)
        for file in stage.files
        for thing, code in zip(file.objects, file.codes, strict=True)
        if code is not None
    ]
    assert refused == [(name, code) for name, code, *_ in rows("[a-z0-9-]+--[0-9a-f]{8}") if code.isupper()]


def test_the_readme_cites_the_rule_of_every_answer(stage: Stage) -> None:
    documented = {
        (row[0], reader): row[3 + column]
        for row in rows("[a-z0-9-]+--[0-9a-f]{8}")
        if not row[1].isupper()
        for column, reader in enumerate(READERS)
    }
    assert documented == matrix(stage)


def test_every_reader_gets_exactly_what_the_rules_allow(stage: Stage) -> None:
    cells = matrix(stage)
    for reader, principal in stage.readers.items():
        held = {short(thing["id"]) for thing in stage.hub.read(principal)}
        assert held == {name for (name, of), answer in cells.items() if of == reader and not answer.startswith("no")}


def test_every_level_and_every_way_of_reading_is_among_the_samples(stage: Stage) -> None:
    levels = {row[1] for row in rows("[a-z0-9-]+--[0-9a-f]{8}") if not row[1].isupper()}
    assert levels == {"clear", "green", "amber", "amber by default", "amber+strict", "red"}
    answers = set(matrix(stage).values())
    assert {"02", "05", "08", "10", "10 1", "10 2", "10 3", "no 04", "no 07", "no 08", "no 11"} <= answers
