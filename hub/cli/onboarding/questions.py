"""What onboarding has to know: from options, else from the person at the terminal, else from what is usual."""

import sys
from collections.abc import Sequence
from typing import Final

import click

from hub.domain.directory import Contact, ContactKind
from hub.domain.errors import RequestError

_PARTS: Final = 3


def ask(label: str, given: str | None, *, usual: str | None, option: str) -> str:
    """Return what was given, else what a person answers, else what is usual; raise UsageError where nothing is."""
    if given is not None:
        return given
    if sys.stdin.isatty():
        return str(click.prompt(label, default=usual, err=True))
    if usual is None:
        raise click.UsageError(f"{label}: give {option}.")
    return usual


def ask_or_none(label: str, given: str | None) -> str | None:
    """Return what was given, else what a person answers; None where neither says anything."""
    if given is None and sys.stdin.isatty():
        given = str(click.prompt(f"{label} (empty: none)", default="", show_default=False, err=True))
    return given or None


def ask_contacts(given: Sequence[str]) -> tuple[Contact, ...]:
    """Return the contacts that were given, else those that a person names, kind by kind."""
    if given or not sys.stdin.isatty():
        return tuple(map(read_contact, given))
    answers = [(kind, ask_or_none(f"Contact for {kind}: NAME, EMAIL[, TELEPHONE]", None)) for kind in ContactKind]
    return tuple(_contact(kind, answer) for kind, answer in answers if answer)


def read_contact(text: str) -> Contact:
    """Read `KIND:NAME,EMAIL[,TELEPHONE]`; raise RequestError where it is not that."""
    kind, colon, rest = text.partition(":")
    if not colon or kind not in set(ContactKind):
        raise RequestError(
            f"{text!r} is no contact; it is KIND:NAME,EMAIL[,TELEPHONE], and KIND is one of {', '.join(ContactKind)}."
        )
    return _contact(ContactKind(kind), rest)


def contact_text(contact: Contact) -> str:
    """Write a contact as `read_contact` reads it."""
    return f"{contact.kind}:{','.join(filter(None, (contact.name, contact.email, contact.phone)))}"


def _contact(kind: ContactKind, text: str) -> Contact:
    name, *parts = (part.strip() for part in text.split(","))
    if not parts or len(parts) >= _PARTS:
        raise RequestError(f"{text!r} is not NAME,EMAIL[,TELEPHONE].")
    return Contact(kind=kind, name=name, email=parts[0], phone=parts[1] if len(parts) > 1 else None)
