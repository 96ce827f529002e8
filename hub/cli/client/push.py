"""`hub push`: send STIX objects from files to a collection, and say what became of each."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import click

from hub.cli.client.connection import (
    INTERRUPTED,
    Connection,
    InputError,
    ProgressLine,
    connected,
    connection_of,
    connection_options,
    say,
)
from hub.cli.console import json_option, print_json, print_table
from hub.outbound.errors import OutboundError
from hub.outbound.exchange.envelopes import in_order_of_reference, split, without_repeats
from hub.outbound.exchange.files import BrokenPart, FileContent, FileObject, read_content
from hub.outbound.exchange.push import Push, Refusal, Tally
from hub.outbound.locate import locate
from hub.outbound.resources import RemoteCollection
from hub.outbound.taxii import Target
from hub.runtime.logs import printable

SOME_REFUSED: Final = 3
FAILED: Final = 1
REFUSALS_SHOWN: Final = 50
MOST_ENVELOPE: Final = 10_000
"""What the hub takes in one envelope as shipped; other servers may take fewer or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What the files held: objects to send, how often the same bytes came again, and what could not be read.

    `empty` are the names of the files that held nothing at all, as an export does that came to grief.
    """

    objects: tuple[FileObject, ...]
    repeats: int
    broken: tuple[BrokenPart, ...]
    empty: tuple[str, ...]


EPILOG: Final = """\b
Example:
  export HUB_TOKEN=...
  hub push incident.json --url https://hub.example/taxii2/ --collection au --username au-cert/feed

Exit status: 0 all accepted; 1 the server could not be reached or would not deal with us; 2 wrong usage, or a
file that is broken or holds no object, nothing sent; 3 some objects refused. Repeating a push is always safe: what the
server has already is accepted again and changes nothing.
"""


@click.command(epilog=EPILOG)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(allow_dash=True, path_type=Path))
@connection_options
@click.option(
    "--envelope",
    metavar="N",
    type=click.IntRange(1, MOST_ENVELOPE),
    default=1_000,
    show_default=True,
    help="At most so many objects in one request.",
)
@click.option(
    "--keep-going",
    is_flag=True,
    help="Send what can be read of the files although parts of them are broken or some hold nothing.",
)
@json_option
def push(files: tuple[Path, ...], *, envelope: int, keep_going: bool, as_json: bool, **options: object) -> None:
    """Send the STIX objects in FILE... to a collection of a TAXII 2.1 server.

    FILE is a bundle, an envelope, a list of objects, one object, or one of these a line (`-` reads standard input).
    Objects are sent byte for byte as they stand in the file. Marking definitions go first, then observables, then
    identities, so that whatever refers to them finds them there; the same bytes are sent once.
    """
    connection = connection_of(**options)  # type: ignore[arg-type]
    inputs = _read(files)
    if inputs.broken and not keep_going:
        raise InputError(_broken_message(inputs.broken))
    _refuse_nothing(inputs, keep_going=keep_going)
    tally = Tally(len(inputs.objects))
    tally.refusals += [_unreadable(part) for part in inputs.broken]
    trouble, code = _send(connection, inputs, tally, envelope)
    if as_json:
        _print_json(inputs, tally, trouble)
    else:
        _print_refusals(tally)
        _print_summary(inputs, tally, trouble)
    raise click.exceptions.Exit(code or (SOME_REFUSED if tally.refusals else 0))


def _read(files: Sequence[Path]) -> Inputs:
    """Read every file before anything is sent."""
    contents = [_content(path) for path in files]
    found = [item for content in contents for item in content.objects]
    objects = in_order_of_reference(without_repeats(found))
    broken = tuple(part for content in contents for part in content.broken)
    empty = tuple(_name(path) for path, content in zip(files, contents, strict=True) if content.is_empty)
    return Inputs(objects=objects, repeats=len(found) - len(objects), broken=broken, empty=empty)


def _name(path: Path) -> str:
    return "standard input" if str(path) == "-" else str(path)


def _content(path: Path) -> FileContent:
    name = _name(path)
    try:
        with click.open_file(str(path), "rb") as file:
            return read_content(name, file.read())
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}. Nothing was sent.") from error


def _refuse_nothing(inputs: Inputs, *, keep_going: bool) -> None:
    """Refuse a file that holds nothing: whoever exports to it would take "0 accepted" for success."""
    if not inputs.empty:
        return
    if not keep_going or not (inputs.objects or inputs.broken):
        advice = " --keep-going sends what the others hold." if inputs.objects else ""
        raise InputError(f"{_holds_nothing(inputs.empty)}; nothing was sent.{advice}")
    say(f"{_holds_nothing(inputs.empty)}.")


def _holds_nothing(names: Sequence[str]) -> str:
    return f"{', '.join(names)} {'holds' if len(names) == 1 else 'hold'} no STIX object"


def _send(connection: Connection, inputs: Inputs, tally: Tally, envelope: int) -> tuple[str, int]:
    """Send everything; return what went wrong, if anything, and the exit status it calls for."""
    line = ProgressLine()
    try:
        with connected(connection) as client:
            target = locate(client, connection.address, connection.collection)
            if not target.collection.can_write:
                return _not_writable(target, client.collections(target.root_url)), FAILED
            parcels = split(inputs.objects, most_objects=envelope, most_bytes=target.max_content_length)
            sender = Push(client, target, tally, sleep=time.sleep, watch=lambda: line.show(tally.done, tally.total))
            sender.send_all(parcels)
    except OutboundError as error:
        return error.sentence, FAILED
    except KeyboardInterrupt:
        return "interrupted", INTERRUPTED
    finally:
        line.clear()
    return "", 0


def _not_writable(target: Target, shown: Sequence[RemoteCollection]) -> str:
    """Say that a collection is not for us to write to, and which are."""
    refusal = f"you may not write to {target.collection.name}"
    writable = sorted(collection.name for collection in shown if collection.can_write)
    if writable:
        return f"{refusal}; you may write to {', '.join(writable)}"
    return f"{refusal}: this account may publish nowhere: ask the operators for the role producer"


def _unreadable(part: BrokenPart) -> Refusal:
    place = f"line {part.line}, byte {part.offset}: {part.reason}"
    return Refusal(id="", version="", code="UNREADABLE", sentence=place, source=part.source)


def _broken_message(broken: Sequence[BrokenPart]) -> str:
    shown = "\n".join(f"  {part.sentence}" for part in broken[:REFUSALS_SHOWN])
    return f"broken input, nothing was sent:\n{shown}\n--keep-going sends what can be read."


def _print_refusals(tally: Tally) -> None:
    """Print the refusals as a table, then how many there are of each code."""
    if not tally.refusals:
        return
    rows = [_row(refusal) for refusal in tally.refusals[:REFUSALS_SHOWN]]
    print_table(("REFUSED", "VERSION", "CODE", "WHY"), rows)
    if len(tally.refusals) > REFUSALS_SHOWN:
        click.echo(f"... and {len(tally.refusals) - REFUSALS_SHOWN:,} more; --json lists all of them")
    click.echo()
    for code, count in tally.by_code.items():
        click.echo(f"{count:>9,}  {printable(code)}")
    click.echo()


def _row(refusal: Refusal) -> tuple[str, str, str, str]:
    name = refusal.id or refusal.source
    return printable(name), printable(refusal.version), printable(refusal.code), printable(refusal.sentence)


def _print_summary(inputs: Inputs, tally: Tally, trouble: str) -> None:
    summary = f"{tally.accepted:,} accepted, {len(tally.refusals):,} refused"
    if inputs.repeats:
        summary += f" ({inputs.repeats:,} exact repeats in the input were sent once)"
    click.echo(summary)
    acknowledged = tally.done - len(inputs.broken)
    if trouble:
        say(trouble)
        say(
            f"{acknowledged:,} of {tally.total:,} objects were acknowledged. "
            "It is safe to repeat the command: what is there already changes nothing."
        )


def _print_json(inputs: Inputs, tally: Tally, trouble: str) -> None:
    document = {
        "total": tally.total,
        "accepted": tally.accepted,
        "refused": len(tally.refusals),
        "unacknowledged": tally.total + len(inputs.broken) - tally.done,
        "repeats": inputs.repeats,
        "by_code": tally.by_code,
        "refusals": [asdict(refusal) for refusal in tally.refusals],
        "statuses": tally.statuses,
        "error": trouble or None,
    }
    print_json(document)
