"""TAXII 2.1 resources as another server sends them: what the hub needs of them, its objects left as bytes."""

from typing import Literal

from msgspec import Raw, Struct, field


class ApiRoot(Struct, frozen=True, kw_only=True):
    """An API root (TAXII 2.1 §4.2)."""

    title: str
    versions: list[str]
    max_content_length: int


class RemoteCollection(Struct, frozen=True, kw_only=True):
    """A collection as its server describes it to us (TAXII 2.1 §5.2)."""

    id: str
    title: str
    can_read: bool
    can_write: bool
    alias: str | None = None

    @property
    def name(self) -> str:
        """What to call it to people."""
        return self.alias or self.title


class Collections(Struct, frozen=True, kw_only=True):
    """The collections of an API root (TAXII 2.1 §5.1)."""

    collections: list[RemoteCollection] = field(default_factory=list)


class StatusDetail(Struct, frozen=True, kw_only=True):
    """What became of one object (TAXII 2.1 §4.3.1)."""

    id: str
    version: str = ""
    message: str = ""


class Status(Struct, frozen=True, kw_only=True):
    """What became of an envelope, and how much is still to do (TAXII 2.1 §4.3)."""

    id: str
    status: Literal["complete", "pending"]
    total_count: int = 0
    success_count: int = 0
    failure_count: int = 0
    pending_count: int = 0
    failures: list[StatusDetail] = field(default_factory=list)


class Envelope(Struct, frozen=True, kw_only=True):
    """A page of objects (TAXII 2.1 §3.7), each as the bytes that arrived."""

    more: bool = False
    next: str | None = None
    objects: list[Raw] = field(default_factory=list)


class ErrorMessage(Struct, frozen=True, kw_only=True):
    """An error resource (TAXII 2.1 §3.6.1)."""

    title: str = ""
    description: str = ""
    error_code: str = ""
