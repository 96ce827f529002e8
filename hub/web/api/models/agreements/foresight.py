"""What an agreement would change, as the API shows it."""

from pydantic import Field

from hub.policy.changes.conflicts.nouns import Conflict, Weight
from hub.policy.changes.matrix import Cell, Tally
from hub.services.foresight.simulate import Foresight
from hub.web.api.models.base import Answer, Instant


class TallyModel(Answer):
    """How many versions, and how many of them are the latest of their object."""

    versions: int
    latest: int

    @classmethod
    def of(cls, known: Tally | None) -> "TallyModel | None":
        """Show a tally."""
        return None if known is None else cls(versions=known.versions, latest=known.latest)


class ReadersModel(Answer):
    """Accounts of one organisation; those of others are counted and not named."""

    member: str | None
    organisation: str
    accounts: list[str]
    number: int


class ContentModel(Answer):
    """What people can tell of content."""

    origin: str | None
    producer: str
    tlp: str
    type: str
    audience: bool = Field(description="Whether an audience narrows it.")


class CellModel(Answer):
    """What some readers gain and lose of a class of content; null for nothing."""

    readers: ReadersModel
    content: ContentModel
    gained: TallyModel | None
    lost: TallyModel | None

    @classmethod
    def of(cls, known: Cell) -> "CellModel":
        """Show a cell."""
        readers, content = known.readers, known.content
        return cls(
            readers=ReadersModel(
                member=readers.member,
                organisation=readers.organisation,
                accounts=list(readers.accounts),
                number=readers.number,
            ),
            content=ContentModel(
                origin=content.origin,
                producer=content.producer,
                tlp=content.tlp.label,
                type=content.type,
                audience=content.audience,
            ),
            gained=TallyModel.of(known.gained),
            lost=TallyModel.of(known.lost),
        )


class CitationModel(Answer):
    """A clause of a version of an agreement."""

    agreement: str
    version: int
    clause: str


class ConflictModel(Answer):
    """One thing to look at before proposing."""

    code: str
    weight: Weight
    sentence: str
    cites: list[CitationModel]

    @classmethod
    def of(cls, known: Conflict) -> "ConflictModel":
        """Show a conflict."""
        cites = [
            CitationModel(agreement=each.agreement, version=each.version, clause=each.clause) for each in known.cites
        ]
        return cls(code=known.code, weight=known.weight, sentence=known.sentence, cites=cites)


class ForesightModel(Answer):
    """Who would gain and lose what, at the instant when the agreement comes into force."""

    at: Instant
    member: str | None = Field(description="The party for whom it is told; null where everything is.")
    changes: list[CellModel]
    samples: list[str] = Field(description="Ids of objects among them that the caller may read now.")
    conflicts: list[ConflictModel]

    @classmethod
    def of(cls, known: Foresight) -> "ForesightModel":
        """Show what a change would do."""
        return cls(
            at=known.at,
            member=known.seat.member,
            changes=[CellModel.of(cell) for cell in known.cells],
            samples=list(known.samples),
            conflicts=[ConflictModel.of(conflict) for conflict in known.conflicts],
        )
