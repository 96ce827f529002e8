"""Lists a page at a time: a cursor says after which item the next page begins."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeVar

from pydantic import Field

from hub.web.api.models.base import Given
from hub.web.api.problems import Fault, FaultyError

Item = TypeVar("Item")

LIMIT: Final = 100
MOST: Final = 1000


class Paging(Given):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=MOST, description="How many items at most.")] = LIMIT
    cursor: Annotated[
        str | None, Field(max_length=400, description="`next` of the page before; a cursor does not expire.")
    ] = None

    @property
    def after(self) -> str:
        """The key of the item after which the page begins; empty for the first page."""
        if self.cursor is None:
            return ""
        try:
            key = urlsafe_b64decode(self.cursor.encode("ascii") + b"==").decode("utf-8")
        except (Base64Error, ValueError):
            raise no_cursor() from None
        if cursor_of(key) != self.cursor or not key or "\0" in key:
            raise no_cursor()
        return key


def cursor_of(key: str) -> str:
    """Return the cursor of a page that begins after the item of a key."""
    return urlsafe_b64encode(key.encode("utf-8")).rstrip(b"=").decode("ascii")


def page_of(items: Sequence[Item], key: Callable[[Item], str], paging: Paging) -> tuple[list[Item], str | None]:
    """Return the page of a list that is in the order of its keys, and the cursor of the next; None after the last."""
    after = paging.after
    wanted = [item for item in items if key(item) > after][: paging.limit + 1]
    page = wanted[: paging.limit]
    return page, cursor_of(key(page[-1])) if len(wanted) > len(page) else None


def no_cursor() -> FaultyError:
    """Return the error that says so."""
    return FaultyError([Fault(path="cursor", message="It is not one that this API gave out")])
