"""The resources of TAXII 2.1 as strict forms: names, types, required members, no empty lists."""

from typing import Annotated, Any, Literal, TypeVar

import msgspec

from tests.taxii.caller import TAXII, Answer

TIMESTAMP = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"
UUID4 = r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"

Timestamp = Annotated[str, msgspec.Meta(pattern=TIMESTAMP)]
Identifier = Annotated[str, msgspec.Meta(pattern=UUID4)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Size = Annotated[int, msgspec.Meta(gt=0, le=2**53 - 1)]
Stix = dict[str, Any]


class Form(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A resource: what the specification does not name is a custom property, and the hub has none."""


Member = TypeVar("Member")
Some = Annotated[list[Member], msgspec.Meta(min_length=1)]
Resource = TypeVar("Resource", bound=Form)


class Discovery(Form, kw_only=True):
    """§4.1.1."""

    title: Text
    description: Text | msgspec.UnsetType = msgspec.UNSET
    contact: Text | msgspec.UnsetType = msgspec.UNSET
    default: Text | msgspec.UnsetType = msgspec.UNSET
    api_roots: Some[Text] | msgspec.UnsetType = msgspec.UNSET


class ApiRoot(Form, kw_only=True):
    """§4.2.1."""

    title: Text
    description: Text | msgspec.UnsetType = msgspec.UNSET
    versions: Some[Text]
    max_content_length: Size


class StatusDetail(Form, kw_only=True):
    """§4.3.1."""

    id: Text
    version: Text
    message: Text | msgspec.UnsetType = msgspec.UNSET


class Status(Form, kw_only=True):
    """§4.3.1."""

    id: Identifier
    status: Literal["complete", "pending"]
    request_timestamp: Timestamp | msgspec.UnsetType = msgspec.UNSET
    total_count: Count
    success_count: Count
    successes: Some[StatusDetail] | msgspec.UnsetType = msgspec.UNSET
    failure_count: Count
    failures: Some[StatusDetail] | msgspec.UnsetType = msgspec.UNSET
    pending_count: Count
    pendings: Some[StatusDetail] | msgspec.UnsetType = msgspec.UNSET


class Collection(Form, kw_only=True):
    """§5.2.1."""

    id: Identifier
    title: Text
    description: Text | msgspec.UnsetType = msgspec.UNSET
    alias: Text | msgspec.UnsetType = msgspec.UNSET
    can_read: bool
    can_write: bool
    media_types: Some[Text] | msgspec.UnsetType = msgspec.UNSET


class Collections(Form, kw_only=True):
    """§5.1.1."""

    collections: Some[Collection] | msgspec.UnsetType = msgspec.UNSET


class ManifestRecord(Form, kw_only=True):
    """§5.3.1."""

    id: Text
    date_added: Timestamp
    version: Text
    media_type: Text | msgspec.UnsetType = msgspec.UNSET


class Paged(Form, kw_only=True):
    """What manifest, envelope and versions have in common; `next` of the first and last by erratum 110."""

    more: bool | msgspec.UnsetType = msgspec.UNSET
    next: Text | msgspec.UnsetType = msgspec.UNSET


class Manifest(Paged, kw_only=True):
    """§5.3.1."""

    objects: Some[ManifestRecord] | msgspec.UnsetType = msgspec.UNSET


class Envelope(Paged, kw_only=True):
    """§3.7."""

    objects: Some[Stix] | msgspec.UnsetType = msgspec.UNSET


class Versions(Paged, kw_only=True):
    """§5.8.1."""

    versions: Some[Text] | msgspec.UnsetType = msgspec.UNSET


class Error(Form, kw_only=True):
    """§3.6.1."""

    title: Text
    description: Text | msgspec.UnsetType = msgspec.UNSET
    error_id: Text | msgspec.UnsetType = msgspec.UNSET
    error_code: Text | msgspec.UnsetType = msgspec.UNSET
    http_status: Annotated[str, msgspec.Meta(pattern="^[45][0-9]{2}$")] | msgspec.UnsetType = msgspec.UNSET
    external_details: Text | msgspec.UnsetType = msgspec.UNSET
    details: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


def read(response: Answer, form: type[Resource]) -> Resource:
    """Read a resource strictly."""
    assert response.headers["Content-Type"] == TAXII
    return msgspec.json.decode(response.data, type=form)


def refused(response: Answer, *statuses: int) -> Error:
    """Hold an answer to be an error resource of one of these statuses."""
    assert response.status_code in statuses, response.text
    error = read(response, Error)
    assert error.http_status == str(response.status_code)
    return error
