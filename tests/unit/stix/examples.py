"""Objects for the tests of validation: one plain object of each common type, and how to send them."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from hub.domain.submissions import Caps, CheckedEnvelope, CheckedObject, RefusedObject
from hub.stix.check import check_envelope

AT: Final = datetime(2026, 11, 1, tzinfo=UTC)
UUID: Final = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
OTHER_UUID: Final = "b3bca3c2-1f3d-4b54-b44f-dac42c3a8f01"
RED: Final = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
AMBER: Final = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
GREEN: Final = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
STATEMENT: Final = f"marking-definition--{OTHER_UUID}"


def domain_object(kind: str, **members: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{UUID}",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
    } | members


def observable(kind: str, **members: Any) -> dict[str, Any]:
    return {"type": kind, "id": f"{kind}--{UUID}"} | members


def identity(**members: Any) -> dict[str, Any]:
    return domain_object("identity", **({"name": "Example CERT"} | members))


def indicator(**members: Any) -> dict[str, Any]:
    plain = {
        "pattern": "[ipv4-addr:value = '198.51.100.7']",
        "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z",
    }
    return domain_object("indicator", **(plain | members))


def statement(**members: Any) -> dict[str, Any]:
    plain = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": STATEMENT,
        "created": "2026-01-01T00:00:00.000Z",
        "definition_type": "statement",
        "definition": {"statement": "Example CERT, all rights reserved"},
    }
    return plain | members


def envelope(*objects: object) -> bytes:
    return json.dumps({"objects": objects}).encode()


def check(*objects: object, caps: Caps | None = None) -> CheckedEnvelope:
    return check_envelope(envelope(*objects), caps=caps or Caps(), at=AT)


def accepted(value: object, caps: Caps | None = None) -> CheckedObject:
    """Return the one object, which must be accepted."""
    result = check(value, caps=caps)
    assert result.refused == ()
    return result.accepted[0]


def refused(value: object, caps: Caps | None = None) -> RefusedObject:
    """Return the one refusal, which must be there."""
    result = check(value, caps=caps)
    assert result.accepted == ()
    return result.refused[0]


PLAIN: Final[tuple[dict[str, Any], ...]] = (
    identity(sectors=["technology"], contact_information="cert@cert.example", lang="en"),
    indicator(
        created_by_ref=f"identity--{UUID}",
        valid_until="2027-01-01T00:00:00Z",
        indicator_types=["malicious-activity"],
        confidence=70,
        labels=["ransomware"],
        object_marking_refs=[GREEN],
        kill_chain_phases=[{"kill_chain_name": "example", "phase_name": "delivery"}],
        external_references=[{"source_name": "advisory", "url": "https://cert.example/1"}],
    ),
    domain_object("malware", name="Loader", is_family=True, first_seen="2025-01-01T00:00:00Z"),
    domain_object("attack-pattern", name="Phishing", aliases=["Bait"]),
    domain_object(
        "campaign", name="Quiet Harbour", first_seen="2025-01-01T00:00:00Z", last_seen="2025-02-01T00:00:00Z"
    ),
    domain_object("course-of-action", name="Block it"),
    domain_object("grouping", context="suspicious-activity", object_refs=[f"identity--{UUID}"]),
    domain_object("infrastructure", name="Relay"),
    domain_object("intrusion-set", name="Set", goals=["theft"]),
    domain_object("location", country="NZ", latitude=-41.3, longitude=174, precision=10.5),
    domain_object("note", content="Seen again.", object_refs=[f"malware--{UUID}"]),
    domain_object("opinion", opinion="agree", object_refs=[f"malware--{UUID}"]),
    domain_object("report", name="Week 3", published="2026-01-20T00:00:00Z", object_refs=[f"malware--{UUID}"]),
    domain_object("threat-actor", name="Actor", sophistication="expert"),
    domain_object("tool", name="Scanner", tool_version="1.0"),
    domain_object("vulnerability", name="CVE-2026-0001"),
    domain_object(
        "relationship",
        relationship_type="indicates",
        source_ref=f"indicator--{UUID}",
        target_ref=f"malware--{UUID}",
    ),
    domain_object("sighting", sighting_of_ref=f"indicator--{UUID}", count=3, summary=False),
    observable("ipv4-addr", value="198.51.100.7"),
    observable("ipv6-addr", value="2001:db8::7"),
    observable("domain-name", value="host.example", resolves_to_refs=[f"ipv4-addr--{UUID}"]),
    observable("url", value="https://host.example/a"),
    observable("email-addr", value="ana@mail.example", belongs_to_ref=f"user-account--{UUID}"),
    observable("mac-addr", value="00:00:5e:00:53:01"),
    observable("mutex", name="Global\\example"),
    observable("autonomous-system", number=64496),
    observable("directory", path="/srv/example", ctime="2026-01-01T00:00:00Z"),
    observable("software", name="Editor", version="2"),
    observable("user-account", user_id="1001", is_disabled=False),
    observable("windows-registry-key", key="HKLM\\Example", values=[{"name": "a", "data": "b", "data_type": "REG_SZ"}]),
    observable("file", name="a.bin", size=3, hashes={"MD5": "d41d8cd98f00b204e9800998ecf8427e"}),
    observable("network-traffic", protocols=["tcp"], src_ref=f"ipv4-addr--{UUID}", dst_port=443),
)
"""One plain object of every type that the fast gate understands."""

_EXTENSION: Final = f"extension-definition--{UUID}"

EXTENDED: Final[tuple[dict[str, Any], ...]] = (
    identity(granular_markings=[{"marking_ref": RED, "selectors": ["name"]}, {"lang": "fr", "selectors": ["id"]}]),
    identity(extensions={_EXTENSION: {"extension_type": "property-extension", "rank": 5, "empty": []}}),
    identity(rank=5, extensions={_EXTENSION: {"extension_type": "toplevel-property-extension"}}),
    identity(x_nested={"a": [1, [], {"b_refs": [f"tool--{UUID}"]}]}, x_list=[1, "a", 0.5]),
    statement(object_marking_refs=[GREEN]),
    statement(definition_type="pap", definition={"pap": "green"}),
    domain_object("x-thing", name="x", x_rank=5, labels=["a"]),
    domain_object("x-thing", extensions={_EXTENSION: {"extension_type": "new-sdo"}}),
    domain_object("grouping", context="x", object_refs=[f"x-thing--{UUID}", f"marking-definition--{UUID}"]),
    domain_object("language-content", object_ref=f"identity--{UUID}", contents={"de": {"name": "CERT"}}),
    domain_object(
        "extension-definition",
        created_by_ref=f"identity--{UUID}",
        name="Rank",
        schema="https://cert.example/rank",
        version="1.0.0",
        extension_types=["property-extension", "new-sdo"],
    ),
    domain_object(
        "observed-data",
        first_observed="2026-01-01T00:00:00Z",
        last_observed="2026-01-02T00:00:00Z",
        number_observed=1,
        object_refs=[f"ipv4-addr--{UUID}"],
    ),
    domain_object("malware-analysis", product="a", result="benign", sample_ref=f"file--{UUID}"),
    domain_object("incident", name="Outage"),
    observable("x-sensor", value=1),
    observable("artifact", payload_bin="YQ==", mime_type="text/plain"),
    observable("artifact", url="https://host.example/a", hashes={"SHA-256": "a" * 64, "X-ANY": "b"}),
    observable(
        "email-message", is_multipart=False, body="a", from_ref=f"email-addr--{UUID}", date="2026-01-01T00:00:00Z"
    ),
    observable(
        "email-message",
        is_multipart=True,
        body_multipart=[{"body": "a"}, {"body_raw_ref": f"artifact--{UUID}", "content_type": "image/png"}],
        additional_header_fields={"Reply-To": ["a", "b"]},
    ),
    observable(
        "process", pid=1, environment_variables={"A": "b"}, extensions={"windows-process-ext": {"priority": "a"}}
    ),
    observable("x509-certificate", serial_number="1", x509_v3_extensions={"key_usage": "a"}),
    observable(
        "network-traffic", protocols=["tcp"], src_ref=f"ipv4-addr--{UUID}", end="2026-01-01T00:00:00Z", is_active=False
    ),
    observable("file", name="a.zip", extensions={"archive-ext": {"contains_refs": [f"file--{UUID}"]}}),
    observable("file", name="a", extensions={"ntfs-ext": {"alternate_data_streams": [{"name": "s", "size": 1}]}}),
    observable(
        "file",
        name="a.exe",
        extensions={"windows-pebinary-ext": {"pe_type": "exe", "sections": [{"name": "s", "entropy": 1}]}},
    ),
    observable("user-account", user_id="1", extensions={"unix-account-ext": {"gid": 1, "groups": ["a"]}}),
)
"""Objects of the rarer kinds that the fast gate understands: markings of parts, extensions, types of producers' own."""
