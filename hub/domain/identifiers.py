"""The names by which things are known, each a type of its own."""

from typing import NewType

MemberCode = NewType("MemberCode", str)
"""ISO 3166-1 alpha-2, upper case: `AU`."""

OrganisationId = NewType("OrganisationId", str)
"""Lower case, unique in the hub: `au-cert`."""

AccountId = NewType("AccountId", str)
"""`ORGANISATION/NAME`, which is also the user name: `au-cert/ana`."""

AgreementId = NewType("AgreementId", str)
"""Lower case, unique in the hub: `regional-baseline`."""

KeyId = NewType("KeyId", str)
"""`SHA256:` and the base64url of the SHA-256 of the 32 bytes of an Ed25519 public key, without padding."""

CollectionId = NewType("CollectionId", str)
"""RFC 4122 version 4, lower case (TAXII 2.1 §5.1.1)."""

SubmissionId = NewType("SubmissionId", str)
"""RFC 4122 version 4, lower case: the id of a TAXII status resource (TAXII 2.1 §4.3.1)."""

SubscriptionId = NewType("SubscriptionId", str)
"""RFC 4122 version 4, lower case."""

StixId = NewType("StixId", str)
"""`TYPE--UUID`, lower case (STIX 2.1 §2.9)."""

HandlingId = NewType("HandlingId", int)
"""The number of an interned handling class."""

GuardId = NewType("GuardId", int)
"""The number of an interned guard: what must be allowed for a row to be read."""

Tick = NewType("Tick", int)
"""Microseconds since the Unix epoch on the hub's one clock; as a timestamp it is `date_added`."""
