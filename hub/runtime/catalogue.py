"""The catalogue of collections, members and organisations, read from the directory of collection files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from hub.domain.catalogue import ALL, Catalogue, Collection
from hub.domain.directory import Member, MemberStatus, Organisation, OrganisationKind
from hub.domain.documents import Code, IdentityId, Line, Slug, StrictTable, TlpLabel, Uuid4, raise_all, read_document
from hub.domain.errors import ConfigurationError
from hub.domain.handling import Tlp
from hub.domain.identifiers import CollectionId, MemberCode, OrganisationId, StixId
from hub.runtime.toml_directory import TomlFile, read_toml_directory

_SOME: Final = msgspec.Meta(min_length=1)


class OrganisationTable(StrictTable, frozen=True, kw_only=True):
    """The form of a `[[member.organisations]]` table."""

    id: Slug
    kind: Literal["cert", "constituent", "partner"]
    name: Line
    identity: IdentityId
    description: Line | None = None
    served_by: Slug | None = None
    cross_border: bool = False


class MemberTable(StrictTable, frozen=True, kw_only=True):
    """The form of the `[member]` table of a country's collection."""

    code: Code
    name: Line
    organisations: Annotated[tuple[OrganisationTable, ...], _SOME]

    def __post_init__(self) -> None:
        """Hold the organisations to the order in which they can be registered: who serves before who is served."""
        known: set[str] = set()
        for organisation in self.organisations:
            if organisation.served_by is not None and organisation.served_by not in known:
                raise ValueError(f"`served_by` of {organisation.id} names no organisation listed before it")
            known.add(organisation.id)


class CollectionFile(StrictTable, frozen=True, kw_only=True):
    """The form of a collection file: a member country's, or a regional one."""

    id: Uuid4
    alias: Slug
    title: Line
    description: Line
    default_tlp: TlpLabel
    can_read: bool = True
    can_write: bool = True
    media_types: Annotated[tuple[Literal["application/stix+json;version=2.1"], ...], _SOME]
    member: MemberTable | None = None
    regional: bool | None = None
    writers: Annotated[frozenset[OrganisationKind], _SOME] | None = None

    def __post_init__(self) -> None:
        """Hold the file to one of its two shapes."""
        if self.regional is False:
            raise ValueError("`regional` is true or left out")
        if (self.member is None) == (self.regional is None):
            raise ValueError("one of the table `member` and `regional = true` is needed, and not both")
        if (self.writers is None) == (self.regional is not None):
            raise ValueError("`writers` belongs to a regional collection, and to no other")

    @property
    def stem(self) -> str:
        """What the file must be called, without `.toml`."""
        return self.alias if self.member is None else self.member.code.lower()


def load_catalogue(directory: Path) -> Catalogue:
    """Read and check every file of the directory; raise ConfigurationError with a line for each fault found."""
    return catalogue_of(read_toml_directory(directory), source=str(directory))


def catalogue_of(files: Sequence[TomlFile], *, source: str) -> Catalogue:
    """Check the files, each by itself and all together, and join them; `source` is what to call them as a whole."""
    if not files:
        raise ConfigurationError(f"{source}: holds no collection file")
    forms: dict[str, CollectionFile] = {}
    faults: list[str] = []
    for file in files:
        try:
            form = read_document(file.content, CollectionFile, source=str(file.path))
        except ConfigurationError as error:
            faults.append(error.sentence)
        else:
            forms[str(file.path)] = form
            faults.extend(_misnamed(file.path, form))
    faults.extend(_repeated(forms))
    raise_all(faults)
    return _joined(list(forms.values()))


def _misnamed(path: Path, form: CollectionFile) -> Iterator[str]:
    if path.stem != form.stem:
        key = "alias" if form.member is None else "member.code"
        yield f"{path}: `{key}` asks for the file name {form.stem}.toml"


def _repeated(forms: dict[str, CollectionFile]) -> Iterator[str]:
    """Name every value that must be the only one in the hub and is not, after the file it stood in first."""
    first: dict[tuple[str, str], str] = {("id", ALL.id): "the hub itself", ("alias", ALL.alias): "the hub itself"}
    for source, form in forms.items():
        for key, value in _unique_values(form):
            if (key, value) in first:
                yield f"{source}: `{key}` {value} is taken by {first[key, value]}"
            first.setdefault((key, value), source)


def _unique_values(form: CollectionFile) -> Iterator[tuple[str, str]]:
    yield "id", form.id
    yield "alias", form.alias
    if form.member is not None:
        yield "member.code", form.member.code
        for organisation in form.member.organisations:
            yield "member.organisations.id", organisation.id
            yield "member.organisations.identity", organisation.identity


def _joined(forms: list[CollectionFile]) -> Catalogue:
    collections = [ALL, *map(_collection, forms)]
    members = sorted((form.member for form in forms if form.member is not None), key=lambda member: member.code)
    return Catalogue(
        collections=tuple(sorted(collections, key=lambda collection: collection.id)),
        members=tuple(
            Member(code=MemberCode(member.code), name=member.name, status=MemberStatus.ACTIVE) for member in members
        ),
        organisations=tuple(
            _organisation(organisation, MemberCode(member.code))
            for member in members
            for organisation in member.organisations
        ),
    )


def _collection(form: CollectionFile) -> Collection:
    return Collection(
        id=CollectionId(form.id),
        alias=form.alias,
        title=form.title,
        description=form.description,
        default_tlp=Tlp.parse(form.default_tlp),
        can_read=form.can_read,
        can_write=form.can_write,
        media_types=form.media_types,
        member=None if form.member is None else MemberCode(form.member.code),
        writers=form.writers or frozenset(),
    )


def _organisation(table: OrganisationTable, member: MemberCode) -> Organisation:
    return Organisation(
        id=OrganisationId(table.id),
        member=member,
        kind=OrganisationKind(table.kind),
        name=table.name,
        served_by=None if table.served_by is None else OrganisationId(table.served_by),
        cross_border=table.cross_border,
        active=True,
        identity=StixId(table.identity),
    )
