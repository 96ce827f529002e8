"""How agreements are shown: a line each, or one with all that has happened to it."""

import json
from typing import Any

import click

from hub.cli.console import print_json, print_table
from hub.domain.agreements import AgreementRecord, AgreementVersion
from hub.domain.clock import tick_of, timestamp_of

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
    print_table(_HEADS, [_row(record, version) for version in record.versions])
    awaiting = record.awaiting
    if awaiting is not None:
        producers = ", ".join(sorted(awaiting.producers))
        click.echo(
            f"\n{awaiting.transition} of version {awaiting.version} awaits a second operator. {awaiting.asked_by} asked"
            f" at {_instant(awaiting.asked_at)}; it opens content of {producers}, whose members have not signed."
            f" hub agreement approve {record.id}, or refuse {record.id}."
        )


def show_list(records: tuple[AgreementRecord, ...], *, as_json: bool) -> None:
    """Print every agreement, a line a version."""
    if as_json:
        print_json([record_facts(record) for record in records])
        return
    print_table(_HEADS, [_row(record, version) for record in records for version in record.versions])


_HEADS = ("agreement", "version", "state", "effect", "title", "parties", "unsigned", "valid from", "valid until")


def _row(record: AgreementRecord, version: AgreementVersion) -> tuple[object, ...]:
    document = version.document
    awaits = record.awaiting is not None and record.awaiting.version == version.number
    return (
        record.id,
        version.number,
        f"{version.state} (awaits approval)" if awaits else version.state.value,
        document.effect.value,
        document.title,
        ", ".join(sorted(document.parties)),
        ", ".join(sorted(version.unsigned)),
        _instant(document.valid_from),
        _instant(document.valid_until),
    )


def _instant(instant: Any) -> str | None:  # noqa: ANN401 - datetime or None
    return None if instant is None else timestamp_of(tick_of(instant))
