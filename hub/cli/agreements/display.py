"""How agreements are shown: a line each, or one with all that has happened to it."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import click

from hub.cli.agreements.particulars import instant_in_words, state_in_words, version_in_lines
from hub.cli.console import print_json, print_table
from hub.domain.agreements import AgreementRecord, AgreementVersion
from hub.runtime.logs import printable

JsonObject = dict[str, Any]


def version_facts(version: AgreementVersion) -> JsonObject:
    """Write a version as JSON, with the very document that is signed."""
    return {
        "version": version.number,
        "state": version.state.value,
        "document": json.loads(version.canonical),
        "digest": version.digest,
        "drafted": _instant(version.drafted),
        "proposed": _instant(version.proposed),
        "activated": _instant(version.activated),
        "ended": _instant(version.ended),
        "signatures": [
            {"member": each.member, "key": each.key, "by": each.actor, "at": _instant(each.at)}
            for each in version.signatures
        ],
        "unsigned": sorted(version.unsigned),
    }


def record_facts(record: AgreementRecord) -> JsonObject:
    """Write an agreement as JSON."""
    awaiting = record.awaiting
    return {
        "id": record.id,
        "versions": [version_facts(version) for version in record.versions],
        "awaiting": awaiting
        and {
            "transition": awaiting.transition.value,
            "version": awaiting.version,
            "asked_by": awaiting.asked_by,
            "asked_at": _instant(awaiting.asked_at),
            "producers": sorted(awaiting.producers),
            "member": awaiting.member,
        },
    }


def show_record(record: AgreementRecord, *, as_json: bool) -> None:
    """Print one agreement: its versions, whose signatures are missing, and what awaits approval."""
    if as_json:
        print_json(record_facts(record))
        return
    _print_table((record,))
    awaiting = record.awaiting
    if awaiting is not None:
        producers = ", ".join(sorted(awaiting.producers))
        click.echo(
            f"\n{awaiting.transition} of version {awaiting.version} awaits a second operator. {awaiting.asked_by} asked"
            f" at {_instant(awaiting.asked_at)}; it opens content of {producers}, whose members have not signed."
            f" hub agreement approve {record.id}, or refuse {record.id}."
        )


def show_whole(record: AgreementRecord, *, as_json: bool) -> None:
    """Print one agreement, and under it all that each version says and that has happened to it."""
    show_record(record, as_json=as_json)
    if as_json:
        return
    for version in record.versions:
        click.echo()
        for line in version_in_lines(version):
            click.echo(printable(line))


def show_list(records: tuple[AgreementRecord, ...], *, as_json: bool) -> None:
    """Print every agreement, a line a version."""
    if as_json:
        print_json([record_facts(record) for record in records])
        return
    _print_table(records)


_HEADS = ("agreement", "version", "state", "effect", "title", "parties", "unsigned", "valid from", "valid until")


def _print_table(records: Iterable[AgreementRecord]) -> None:
    at = datetime.now(UTC)
    print_table(_HEADS, [_row(record, version, at=at) for record in records for version in record.versions])


def _row(record: AgreementRecord, version: AgreementVersion, *, at: datetime) -> tuple[object, ...]:
    document = version.document
    return (
        record.id,
        version.number,
        state_in_words(record, version, at=at),
        document.effect.value,
        document.title,
        ", ".join(sorted(document.parties)),
        ", ".join(sorted(version.unsigned)),
        _instant(document.valid_from),
        _instant(document.valid_until),
    )


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else instant_in_words(instant)
