"""Push files of real STIX one after another, as `hub push` does, and compare what comes back with what was sent."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from hub.outbound.credentials import Credentials
from hub.outbound.exchange.envelopes import in_order_of_reference, split, without_repeats
from hub.outbound.exchange.files import FileContent, read_content
from hub.outbound.exchange.push import Push, Tally
from hub.outbound.locate import locate, parse_address
from hub.outbound.taxii import TaxiiClient
from hub.outbound.transport import Transport, TransportSettings
from tests.support.serving import Caller

_ENVELOPE: Final = 1_000
_SUFFIXES: Final = frozenset({".json", ".jsonl", ".ndjson", ".stix2"})

Key = tuple[str | None, str | None]
"""The id and the version of an object, as they were sent."""


@dataclass(slots=True, kw_only=True)
class Sent:
    """What was pushed and what the hub said of it; refusals and successes are counted by directory."""

    objects: defaultdict[Key, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    refused: Counter[Key] = field(default_factory=Counter)
    codes: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    accepted: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    """What was not answered, or with a server error."""


def stix_files(directory: Path) -> list[Path]:
    """Return every file with STIX below a directory, in order."""
    return sorted(path for path in directory.rglob("*") if path.suffix in _SUFFIXES)


def push_files(caller: Caller, alias: str, directory: Path, files: Iterable[Path]) -> Sent:
    """Push the files, each by itself, into one collection. A server error ends it; a 503 is noted as trouble."""
    sent = Sent()
    transport = Transport(
        TransportSettings(credentials=Credentials(username=caller.username, token=caller.token)),
        sleep=lambda _: None,
        notice=sent.troubles.append,
    )
    try:
        client = TaxiiClient(transport)
        target = locate(client, parse_address(f"{caller.root}/taxii2/"), alias)
        for path in files:
            content = read_content(path.name, path.read_bytes())
            objects = in_order_of_reference(without_repeats(content.objects))
            tally = Tally(len(objects))
            push = Push(client, target, tally, sleep=lambda _: None, watch=lambda: None)
            push.send_all(split(objects, most_objects=_ENVELOPE, most_bytes=target.max_content_length))
            _note(sent, path.relative_to(directory).parts[0], content, tally)
    finally:
        transport.close()
    return sent


def _note(sent: Sent, name: str, content: FileContent, tally: Tally) -> None:
    for item in without_repeats(content.objects):
        sent.objects[item.id, item.version].append(item.payload)
    for refusal in tally.refusals:
        sent.codes[name][refusal.code] += 1
        sent.refused[_as_sent(sent, refusal.id, refusal.version)] += 1
    sent.codes[name]["UNREADABLE"] += len(content.broken)
    sent.accepted[name] += tally.accepted


def _as_sent(sent: Sent, name: str, version: str) -> Key:
    """Return how an object was sent that a status names: the hub dates what has no version itself."""
    return (name, version) if (name, version) in sent.objects else (name, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is wrong with what came back, and how much did."""

    returned: int
    unknown: list[str]
    """Came back and was never sent so."""

    missing: list[Key]
    """Was sent with an id, was not refused, and did not come back."""

    doubled: list[Key]
    """Came back more often than different values were sent."""


def compare(caller: Caller, alias: str, sent: Sent) -> Comparison:
    """Read everything back and compare it byte for byte, which is stricter than value for value."""
    came: defaultdict[Key, list[bytes]] = defaultdict(list)
    for payload in _everything(caller, alias):
        thing = msgspec.json.decode(payload)
        version = thing.get("modified", thing.get("created"))
        came[thing["id"], version].append(payload)
    unknown = [str(key) for key, values in came.items() if set(values) - set(sent.objects[key])]
    missing = [
        key
        for key, values in sent.objects.items()
        if key[0] is not None and len(values) > sent.refused[key] and not came.get(key)
    ]
    doubled = [key for key, values in came.items() if len(values) > len(sent.objects[key])]
    returned = sum(map(len, came.values()))
    return Comparison(returned=returned, unknown=unknown, missing=missing, doubled=doubled)


class _Envelope(msgspec.Struct):
    objects: list[msgspec.Raw] = []


def _everything(caller: Caller, alias: str) -> Iterable[bytes]:
    query = {"match[version]": "all", "limit": "1000"}
    for page in caller.walk(f"collections/{alias}/objects/", query):
        yield from (bytes(raw) for raw in msgspec.json.decode(page.content, type=_Envelope).objects)


def table(sent: Sent) -> list[str]:
    """Write the refusals by directory and code, a line for each directory."""
    names: list[Any] = sorted(sent.accepted)
    total = Counter[str]()
    for name in names:
        total += sent.codes[name]
    lines = [f"{name}: {sent.accepted[name]:,} accepted{_codes(sent.codes[name])}" for name in names]
    return [*lines, f"all: {sent.accepted.total():,} accepted{_codes(total)}"]


def _codes(codes: Counter[str]) -> str:
    return "".join(f", {count:,} {code}" for code, count in codes.most_common() if count)
