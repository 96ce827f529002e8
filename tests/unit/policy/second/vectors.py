"""Read a file of worked decisions for the second implementation: the world of it, and its cases."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.domain.agreements import Agreement, AgreementState, Clause, Effect, Reach
from hub.domain.directory import Account, Member, MemberStatus, Organisation, OrganisationKind, Role
from hub.domain.handling import Audience, Handling, Tlp
from hub.domain.identifiers import AccountId
from tests.unit.policy.second.records import Facts

TABLES = ("members", "organisations", "accounts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A question with the parts of the answer that the case names."""

    id: str
    reader: AccountId
    handling: Handling
    date_added: datetime
    at: datetime
    expect: dict[str, Any]


def vectors(file: Path) -> tuple[Facts, list[Vector]]:
    """Read the world and the cases; raise where something is missing or not of its kind."""
    content = json.loads(file.read_bytes())
    return _facts(content["world"]), list(_cases(content["cases"]))


def _facts(world: dict[str, Any]) -> Facts:
    members, organisations, accounts = (world[table].items() for table in TABLES)
    return Facts(
        members={code: Member(code=code, name=code, status=MemberStatus(row["status"])) for code, row in members},
        organisations={
            name: Organisation(**{"identity": None, **row, "kind": OrganisationKind(row["kind"])}, id=name, name=name)
            for name, row in organisations
        },
        accounts={
            name: Account(**{**row, "roles": frozenset(map(Role, row["roles"]))}, id=name) for name, row in accounts
        },
        agreements=tuple(map(_agreement, world["agreements"])),
    )


def _agreement(row: dict[str, Any]) -> Agreement:
    return Agreement(
        id=row["id"],
        version=row["version"],
        title=row["id"],
        effect=Effect(row["effect"]),
        state=AgreementState(row["state"]),
        parties=frozenset(row["parties"]),
        signed_by=frozenset(row["signed_by"]),
        valid_from=datetime.fromisoformat(row["valid_from"]),
        valid_until=row["valid_until"] and datetime.fromisoformat(row["valid_until"]),
        clauses=tuple(map(_clause, row["clauses"])),
    )


def _clause(row: dict[str, Any]) -> Clause:
    return Clause(
        number=row["number"],
        origins=frozenset(row["from"]),
        destinations=frozenset(row["to"]),
        tlp_max=Tlp.parse(row["tlp_max"]),
        types=frozenset(row["types"]),
        purposes=frozenset(row["purposes"]),
        reach=Reach(row["reach"]),
        recipients=frozenset(row["recipients"]),
        max_age_days=row["max_age_days"],
    )


def _audience(row: dict[str, Any]) -> Audience:
    return Audience(**{key: frozenset(names) for key, names in row.items()})


def _cases(cases: list[dict[str, Any]]) -> Iterator[Vector]:
    for case in cases:
        what = case["object"]
        audiences = what["audience"] or []
        narrowings = audiences if isinstance(audiences, list) else [audiences]
        yield Vector(
            id=case["id"],
            reader=case["account"],
            handling=Handling(
                producer=what["producer"],
                type=what["type"],
                tlp=Tlp.parse(what["tlp"]),
                audiences=frozenset(map(_audience, narrowings)),
                unknown_marking=what["unknown_marking"],
            ),
            date_added=datetime.fromisoformat(what["date_added"]),
            at=datetime.fromisoformat(case["at"]),
            expect=case["expect"],
        )
