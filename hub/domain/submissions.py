"""What arrives and what becomes of it: checked and refused objects, and the outcome of each."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from hub.domain.handling import Audience, Tlp
from hub.domain.identifiers import CollectionId, OrganisationId, StixId, SubmissionId, Tick


class MarkingKind(StrEnum):
    """What a marking-definition that is not TLP means to the rules."""

    STATEMENT = "statement"
    AUDIENCE = "audience"
    OTHER = "other"


class Marking(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a marking-definition defines; `audience` is set for the kind `audience` alone."""

    kind: MarkingKind
    audience: Audience | None = None


class CheckedObject(msgspec.Struct, frozen=True, gc=False):
    """A STIX object that passed validation, with the facts that the hub needs of it.

    `payload` is the JSON value as it was received; `digest` is a SHA-256 over its canonical form, so that two
    spellings of one value are one content. `version` is the text of `modified`, else `created`; None where the object
    has neither, and `version_tick` is its instant. `tlp` is the highest level of its object and granular markings
    known by id, None where it has no TLP marking. `marking_refs` are its other marking references; `refs` are the
    values of every `_ref` and `_refs` property apart from markings and `created_by_ref`.
    """

    position: int
    id: StixId
    type: str
    observable: bool
    version: str | None
    version_tick: Tick | None
    created: Tick | None
    modified: Tick | None
    created_by_ref: StixId | None
    revoked: bool
    payload: bytes
    digest: bytes
    tlp: Tlp | None
    marking_refs: frozenset[StixId]
    refs: frozenset[StixId]
    defines: Marking | None
    warnings: tuple[str, ...] = ()


class RefusedObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An object that failed validation. `id` and `version` are the texts it came with, where it had any."""

    position: int
    id: str | None
    version: str | None
    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedEnvelope:
    """An envelope after validation: every object is in one of the two, `position` counts from 0 in the envelope."""

    accepted: tuple[CheckedObject, ...]
    refused: tuple[RefusedObject, ...]

    @property
    def total(self) -> int:
        """How many objects the envelope held."""
        return len(self.accepted) + len(self.refused)


class StoredVersion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A version of an object that its producer has in the hub already, in whatever collection."""

    collection: CollectionId
    version: str
    version_tick: Tick
    created: Tick | None
    created_by_ref: StixId | None
    revoked: bool
    digest: bytes
    tlp: Tlp


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What became of one object: `code` is None where it was accepted, and then `sentence` holds its warnings."""

    position: int
    id: str
    version: str
    code: str | None = None
    sentence: str | None = None

    @property
    def message(self) -> str | None:
        """The text of a TAXII status detail: `CODE: sentence`, or the warnings, or nothing."""
        return f"{self.code}: {self.sentence}" if self.code else self.sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The state of one POST: what is done, and how much is to do (TAXII 2.1 §4.3)."""

    id: SubmissionId
    collection: CollectionId
    organisation: OrganisationId
    received: Tick
    total: int
    outcomes: tuple[Outcome, ...] = ()
    pending: tuple[Outcome, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every object has its outcome."""
        return len(self.outcomes) == self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The sizes above which something is refused; measured on 32,679 real objects, all configurable."""

    body_bytes: int = 20 * 1024 * 1024
    envelope_objects: int = 10_000
    object_bytes: int = 1024 * 1024
    depth: int = 16
    properties: int = 256
    list_items: int = 10_000
    string_bytes: int = 256 * 1024
    pattern_bytes: int = 64 * 1024
    pattern_terms: int = 500
    pattern_parentheses: int = 16
    pattern_seconds: float = 2.0
    envelope_pattern_bytes: int = 2 * 1024 * 1024
    marking_refs: int = 32
    selectors: int = 256
    external_references: int = 500
