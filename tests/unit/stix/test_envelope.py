"""Bodies: what is no strict JSON or no envelope is refused whole; what is stored is the very bytes that were sent."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.errors import HubError, RequestError, TooLargeError, UnprocessableError
from hub.domain.submissions import Caps
from hub.stix.check import check_envelope
from hub.stix.envelope import nested_deeper, open_envelope
from hub.stix.ijson import _UNSURE, _read_closely, _read_quickly, read
from tests.unit.stix.examples import AT, UUID, check, envelope, identity, indicator

CAPS = Caps()
BREAKS = (
    *(
        b"",
        b'"',
        b'\\"',
        b"\\",
        b"\\u0022",
        b"\\u0000",
        b"\\ud83d\\ude00",
        b"\\ud800",
        b"\x00",
        b"\xff",
        b"\xc3\xa9",
        b"/",
    ),
    *(b'"id":1,', b',"id":""', b"0", b"-", b"e9", b"1e400", b"9007199254740993", b"123456789012345678901", b"NaN"),
    *(b",", b":", b"{", b"}", b"[", b"]", b" ", b"\n", b"null", b".", b"\\x"),
)
"""What a body may have in the wrong place."""


def code_of(body: bytes, error: type[HubError], caps: Caps = CAPS) -> str:
    with pytest.raises(error) as raised:
        check_envelope(body, caps=caps, at=AT)
    return str(raised.value.code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"objects": [{"a": 1}]', "JSON_SYNTAX"),
        (b'{"objects": [{"a": 01}]}', "JSON_SYNTAX"),
        (b'{"objects": [{"a": "\x01"}]}', "JSON_SYNTAX"),
        (b'{"objects": [{}]} {}', "JSON_SYNTAX"),
        (b"", "JSON_SYNTAX"),
        (b'\xef\xbb\xbf{"objects": [{}]}', "JSON_ENCODING"),
        (b'{"objects": [{"a": "\xff"}]}', "JSON_ENCODING"),
        (b'{"objects": [{"a": "\xed\xa0\x80"}]}', "JSON_ENCODING"),
        ('{"objects": [{}]}'.encode("utf-16"), "JSON_ENCODING"),
        (b'{"objects": [{"a": "\x00"}]}', "JSON_ENCODING"),
        (b'{"objects": [{"a": "\\u0000"}]}', "JSON_ENCODING"),
        (b'{"objects": [{"a\\u0000": 1}]}', "JSON_ENCODING"),
        (b'{"objects": [{"a": "\\ud800"}]}', "JSON_ENCODING"),
        (b'{"objects": [{"a": "\\uDC00\\uD800"}]}', "JSON_ENCODING"),
        (b'{"objects": [{"a": 1, "b": {"c": 1, "\\u0063": 2}}]}', "JSON_DUPLICATE_KEY"),
        (b'{"objects": [], "objects": [{}]}', "JSON_DUPLICATE_KEY"),
        (b'{"objects": [{"a": NaN}]}', "JSON_NONFINITE"),
        (b'{"objects": [{"a": -Infinity}]}', "JSON_NONFINITE"),
        (b'{"objects": [{"a": -1e400}]}', "JSON_NONFINITE"),
        (b'{"objects": [{"a": 9007199254740992}]}', "JSON_NUMBER_RANGE"),
        (b'{"objects": [{"a": -9007199254740992}]}', "JSON_NUMBER_RANGE"),
        (b'{"objects": [{"a": ' + b"9" * 5_000 + b"}]}", "JSON_NUMBER_RANGE"),
        (b"[" * 5_000_000, "JSON_DEPTH"),
        (b'{"objects": [' + b'{"a":' * 17 + b"1" + b"}" * 17 + b"]}", "JSON_DEPTH"),
    ],
)
def test_bytes_that_cannot_be_trusted_refuse_the_request(body: bytes, code: str) -> None:
    assert code_of(body, RequestError) == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[]", "NOT_AN_ENVELOPE"),
        (b'"identity"', "NOT_AN_ENVELOPE"),
        (b"null", "NOT_AN_ENVELOPE"),
        (b"{}", "NOT_AN_ENVELOPE"),
        (b'{"objects": {}}', "NOT_AN_ENVELOPE"),
        (b'{"type": "bundle", "objects": [{}]}', "NOT_AN_ENVELOPE"),
        (json.dumps(identity()).encode(), "NOT_AN_ENVELOPE"),
        (b'{"objects": []}', "EMPTY_LIST"),
    ],
)
def test_what_is_no_envelope_is_unprocessable(body: bytes, code: str) -> None:
    assert code_of(body, UnprocessableError) == code


def test_a_bundle_is_told_what_to_send() -> None:
    with pytest.raises(UnprocessableError, match=r'a bundle\. Send a TAXII envelope: \{"objects"'):
        open_envelope(b'{"type": "bundle", "objects": [{}]}', caps=CAPS)


def test_a_body_or_a_number_of_objects_above_its_cap_is_too_large() -> None:
    assert code_of(envelope(identity()), TooLargeError, Caps(body_bytes=100)) == "TOO_LARGE"
    assert code_of(envelope(identity(), identity()), TooLargeError, Caps(envelope_objects=1)) == "TOO_LARGE"


@settings(max_examples=600)
@given(st.sampled_from([envelope(identity(x_a=[1, 0.5, '\u00e9"\\ \n'])), envelope(indicator())]), st.data())
def test_a_quick_look_at_a_body_never_takes_what_a_close_one_does_not(body: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(body)))
    broken = body[:cut] + data.draw(st.sampled_from(BREAKS)) + body[cut + data.draw(st.integers(0, 2)) :]
    quick = _read_quickly(broken)
    assert quick is _UNSURE or repr(quick) == repr(_read_closely(broken))


def test_a_quick_look_suffices_for_what_producers_send() -> None:
    told = identity(description='\u00e9 "\\\n \N{GRINNING FACE}')  # which most of them write as a pair of surrogates
    assert _read_quickly(envelope(told, indicator())) is not _UNSURE


def test_numbers_and_depth_at_the_limit_pass() -> None:
    value = read(b'{"a": [9007199254740991, -9007199254740991, 1.7976931348623157e308, -0]}')
    assert value == {"a": [2**53 - 1, 1 - 2**53, 1.7976931348623157e308, 0]}
    assert open_envelope(b'{"objects": [' + b'{"a":' * 16 + b"1" + b"}" * 16 + b"]}", caps=CAPS).total == 1


def test_brackets_in_texts_are_no_depth() -> None:
    assert check(identity(description="[{" * 50)).refused == ()


def test_escapes_that_only_look_like_bad_characters_pass() -> None:
    body = b'{"objects": [{"a": "\\\\u0000 \\\\ud800 \\ud83d\\ude00"}]}'
    assert open_envelope(body, caps=CAPS).values == ({"a": "\\u0000 \\ud800 \N{GRINNING FACE}"},)


def test_other_members_of_an_envelope_are_ignored() -> None:
    body = (
        b'{"more": true, "next": "x", "x_note": {"objects": [1]}, "\\u006fbjects": [' + json.dumps(identity()).encode()
    )
    assert check_envelope(body + b"]}", caps=CAPS, at=AT).refused == ()


def test_the_payload_is_the_received_value_to_the_byte() -> None:
    piece = b'{ "name":"Caf\\u00e9" ,"type": "identity",\n"spec_version":"2.1", "x_ratio": 1.50,'
    piece += b' "id":"identity--%s","created":"2026-01-01T00:00:00.000Z",' % UUID.encode()
    piece += b'"modified":"2026-01-01T00:00:00.000Z" }'
    other = json.dumps(indicator()).encode()
    checked = check_envelope(b'{"objects" : [\n  ' + piece + b"  ,\t" + other + b" ] }", caps=CAPS, at=AT)
    assert [item.payload for item in checked.accepted] == [piece, other]


def test_names_are_told_before_anything_is_checked() -> None:
    opened = open_envelope(envelope(identity(), {"type": 5, "created": "then"}, {"id": 7}, "x"), caps=CAPS)
    assert opened.names() == [
        (f"identity--{UUID}", "2026-01-01T00:00:00.000Z"),
        (None, "then"),
        (None, None),
        (None, None),
    ]


@given(st.recursive(st.none() | st.integers(0, 9), lambda inner: st.lists(inner, max_size=3), max_leaves=12))
def test_depth_is_counted_as_defined(value: object) -> None:
    def depth(item: object) -> int:
        return 1 + max(map(depth, item), default=0) if isinstance(item, list) else 0

    for limit in range(depth(value) + 2):
        assert nested_deeper(value, limit) == (depth(value) > limit)


@given(st.dictionaries(st.text(max_size=4), st.text(max_size=8) | st.integers(-9, 9) | st.floats(-9, 9), max_size=4))
def test_what_python_writes_is_read_back_unless_it_holds_nul(value: dict[str, object]) -> None:
    written = json.dumps({"a": value})
    if any("\0" in text for item in value.items() for text in map(str, item)):
        assert code_of(written.encode(), RequestError) == "JSON_ENCODING"
    else:
        assert read(written.encode()) == {"a": value}
