"""Who vouched for a member when it joined, and whom to call there."""

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.identifiers import MemberCode


class ContactKind(StrEnum):
    """What a contact is there for: incidents at any hour, the technical side, or agreements."""

    INCIDENTS = "incidents"
    TECHNICAL = "technical"
    AGREEMENTS = "agreements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One person or desk. `phone` is in the form of E.164, or None."""

    kind: ContactKind
    name: str
    email: str
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """The member that vouched for another, None where the operators did, and the contacts at the other."""

    sponsor: MemberCode | None
    contacts: tuple[Contact, ...]
