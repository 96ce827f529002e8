"""`hub collections`: look at the collection files before the hub starts from them."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from hub.cli.console import json_option
from hub.domain.catalogue import ALL, Catalogue, Collection
from hub.domain.errors import ConfigurationError
from hub.runtime.catalogue import catalogue_of
from hub.runtime.toml_directory import TomlFile, read_toml_directory

Row = dict[str, object]


@click.group()
def collections() -> None:
    """Look at the collections that the hub hosts."""


@collections.command()
@click.argument("directory", type=click.Path(path_type=Path), default=Path("collections"))
@json_option
def check(*, directory: Path, as_json: bool) -> None:
    """Check every collection file of DIRECTORY, and print what each one is."""
    try:
        files = read_toml_directory(directory)
        catalogue = catalogue_of(files, source=str(directory))
    except ConfigurationError as error:
        _print_faults(error.sentence.splitlines(), as_json=as_json)
        raise click.exceptions.Exit(1) from error
    rows = _rows(catalogue, files)
    if as_json:
        click.echo(json.dumps({"collections": rows, "errors": []}, indent=2))
        return
    _print_table(rows)
    click.echo(f"{len(rows)} collections, no errors")


def _print_faults(faults: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"collections": [], "errors": faults}, indent=2))
        return
    for fault in faults:
        click.echo(fault, err=True)
    click.echo(f"{len(faults)} errors", err=True)


def _rows(catalogue: Catalogue, files: Sequence[TomlFile]) -> list[Row]:
    digests = {file.path.stem: file.digest for file in files}
    return [
        {
            "alias": collection.alias,
            "id": collection.id,
            "owner": _owner(collection),
            "default_tlp": None if collection is ALL else collection.default_tlp.label,
            "writers": _writers(collection),
            "sha256": digests.get((collection.member or collection.alias).lower()),
        }
        for collection in sorted(catalogue, key=lambda collection: collection.alias)
    ]


def _owner(collection: Collection) -> str:
    if collection.member is not None:
        return collection.member
    return "the hub" if collection is ALL else "regional"


def _writers(collection: Collection) -> str:
    if not collection.can_write:
        return "nobody"
    if collection.member is not None:
        return f"organisations of {collection.member}"
    return "every " + ", ".join(sorted(collection.writers))


def _print_table(rows: Sequence[Row]) -> None:
    """Print the rows in columns as wide as their widest value; the full digest comes last."""
    head = {key: key.replace("_", " ") for key in rows[0]}
    texts = [head, *({key: str(value or "-") for key, value in row.items()} for row in rows)]
    widths = {key: max(len(text[key]) for text in texts) for key in head}
    for text in texts:
        click.echo("  ".join(value.ljust(widths[key]) for key, value in text.items()).rstrip())
