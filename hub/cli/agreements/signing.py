"""Sign agreements where the key is: on the signer's own machine, with a hub in reach or without one."""

import json
import sys
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from hub.cli.agreements.display import show_record
from hub.cli.agreements.files import read_agreement
from hub.cli.agreements.keyfiles import KeyFileError, is_locked, read_private
from hub.cli.agreements.outcomes import require_not_ended, told_after, version_of, what_is_likely
from hub.cli.client.connection import server_options, settings_of, transported
from hub.cli.console import json_option, print_json
from hub.cli.directory.desk import Desk, writes
from hub.domain.agreements import DetachedSignature
from hub.domain.errors import ConflictError
from hub.domain.identifiers import AgreementId, KeyId
from hub.outbound.administration import AdministrationClient
from hub.policy.agreements.canonical import canonical_bytes, canonical_json, digest_of
from hub.policy.agreements.signatures import key_id
from hub.runtime.logs import printable
from hub.services.agreements.signing import sign as keep_signature

_READABLE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_KEY = click.option("--key", "key_file", type=_READABLE, required=True, metavar="FILE", help="Your private key (PEM).")


@click.command()
@click.argument("agreement_id", metavar="ID", type=AgreementId)
@_KEY
@click.option("--version", "number", type=int, metavar="N", help="Which version.  [default: the newest]")
@click.option("--yes", is_flag=True, help="Sign without being asked.")
@server_options
@json_option
def sign(  # noqa: PLR0913 - one parameter an option
    agreement_id: AgreementId,
    *,
    key_file: Path,
    number: int | None,
    yes: bool,
    as_json: bool,
    url: str,
    username: str | None,
    token: str | None,
    token_file: Path | None,
    cacert: str | None,
) -> None:
    """Read the agreement ID from a hub, show it, sign it with your key on this machine, and hand the signature in.

    What is signed is the canonical JSON (RFC 8785) of what you are shown: exactly that version. Compare its SHA-256
    with the other parties before you answer. Afterwards you are told where the version stands.
    """
    settings = settings_of(url=url, username=username, token=token, token_file=token_file, cacert=cacert)
    with transported(settings) as transport:
        hub = AdministrationClient(transport, url)
        with what_is_likely(missing=_NOT_YOURS):
            before = version_of(hub.get("agreements", agreement_id), number)
            require_not_ended(agreement_id, before)
            chosen = int(before["number"])
            offered = hub.get("agreements", agreement_id, "versions", str(chosen))
        canonical = offered_bytes(offered, agreement_id, chosen)
        _ask(canonical, yes=yes)
        signature = _signature(canonical, key_file)
        with what_is_likely(missing=_NOT_YOUR_KEY):
            answer = hub.post("agreements", agreement_id, "versions", str(chosen), "sign", value=signature)
    told = told_after(answer, before, signature["key"], at=datetime.now(UTC))
    if as_json:
        print_json(answer)
        return
    click.echo("\n".join(map(printable, told.split("\n"))))


@click.command("sign-document")
@click.argument("file", type=_READABLE)
@_KEY
@click.option("--yes", is_flag=True, help="Sign without being asked.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE", help="Where it goes."
)
@json_option
def sign_document(file: Path, *, key_file: Path, yes: bool, out: Path, as_json: bool) -> None:
    """Sign the agreement in FILE without a hub in reach; the operators take the signature in (add-signature)."""
    document = read_agreement(file)
    canonical = canonical_bytes(document)
    _ask(canonical, yes=yes)
    signed = {"agreement": document.id, "version": document.version, **_signature(canonical, key_file)}
    out.write_text(json.dumps(signed, indent=2) + "\n")
    if as_json:
        print_json({**signed, "digest": digest_of(canonical), "file": str(out)})
        return
    click.echo(f"signed: {document.id}, version {document.version}; the signature is in {out}")


@click.command("add-signature")
@click.argument("file", type=_READABLE)
@writes
def add_signature(desk: Desk, file: Path) -> None:
    """Take in the signature in FILE, as sign-document made it. It is verified; nobody can sign for a party here."""
    try:
        signed = json.loads(file.read_text())
        name, number = AgreementId(signed["agreement"]), int(signed["version"])
        signature = DetachedSignature(key=KeyId(signed["key"]), value=b64decode(signed["signature"], validate=True))
    except (ValueError, KeyError, TypeError, Base64Error) as error:
        raise KeyFileError(f"{file} holds no signature as hub agreement sign-document writes it.") from error
    show_record(keep_signature(desk.pool, name, number, signature, act=desk.act), as_json=desk.as_json)


def offered_bytes(version: Mapping[str, Any], agreement_id: str, number: int) -> bytes:
    """Return the bytes that the hub asks to be signed, as they are.

    Raise ConflictError where they are not the canonical JSON of this agreement and version: then what is shown of them
    would not be all that is signed.
    """
    try:
        canonical = b64decode(version["canonical"], validate=True)
        content = json.loads(canonical)
        good = canonical_json(content) == canonical and (content["id"], content["version"]) == (agreement_id, number)
    except (ValueError, KeyError, TypeError) as error:
        raise ConflictError(f"What the hub gave is not {agreement_id}, version {number}. Sign nothing.") from error
    if not good:
        raise ConflictError(f"What the hub gave is not {agreement_id}, version {number}. Sign nothing.")
    return canonical


def _ask(canonical: bytes, *, yes: bool) -> None:
    """Show what will be signed, and ask; raise UsageError where there is nobody to ask."""
    content = json.loads(canonical)
    click.echo(printable_json(content), err=True)
    click.echo(f"SHA-256 of what is signed: {digest_of(canonical)}", err=True)
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("There is nobody to ask whether to sign this: read it, and give --yes.")
    click.confirm(f"Sign {content['id']}, version {content['version']}?", abort=True, err=True)


def printable_json(value: object) -> str:
    """Show JSON from elsewhere over several lines, without orders to the terminal."""
    return "\n".join(printable(line) for line in json.dumps(value, indent=2, ensure_ascii=False).split("\n"))


def _signature(canonical: bytes, key_file: Path) -> dict[str, str]:
    phrase = click.prompt("Passphrase", hide_input=True, err=True) if is_locked(key_file) else None
    key = read_private(key_file, passphrase=phrase)
    return {
        "key": key_id(key.public_key().public_bytes_raw()),
        "signature": b64encode(key.sign(canonical)).decode("ascii"),
    }


_NOT_YOURS: Final = "The agreement is not one to which your member is a party, or it is not proposed yet."
_NOT_YOUR_KEY: Final = (
    "The key is not registered for the organisation of your account: an administrator of it registers the public half"
    " with POST /api/v1/organisations/ORGANISATION/keys. Or the agreement is no longer there for you."
)
