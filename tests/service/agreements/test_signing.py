"""A party has signed when a key of its active national CERT signed the very bytes, and in no other case."""

from collections.abc import Callable
from functools import partial

import pytest

from hub.domain.agreements import AgreementRecord, DetachedSignature
from hub.domain.errors import ConflictError, ForbiddenError, HubError, NotFoundError, UnprocessableError
from hub.domain.identifiers import AgreementId, KeyId, OrganisationId
from hub.services.agreements.catalogue import show_version
from hub.services.agreements.drafting import draft
from hub.services.agreements.signing import sign
from hub.services.agreements.standing import propose
from hub.services.directory.keys import add_key, list_keys, revoke_key, show_key
from hub.services.directory.organisations import add_organisation, disable_organisation
from tests.service.agreements.forum import NOW, Forum, clause, document, next_version, olga, omar
from tests.service.directory.chronicle import change
from tests.service.directory.forum import organisation
from tests.support.agreements import Signer, signer

AU_NZ = AgreementId("au-nz")


@pytest.fixture
def proposed(forum: Forum) -> Forum:
    """Propose what waits for Australia and New Zealand."""
    draft(forum.pool, document(), act=olga())
    propose(forum.pool, AU_NZ, 1, act=olga())
    return forum


def offer(forum: Forum, key: KeyId, value: bytes, number: int = 1) -> AgreementRecord:
    return sign(forum.pool, AU_NZ, number, DetachedSignature(key=key, value=value), act=olga())


def refused(offering: Callable[[], object], error: type[HubError]) -> str:
    with pytest.raises(error) as caught:
        offering()
    return caught.value.code


def test_what_was_signed_is_kept_with_who_gave_it_by_which_key_and_when(proposed: Forum) -> None:
    record = proposed.sign("au-nz", "NZ")
    (signature,) = record.newest.signatures
    assert (signature.member, signature.key) == ("NZ", proposed.signers["NZ"].key)
    assert (signature.actor, signature.at) == ("nz-cert/signer", NOW)
    assert record.newest.unsigned == {"AU"}


def test_a_signature_over_other_bytes_is_none(proposed: Forum) -> None:
    australia = proposed.signers["AU"]
    canonical = show_version(proposed.pool, AU_NZ, 1).canonical
    for message in (canonical + b" ", canonical[:-1], b""):
        value = australia.private.sign(message)
        assert refused(partial(offer, proposed, australia.key, value), UnprocessableError) == "BAD_SIGNATURE"
    assert proposed.show("au-nz").newest.signed_by == frozenset()


def test_one_members_signature_is_not_anothers(proposed: Forum) -> None:
    canonical = show_version(proposed.pool, AU_NZ, 1).canonical
    value = proposed.signers["AU"].private.sign(canonical)
    assert refused(lambda: offer(proposed, proposed.signers["NZ"].key, value), UnprocessableError) == "BAD_SIGNATURE"


def test_a_signature_holds_for_its_version_alone(proposed: Forum) -> None:
    value = proposed.signers["AU"].private.sign(show_version(proposed.pool, AU_NZ, 1).canonical)
    proposed.sign("au-nz", "AU", "NZ")
    draft(proposed.pool, next_version(document(), clause()), act=olga())
    record = propose(proposed.pool, AU_NZ, 2, act=olga())
    assert record.newest.unsigned == {"AU", "NZ"}
    assert refused(lambda: offer(proposed, proposed.signers["AU"].key, value, 2), UnprocessableError) == "BAD_SIGNATURE"


def test_who_is_no_party_cannot_sign(proposed: Forum) -> None:
    assert refused(lambda: proposed.sign("au-nz", "JP"), ForbiddenError) == "NOT_A_PARTY"


def test_only_the_national_cert_signs_for_a_member(proposed: Forum) -> None:
    add_organisation(proposed.pool, organisation("au-power"), act=olga())
    constituent = signer(proposed.pool, "au-power")
    assert refused(lambda: constituent.sign(proposed.pool, AU_NZ), ForbiddenError) == "NOT_THE_CERT"


def test_a_cert_that_was_disabled_does_not_sign(proposed: Forum) -> None:
    disable_organisation(proposed.pool, OrganisationId("au-cert"), act=olga())
    assert refused(lambda: proposed.sign("au-nz", "AU"), ForbiddenError) == "NOT_THE_CERT"


def test_a_revoked_key_signs_nothing_more_and_what_it_has_signed_stays(proposed: Forum) -> None:
    proposed.sign("au-nz", "AU")
    for code in ("AU", "NZ"):
        revoke_key(proposed.pool, proposed.signers[code].key, act=olga())
    assert refused(lambda: proposed.sign("au-nz", "NZ"), ForbiddenError) == "KEY_REVOKED"
    assert proposed.show("au-nz").newest.signed_by == {"AU"}
    signer(proposed.pool, "nz-cert").sign(proposed.pool, AU_NZ, at=NOW)
    assert proposed.amber() == {"AU>NZ", "NZ>AU"}


def test_an_unknown_key_signs_nothing(proposed: Forum) -> None:
    assert refused(lambda: offer(proposed, KeyId("SHA256:nobody"), bytes(64)), NotFoundError) == "NOT_FOUND"


def test_a_draft_is_not_signed(forum: Forum) -> None:
    draft(forum.pool, document(), act=olga())
    assert refused(lambda: forum.sign("au-nz", "AU"), ConflictError) == "CONFLICT"


def test_signing_twice_with_whichever_key_changes_nothing(proposed: Forum) -> None:
    once = proposed.sign("au-nz", "AU")
    second: Signer = signer(proposed.pool, "au-cert")
    with change(proposed.pool) as seen:
        assert second.sign(proposed.pool, AU_NZ) == once
    assert (seen.entries, seen.epochs) == ([], 0)


def test_keys_are_listed_with_those_revoked_and_registered_once(forum: Forum) -> None:
    cert = OrganisationId("au-cert")
    first = show_key(forum.pool, forum.signers["AU"].key)
    with change(forum.pool) as seen:
        assert add_key(forum.pool, cert, first.public_key, act=omar()) == first
    assert seen.entries == []
    with change(forum.pool) as seen:
        revoked = revoke_key(forum.pool, first.id, act=olga())
    assert seen.entries == [("cli:olga", "key.revoke", first.id)]
    assert (revoked.revoked, list_keys(forum.pool, cert)) == (NOW, (revoked,))
    with pytest.raises(ConflictError, match="revoked"):
        add_key(forum.pool, cert, first.public_key, act=olga())


def test_a_key_is_one_organisations(forum: Forum) -> None:
    public = show_key(forum.pool, forum.signers["AU"].key).public_key
    with pytest.raises(ConflictError, match="another organisation"):
        add_key(forum.pool, OrganisationId("nz-cert"), public, act=olga())


@pytest.mark.parametrize("raw", [b"", bytes(31), bytes(32), bytes(33)])
def test_what_is_no_key_is_not_registered(forum: Forum, raw: bytes) -> None:
    with pytest.raises(UnprocessableError):
        add_key(forum.pool, OrganisationId("au-cert"), raw, act=olga())


def test_a_key_belongs_to_an_organisation_that_there_is(forum: Forum) -> None:
    public = signer(forum.pool, "au-cert").private.public_key().public_bytes_raw()
    with pytest.raises(NotFoundError):
        add_key(forum.pool, OrganisationId("au-nobody"), public, act=olga())
