"""What all models of the API have in common."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""One line for people."""

Code = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["AU"])]
"""A member, by its ISO 3166-1 alpha-2 code."""

Slug = Annotated[str, Field(max_length=63, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["au-cert"])]
"""An organisation, agreement or purpose: lower-case letters, digits and single hyphens."""

AccountName = Annotated[
    str,
    Field(max_length=127, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9][a-z0-9._-]{0,62}$", examples=["au-cert/ana"]),
]
"""An account: ORGANISATION/NAME."""

ObjectId = Annotated[
    str,
    Field(max_length=300, pattern=r"^[a-z][a-z0-9-]*--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
]
"""The id of a STIX object."""

Instant = datetime
"""With its offset; the hub writes UTC."""


class Given(BaseModel):
    """A body or query string: nothing is converted, and a name that is not known is refused."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", strict=True)


class Answer(BaseModel):
    """What an operation gives."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, from_attributes=True)


class Resource(Answer):
    """A single thing, which has an entity tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A thing that was not there before, and where it is now."""

    model: BaseModel
    location: str
