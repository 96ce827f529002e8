"""What may go wrong with an object on its way here: small random changes, most of them nasty, some harmless."""

import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, Final

from tests.unit.stix.examples import AMBER, EXTENDED, OTHER_UUID, PLAIN, RED, STATEMENT, UUID

SCALARS: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 100, 101, 65535, 65536, 999_999_999, 10**9, 2**53 - 1, 1 - 2**53, 0.0, -0.0),
    *(0.5, 1.0, 90.0, -180.5, 1e300, "", " ", "x", "true", "False", "0", "1", "null", "2.1", "2.0", "stix", "sigma"),
    *(
        "é",
        "\n",
        "\u202e",
        "\N{GRINNING FACE}",
        "a" * 300,
        "zz",
        "00",
        "0",
        "YQ==",
        "YQ",
        "YQ=",
        "Y\nQ==",
        "en",
        "de-CH",
    ),
    *("zz-zz-zz", "agree", "neutral", "statement", "tlp", "TLP:RED", "white", "WHITE", "clear", "x-thing", "bundle"),
    *("property-extension", "toplevel-property-extension", "new-sdo", "new-sco", "new-sro", "identity", "ab", "a--b"),
)
TIMESTAMPS: Final = (
    *("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:60.000Z"),
    *("1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z", "0000-01-01T00:00:00.000Z"),
    *("9999-12-31T23:59:59.999999Z", "2024-02-29T00:00:00.000Z", "2026-02-29T00:00:00.000Z", "2026-01-01T24:00:00Z"),
    *(
        "\uff12026-01-01T00:00:00.000Z",
        "2026-01-01T00:00:00.000+00:00",
        "2026-01-01T00:00:00.Z",
        "2026-W01-1T00:00:00Z",
    ),
    *("2026-01-01t00:00:00.000z", "2026-01-01 00:00:00.000Z", "2026-01-01T00:00:00.00Z", "20260101T000000.000Z"),
    *("2026-01-01T00:00:00.000Z\n", "2026-01-01T00:00:00,000Z", "2027-06-01T00:00:00.000000Z", "2020-01-01"),
)
TYPES: Final = (
    *("identity", "malware", "relationship", "sighting", "ipv4-addr", "file", "artifact", "software", "email-addr"),
    *("marking-definition", "language-content", "extension-definition", "bundle", "x-thing", "directory", "process"),
    *("network-traffic", "observed-data", "user-account", "location", "mac-addr", "autonomous-system", "Identity"),
)
IDENTIFIERS: Final = (
    *(f"{kind}--{UUID}" for kind in TYPES),
    *(f"identity--{UUID.upper()}", f"identity--{UUID}\n", f"identity--{{{UUID}}}", f"identity--urn:uuid:{UUID}"),
    *(UUID, "identity--", f"--{UUID}", f"identity--{UUID[:-1]}", "identity--00000000-0000-0000-0000-000000000000"),
    *(f"identity--{OTHER_UUID}", RED, AMBER, STATEMENT),
)
COLLECTIONS: Final[tuple[Any, ...]] = (
    *([], [[]], [None], [""], ["x"], ["x", 1], ["x", "x"], {}, [{}], {"a": 1}, {"allow_custom": True}, [{"name": "x"}]),
    *(
        {"a_ref": UUID},
        {"a_ref": f"identity--{UUID}"},
        {"a_refs": [f"bundle--{UUID}"]},
        {"a b": 1},
        {"": 1},
        {"a": None},
    ),
    *({"a": []}, {"a": [[]]}, {"a_refs": [["x"]]}, [{"a_ref": f"identity--{UUID.upper()}"}], {"self": 1}),
    *(
        {"MD5": "d41d8cd98f00b204e9800998ecf8427e"},
        {"md5": "zz"},
        {"SHA-1": "d41d"},
        {"MD5": 5},
        {"FOO": "x"},
        {"SHA384": "a"},
    ),
    *({"SSDEEP": "3:a:b"}, {"TLSH": "a" * 70}, {"sha-256": "a" * 64}, {"SHA-256": "a" * 64 + "\n"}, {"MD5": ""}),
    *([{"source_name": "a"}], [{"source_name": "a", "url": "b"}], [{"source_name": "a", "url": 5}], [{"url": "b"}]),
    *(
        [{"source_name": "a", "external_id": "b", "hashes": {"FOO": "x"}}],
        [{"source_name": "a", "hashes": {"MD5": "x"}}],
    ),
    *(
        [{"source_name": "a", "url": "b", "extensions": 5}],
        [{"source_name": "a", "url": "b", "granular_markings": [5]}],
    ),
    *(
        [{"kill_chain_name": "a", "phase_name": "b"}],
        [{"kill_chain_name": "a"}],
        [{"kill_chain_name": "a", "self": "b"}],
    ),
    *([{"name": "a", "data_type": "REG_SZ"}], [{"data_type": "REG_NONSENSE"}], {"statement": ""}, {"statement": "a"}),
    *({"statement": "a", "x_b": 1}, {"tlp": "red"}, {"tlp": "clear"}, [{"body": "a"}], [{"content_type": "a"}]),
)
_HELD: Final[tuple[Any, ...]] = ({}, 5, [], {"a": None}, {"a": []}, {"b_ref": "x"})
EXTENSIONS: Final[tuple[dict[str, Any], ...]] = (
    *(
        {f"extension-definition--{UUID}": {"extension_type": kind, "rank": 5}}
        for kind in ("new-sdo", "new-sco", "x", 5)
    ),
    *({f"extension-definition--{UUID}": held} for held in _HELD),
    {f"extension-definition--{UUID}": {"extension_type": "toplevel-property-extension"}},
    {f"extension-definition--{UUID}": {"extension_type": "property-extension", "created_by_ref": f"tool--{UUID}"}},
    *({name: {}} for name in ("archive-ext", "ntfs-ext", "x-any-ext", "Bad Name", "extension-definition--5", "ab")),
    {"ntfs-ext": {"extension_type": "toplevel-property-extension", "sid": "1"}},
    {"ntfs-ext": {"sid": "1", "x_custom": [[]]}},
    {"ntfs-ext": {"sid": "1", "granular_markings": [{"selectors": ["nothing"]}]}},
    {"ntfs-ext": {"x_custom": 1}},
    {"socket-ext": {"address_family": "AF_INET", "options": {"X_A": 1}}},
    {"socket-ext": {"address_family": "AF_NONSENSE"}},
    {"pdf-ext": {"document_info_dict": {"Title": []}}},
    {"windows-process-ext": {"startup_info": {"a b": 1}}},
    {"windows-pebinary-ext": {"pe_type": "exe", "optional_header": {"x_a": 1}}},
    {"windows-pebinary-ext": {"pe_type": "exe", "time_date_stamp": "2026-01-01T00:00:00.1234567Z"}},
    {"raster-image-ext": {"exif_tags": {"Make": None}}},
    {"tcp-ext": {"src_flags_hex": "0"}},
)
NAMES: Final = (
    *("granular_markings", "extensions", "objects", "action", "defanged", "latitude", "longitude", "precision", "body"),
    *("valid_from", "valid_until", "stop_time", "start_time", "start", "end", "is_active", "first_seen", "last_seen"),
    *("first_observed", "last_observed", "object_refs", "revoked", "labels", "confidence", "lang", "created_by_ref"),
    *("created", "modified", "spec_version", "id", "type", "name", "is_family", "hashes", "url", "payload_bin"),
    *("definition", "definition_type", "contents", "object_ref", "object_modified", "body_multipart", "is_multipart"),
    *(
        "x_count",
        "x_thing_ref",
        "x_thing_refs",
        "X_Upper",
        "_valid_refs",
        "self",
        "cls",
        "allow_custom",
        "ab",
        "a" * 251,
    ),
    *("custom_properties", "interoperability", "get", "keys", "items", "x_é", "x_a b", "extension_type", "statement"),
    *("external_references", "object_marking_refs", "pattern_version", "kill_chain_phases", "relationship_type"),
)
SELECTORS: Final = (
    "name",
    "labels.[0]",
    "labels.[99]",
    "labels.[01]",
    "id",
    "type",
    "extensions",
    "nothing",
    "",
    "a.b",
    5,
)
TOKENS: Final = (
    "[",
    "]",
    "(",
    ")",
    "'",
    "=",
    " AND ",
    " OR ",
    ":",
    ".",
    "\\",
    "-",
    " ",
    "!",
    "1",
    "'a'",
    "\n",
    "é",
    "}",
    "--",
)

Mutation = Callable[[random.Random, dict[str, Any]], None]


def nasty(draw: random.Random) -> Any:
    """Return a value that is seldom what belongs there."""
    return deepcopy(draw.choice(draw.choice((SCALARS, TIMESTAMPS, IDENTIFIERS, COLLECTIONS))))


def mutated(draw: random.Random, value: dict[str, Any], others: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a copy of an object with one to three changes; some of them take what another object holds."""
    copy = deepcopy(value)
    for _ in range(draw.choice((1, 1, 1, 2, 2, 3))):
        if draw.random() < 0.15:
            _graft(draw, copy, draw.choice(others))
        else:
            draw.choice(MUTATIONS)(draw, copy)
    return copy


def anything(draw: random.Random, real: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a mutation of some real object or of some example."""
    pools = (real, PLAIN, EXTENDED) if real else (PLAIN, EXTENDED)
    chosen = draw.choice(pools)
    return mutated(draw, draw.choice(chosen), draw.choice(pools))


def _place(draw: random.Random, value: dict[str, Any]) -> dict[str, Any]:
    """Return some object within an object: itself, or what it holds at some depth."""
    place = value
    while draw.random() < 0.4:
        inner = [item for item in place.values() if isinstance(item, dict)]
        inner += [item for held in place.values() if isinstance(held, list) for item in held if isinstance(item, dict)]
        if not inner:
            break
        place = draw.choice(inner)
    return place


def _name_in(draw: random.Random, place: dict[str, Any]) -> str:
    return draw.choice(sorted(place)) if place else "x_none"


def _graft(draw: random.Random, value: dict[str, Any], other: dict[str, Any]) -> None:
    value[_name_in(draw, other)] = deepcopy(other[_name_in(draw, other)])


def _drop(draw: random.Random, value: dict[str, Any]) -> None:
    place = _place(draw, value)
    place.pop(_name_in(draw, place), None)


def _rename(draw: random.Random, value: dict[str, Any]) -> None:
    place = _place(draw, value)
    held = place.pop(_name_in(draw, place), 1)
    place[draw.choice(NAMES)] = held


def _retype(draw: random.Random, value: dict[str, Any]) -> None:
    place = _place(draw, value)
    place[_name_in(draw, place)] = nasty(draw)


def _add(draw: random.Random, value: dict[str, Any]) -> None:
    _place(draw, value)[draw.choice(NAMES)] = nasty(draw)


def _swap(draw: random.Random, value: dict[str, Any]) -> None:
    place = _place(draw, value)
    one, other = _name_in(draw, place), _name_in(draw, place)
    if place:
        place[one], place[other] = place[other], place[one]


def _time(draw: random.Random, value: dict[str, Any]) -> None:
    place = _place(draw, value)
    times = [name for name, item in place.items() if isinstance(item, str) and item[4:5] == "-" and item[10:11] == "T"]
    place[draw.choice(times) if times else "modified"] = draw.choice(TIMESTAMPS)


def _number(draw: random.Random, value: dict[str, Any]) -> None:
    place = _place(draw, value)
    numbers = [name for name, item in place.items() if isinstance(item, int | float)]
    chosen = draw.choice([item for item in SCALARS if isinstance(item, int | float)])
    place[draw.choice(numbers) if numbers else "confidence"] = chosen


def _list(draw: random.Random, value: dict[str, Any]) -> None:
    place = _place(draw, value)
    lists = [item for item in place.values() if isinstance(item, list)]
    if lists:
        chosen = draw.choice(lists)
        change = draw.randrange(4)
        if change == 0:
            chosen.clear()
        elif change == 1:
            chosen.append(nasty(draw))
        elif chosen:
            chosen.append(deepcopy(draw.choice(chosen)))


def _text(draw: random.Random, value: dict[str, Any]) -> None:
    place = _place(draw, value)
    texts = [name for name, item in place.items() if isinstance(item, str)]
    if texts:
        name = draw.choice(texts)
        text, cut = place[name], draw.randrange(len(place[name]) + 1)
        place[name] = (
            text[:cut] + draw.choice(("", "\n", "é", " ", "0", "Z", "\0", "A")) + text[cut + draw.randrange(2) :]
        )


def _pattern(draw: random.Random, value: dict[str, Any]) -> None:
    pattern = value.get("pattern")
    if isinstance(pattern, str):
        cut = draw.randrange(len(pattern) + 1)
        value["pattern"] = pattern[:cut] + draw.choice(TOKENS) + pattern[cut + draw.randrange(3) :]


def _identify(draw: random.Random, value: dict[str, Any]) -> None:
    kind = draw.choice(TYPES)
    change = draw.randrange(3)
    if change != 0:
        value["type"] = kind
    if change != 1:
        value["id"] = draw.choice((f"{kind}--{UUID}", draw.choice(IDENTIFIERS)))


def _refer(draw: random.Random, value: dict[str, Any]) -> None:
    place = _place(draw, value)
    references = [name for name in place if name.endswith(("_ref", "_refs"))]
    name = draw.choice(references) if references else draw.choice(("x_a_ref", "created_by_ref", "object_refs"))
    one = draw.choice(IDENTIFIERS)
    place[name] = [one, draw.choice(IDENTIFIERS)] if name.endswith("s") else one


def _extend(draw: random.Random, value: dict[str, Any]) -> None:
    held = value.get("extensions")
    chosen = deepcopy(draw.choice(EXTENSIONS))
    value["extensions"] = held | chosen if isinstance(held, dict) and draw.random() < 0.5 else chosen


def _mark(draw: random.Random, value: dict[str, Any]) -> None:
    marking: dict[str, Any] = {"selectors": [draw.choice((*SELECTORS, *value)) for _ in range(draw.randrange(3))]}
    for name in draw.choice((("marking_ref",), ("marking_ref",), ("lang",), ("marking_ref", "lang"), ())):
        marking[name] = draw.choice(
            (RED, STATEMENT, value.get("id"), *IDENTIFIERS[:3]) if name != "lang" else ("en", "zz-z")
        )
    value["granular_markings"] = [marking]


MUTATIONS: Final[tuple[Mutation, ...]] = (
    *(_drop, _rename, _retype, _retype, _add, _add, _swap, _time, _number, _list, _text),
    *(_pattern, _identify, _refer, _extend, _mark),
)
