"""What a signer is told: what has become of a version that it signed, and what is likely where the hub refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from hub.domain.agreements import AgreementState
from hub.domain.errors import ConflictError
from hub.outbound.errors import AnswerError

JsonObject = dict[str, Any]
"""An agreement, or a version of one, as the administration API shows it."""


class EndedError(ConflictError):
    """The version has ended; a signature changes nothing any more."""

    code = "ENDED"


def version_of(record: JsonObject, number: int | None) -> JsonObject:
    """Return the version of a number, or the newest; raise AnswerError where there is none."""
    versions: list[JsonObject] = sorted(record["versions"], key=lambda each: int(each["number"]))
    found = [each for each in versions if number in (None, each["number"])]
    if not found:
        there = ", ".join(str(each["number"]) for each in versions)
        sentence = f"{record['id']} has no version {number} that you can see; there is {there}."
        raise AnswerError(sentence, status=HTTPStatus.NOT_FOUND, code="NOT_FOUND")
    return found[-1]


def require_not_ended(agreement: str, version: JsonObject) -> None:
    """Raise EndedError for a version that has ended."""
    if version["state"] == AgreementState.ENDED:
        when = f" at {version['ended']}" if version.get("ended") else ""
        raise EndedError(f"Version {version['number']} of {agreement} has ended{when}: nothing was changed.")


def told_after(record: JsonObject, before: JsonObject, key: str, *, at: datetime) -> str:
    """Say what was done with a signature of a key, and where the version stands now; raise EndedError where it ended.

    `before` is the version as it was when it was asked for.
    """
    now = version_of(record, int(before["number"]))
    require_not_ended(record["id"], now)
    name = f"{record['id']}, version {now['number']}"
    known = {each["key"] for each in before["signatures"]}
    if key in {each["key"] for each in now["signatures"]} - known:
        return f"signed: {name}, with {key}\nstate: {_standing(record, now, at=at)}"
    with_this = "with this key" if key in known else "with another key of your organisation"
    return f"nothing changed: {name} was signed before, {with_this}\nstate: {_standing(record, now, at=at)}"


@contextmanager
def what_is_likely(*, missing: str) -> Iterator[None]:
    """Say of a refusal what is likely; `missing` is what a hub means that answers 404."""
    likely = {HTTPStatus.NOT_FOUND.value: missing, HTTPStatus.FORBIDDEN.value: _FORBIDDEN}
    try:
        yield
    except AnswerError as error:
        if error.status not in likely:
            raise
        sentence = f"{error.words} {likely[error.status]}"
        raise AnswerError(sentence, status=error.status, code=error.code, words=error.words) from error


def _standing(record: JsonObject, version: JsonObject, *, at: datetime) -> str:
    if version["state"] == AgreementState.PROPOSED:
        if version["unsigned"]:
            return f"proposed; waits for {', '.join(version['unsigned'])}"
        awaiting = record["awaiting"]
        if awaiting is not None and awaiting["version"] == version["number"]:
            return f"proposed; all have signed, and {awaiting['transition']} awaits a second operator of the hub"
    if version["state"] != AgreementState.ACTIVE:
        return str(version["state"])
    if version["valid_until"] and _instant(version["valid_until"]) <= at:
        return f"active, and ran out at {version['valid_until']}"
    if _instant(version["valid_from"]) > at:
        return f"active; holds from {version['valid_from']} on"
    return "active"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


_FORBIDDEN: Final = (
    "A signature is handed in by an account with the role administrator at the national CERT of a party, and is of a"
    " key of that CERT that is not revoked."
)
