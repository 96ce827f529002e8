"""The agreement of the demonstration, put in force as agreements are: proposed by an operator, signed by both CERTs."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.domain.agreements import DetachedSignature
from hub.domain.directory import Act
from hub.domain.identifiers import AgreementId, OrganisationId
from hub.runtime.wiring import now
from hub.services.agreements.catalogue import show_version
from hub.services.agreements.signing import sign
from hub.services.agreements.standing import propose
from hub.services.directory.keys import add_key
from hub.store.database import Pool

TREATY: Final = AgreementId("demo-au-nz")
PARTIES: Final = (OrganisationId("au-cert"), OrganisationId("nz-cert"))

_VERSION: Final = 1


def conclude_treaty(pool: Pool) -> None:
    """Propose what the hub was seeded with, and sign it with a fresh key of each party. Nobody keeps the keys."""
    propose(pool, TREATY, _VERSION, act=_act())
    canonical = show_version(pool, TREATY, _VERSION).canonical
    for party in PARTIES:
        private = Ed25519PrivateKey.generate()
        key = add_key(pool, party, private.public_key().public_bytes_raw(), act=_act())
        sign(pool, TREATY, _VERSION, DetachedSignature(key=key.id, value=private.sign(canonical)), act=_act())


def _act() -> Act:
    return Act(actor="cli:demo", at=now())
