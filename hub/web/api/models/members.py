"""Members as the API shows and takes them."""

from pydantic import Field

from hub.domain.directory import Member, MemberStatus
from hub.web.api.models.base import Answer, Code, Given, Line, Resource


class MemberResource(Resource):
    """A member country of the forum, or an observer."""

    code: str
    name: str
    status: MemberStatus

    @classmethod
    def of(cls, known: object) -> "MemberResource":
        """Show a member."""
        if not isinstance(known, Member):
            raise TypeError(type(known).__name__)
        return cls(code=known.code, name=known.name, status=known.status)


class MemberList(Answer):
    """A page of members, in order of code."""

    items: list[MemberResource]
    next: str | None = Field(description="The cursor of the next page; null after the last.")


class MemberToAdd(Given):
    """A new member."""

    code: Code
    name: Line
    status: MemberStatus = MemberStatus.ACTIVE


class MemberChange(Given):
    """What is to be different; what is left out stays."""

    name: Line | None = None
    status: MemberStatus | None = None
