"""Accept, Content-Type and Content-Encoding as TAXII 2.1 §3.1 and RFC 7231 read them."""

import pytest

from hub.web.errors import NotAcceptableError, UnsupportedMediaError
from hub.web.taxii.negotiation import accept_answer, accept_content

ACCEPTED = [
    "application/taxii+json;version=2.1",
    "application/taxii+json",
    "application/taxii+json; version=2.1",
    "application/taxii+json ;  version=2.1",
    'Application/TAXII+JSON;Version="2.1"',
    "application/taxii+json;version=2.1;q=0.5",
    "application/taxii+json;version=2.1;q=0.001",
    "application/taxii+json;q=1.000",
    "application/json, application/taxii+json;version=2.0, application/taxii+json;version=2.1",
    "application/taxii+json;version=2.1,application/stix+json;version=2.1",
    "application/json, text/plain, */*",
    "application/*",
    'text/plain;x="a,b", application/taxii+json',
    "*/*;q=0, application/taxii+json",
    "application/taxii+json;version=2.1;charset=utf-8",
]
REFUSED = [
    None,
    "",
    ",",
    "application/foo",
    "application/json",
    "text/*",
    "application/taxii+json;version=9.9",
    "application/taxii+json;version=2.0",
    "application/vnd.oasis.taxii+json",
    "application/taxii+json;version=2.1;q=0",
    "application/taxii+json;version=2.1;q=0.000",
    "application/taxii+json;version=2.1;q=0, */*",
    "application/taxii+json;version=2.1;q=high",
    "application/taxii+json;version=2.1;q=2",
    'text/plain;x="application/taxii+json"',
    "application/taxii+jsonx",
]


@pytest.mark.parametrize("header", ACCEPTED)
def test_an_accept_header_that_covers_taxii_2_1_passes(header: str) -> None:
    accept_answer(header)


@pytest.mark.parametrize("header", REFUSED)
def test_an_accept_header_that_does_not_is_refused(header: str | None) -> None:
    with pytest.raises(NotAcceptableError, match="let the Accept header"):
        accept_answer(header)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/taxii+json;version=2.1",
        "application/taxii+json",
        "application/taxii+json; version=2.1; charset=utf-8",
        'APPLICATION/taxii+json;VERSION="2.1"',
    ],
)
def test_a_body_of_taxii_2_1_is_read(content_type: str) -> None:
    accept_content(content_type, None)
    accept_content(content_type, "Identity")


@pytest.mark.parametrize("content_type", [None, "", "application/json", "application/taxii+json;version=2.0", "*/*"])
def test_a_body_of_anything_else_is_not(content_type: str | None) -> None:
    with pytest.raises(UnsupportedMediaError, match="Content-Type"):
        accept_content(content_type, None)


def test_a_compressed_body_is_not_read() -> None:
    with pytest.raises(UnsupportedMediaError, match="Content-Encoding"):
        accept_content("application/taxii+json;version=2.1", "gzip")
