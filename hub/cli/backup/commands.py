"""Back a hub up, and bring it back."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import click
import msgspec

from hub.cli.console import confirm, json_option, print_json, where_given, with_settings, yes_option
from hub.runtime.logs import printable
from hub.runtime.settings import Settings

_DIRECTORY = click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
_INSTANT: Final = "%Y-%m-%d %H:%M:%S UTC"
_ALONE: Final = "HUB_DELIVER_PROCESSES=0 HUB_STREAM_PROCESSES=0 hub serve --port 8100"


@click.command()
@_DIRECTORY
@with_settings()
@json_option
def backup(settings: Settings, *, directory: Path, as_json: bool) -> None:
    """Back the hub up into DIR, a new directory, while it runs or while it does not.

    DIR then holds all content in the clear and the keys to all secrets: guard it as you guard the hub.
    """
    from hub.runtime.backup import back_up, key_files  # noqa: PLC0415 - the migrations come with it

    manifest = back_up(settings, directory, tell=_teller(as_json=as_json))
    absent = {name: str(path) for name, path in key_files(settings).items() if name not in manifest.files}
    if as_json:
        print_json({"backup": str(directory), **msgspec.to_builtins(manifest), "absent": absent})
        return
    size = sum(facts.bytes for facts in manifest.files.values())
    click.echo(
        f"{directory} is the hub as it was at {manifest.at:{_INSTANT}}: {', '.join(manifest.files)}, {size:,} bytes."
    )
    for name, path in absent.items():
        click.echo(f"It is without {name}: there is none at {path}.")
    for key, count in manifest.keys_missing.items():
        click.echo(f"It is without the key {key} that opens {count} of the secrets.")


@click.command()
@_DIRECTORY
@with_settings()
@click.option("--without-keys", is_flag=True, help="Go on where key files of the backup are lost for good.")
@yes_option
@json_option
def restore(settings: Settings, *, directory: Path, without_keys: bool, yes: bool, as_json: bool) -> None:
    """Bring the hub in DIR, which `hub backup` has written, back to where none is.

    That is a data directory that is not there yet, or the empty database at `database_url`. Nothing is replaced.
    """
    from hub.runtime import backup as whole  # noqa: PLC0415 - the migrations come with it

    tell = _teller(as_json=as_json)
    tell("checking the backup")
    found = whole.verified(directory, may_lack=whole.KEYS if without_keys else ())
    manifest, place = found.manifest, whole.place_of(settings)
    if not as_json:
        for name in found.unlisted:
            click.echo(f"{printable(name)} is in {directory} and not a part of the backup.", err=True)
    if not yes:
        confirm(
            f"This brings the hub back to {place} as it was at {manifest.at:{_INSTANT}}. Where the old one still runs, "
            "end it: two of them deliver everything twice.",
            directory.resolve().name,
            what="the name of the backup's directory",
        )
    untidy = whole.restore(found, settings, tell=tell)
    steps = _steps()
    if as_json:
        lists = {"missing": found.missing, "unlisted": found.unlisted, "tidied": untidy is None, "next": steps}
        print_json({"restored": place, **msgspec.to_builtins(manifest), **lists})
        return
    click.echo(f"The hub is in {place} as it was at {manifest.at:{_INSTANT}}.")
    for name in found.missing:
        click.echo(f"It is without {name} of the backup.")
    if untidy is not None:
        click.echo(f"Its first answers take longer, for VACUUM (ANALYZE) failed: {untidy}", err=True)
    click.echo("Next:")
    for number, step in enumerate(steps, start=1):
        click.echo(f"{number}. {step}")


def _steps() -> list[str]:
    """Say what is to be done before others reach a hub that has come back."""
    return [
        f"Start it where nobody reaches it, without deliveries: {_ALONE} {where_given()}".rstrip(),
        "Close once more what was closed after the backup: tokens, accounts, organisations, members, agreements.",
        "Tell those who push and those who are delivered to, as docs/operating.md says under Restore.",
        "End it, and start it as always.",
    ]


def _teller(*, as_json: bool) -> Callable[[str], None]:
    """Return what tells a person at which step it is."""

    def tell(line: str) -> None:
        if not as_json:
            click.echo(f"{line} …", err=True)

    return tell
