"""PR-04 to PR-13: what may be published, and with what warning."""

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import pytest
from msgspec.structs import replace

from hub.domain.clock import tick_of
from hub.domain.handling import Tlp
from hub.domain.identifiers import CollectionId, OrganisationId, StixId, Tick
from hub.domain.submissions import CheckedObject, StoredVersion
from hub.policy.publishing import PublishFacts, Verdict, judge
from tests.unit.policy.countries import NOW, audience, handling

DAY = timedelta(days=1)
CREATED = tick_of(NOW - 9 * DAY)
MODIFIED = tick_of(NOW - DAY)
LATER = tick_of(NOW - DAY / 2)
EARLIER = tick_of(NOW - 2 * DAY)
IDENTITY = StixId("identity--5c1b6f3a-2a5e-4f0e-9a57-0d5c8b6f0a01")
OTHER_IDENTITY = StixId("identity--5c1b6f3a-2a5e-4f0e-9a57-0d5c8b6f0a02")
ADDRESS = StixId("ipv4-addr--0a6f2c1e-54f3-5d0e-8c53-7d7f5c4b1a01")
UNKNOWN = StixId("marking-definition--5c1b6f3a-2a5e-4f0e-9a57-0d5c8b6f0a03")

INDICATOR: Final = CheckedObject(
    position=0,
    id=StixId("indicator--5c1b6f3a-2a5e-4f0e-9a57-0d5c8b6f0a05"),
    type="indicator",
    observable=False,
    version="2026-05-31T12:00:00.000Z",
    version_tick=MODIFIED,
    created=CREATED,
    modified=MODIFIED,
    created_by_ref=IDENTITY,
    revoked=False,
    payload=b"{}",
    digest=b"this",
    tlp=Tlp.GREEN,
    marking_refs=frozenset(),
    refs=frozenset(),
    defines=None,
)
SCO: Final = replace(
    INDICATOR,
    id=ADDRESS,
    type="ipv4-addr",
    observable=True,
    version=None,
    version_tick=None,
    created=None,
    modified=None,
    created_by_ref=None,
)
FACTS: Final = PublishFacts(
    object=INDICATOR,
    handling=handling(Tlp.GREEN),
    creator=OrganisationId("fj-cert"),
    unknown_refs=frozenset(),
    published_by_others=False,
    stored=(),
    referenced_levels={},
    default_applied=None,
)


def stored(tick: Tick = MODIFIED, *, digest: bytes = b"this", tlp: Tlp = Tlp.GREEN) -> StoredVersion:
    """Return a version of the indicator that its producer has in the hub."""
    return StoredVersion(
        collection=CollectionId("5c1b6f3a-2a5e-4f0e-9a57-0d5c8b6f0a04"),
        version="as sent",
        version_tick=tick,
        created=CREATED,
        created_by_ref=IDENTITY,
        revoked=False,
        digest=digest,
        tlp=tlp,
    )


def refusal(facts: PublishFacts) -> str:
    """Return rule and code of a refusal, whose sentence must say something; `accepted` where there is none."""
    verdict = judge(facts, at=NOW)
    assert verdict.accepted != bool(verdict.sentence)
    return "accepted" if verdict.accepted else f"{verdict.rule} {verdict.code}"


def changed(found: CheckedObject, **changes: object) -> PublishFacts:
    """Return the facts of an object with changes."""
    return replace(FACTS, object=replace(found, **changes))


def test_an_ordinary_object_is_accepted_without_a_word() -> None:
    assert judge(FACTS, at=NOW) == Verdict()


def test_PR_04_nobody_publishes_as_another_organisation() -> None:
    assert refusal(replace(FACTS, creator=OrganisationId("pg-cert"))) == "PR-04 FORGED_CREATOR"


def test_PR_04_a_creator_outside_the_hub_may_be_relayed() -> None:
    assert refusal(replace(FACTS, creator=None)) == "accepted"


def test_PR_05_modified_is_not_before_created() -> None:
    assert refusal(changed(INDICATOR, created=Tick(MODIFIED + 1))) == "PR-05 MODIFIED_BEFORE_CREATED"
    assert refusal(changed(INDICATOR, created=MODIFIED)) == "accepted"


def test_PR_06_modified_is_at_most_five_minutes_ahead_of_the_hub() -> None:
    limit = tick_of(NOW + timedelta(minutes=5))
    assert refusal(changed(INDICATOR, modified=limit, version_tick=limit)) == "accepted"
    assert refusal(changed(INDICATOR, modified=Tick(limit + 1))) == "PR-06 MODIFIED_IN_FUTURE"


def test_PR_06_is_about_modified_alone() -> None:
    assert refusal(changed(INDICATOR, modified=None, created=tick_of(NOW + DAY))) == "accepted"


def test_PR_07_a_marking_must_be_known_or_come_along() -> None:
    facts = replace(FACTS, unknown_refs=frozenset({UNKNOWN}))
    assert refusal(facts) == "PR-07 UNKNOWN_MARKING"
    assert UNKNOWN in judge(facts, at=NOW).sentence


def test_PR_07_a_sentence_lists_only_the_first_of_many() -> None:
    many = frozenset(StixId(f"marking-definition--{number}") for number in range(9))
    sentence = judge(replace(FACTS, unknown_refs=many), at=NOW).sentence
    assert "marking-definition--2 and 6 more" in sentence
    assert "marking-definition--3" not in sentence


def test_PR_08_clear_has_no_audience() -> None:
    assert refusal(replace(FACTS, handling=handling(Tlp.CLEAR, audience("PG")))) == "PR-08 CONTRADICTORY_AUDIENCE"
    assert refusal(replace(FACTS, handling=handling(Tlp.CLEAR))) == "accepted"
    assert refusal(replace(FACTS, handling=handling(Tlp.GREEN, audience("PG")))) == "accepted"


def test_PR_09_an_id_belongs_to_whom_published_it_first() -> None:
    taken = replace(FACTS, published_by_others=True)
    assert refusal(taken) == "PR-09 ID_OWNED_BY_OTHER"
    anonymous = replace(taken, creator=None, object=replace(INDICATOR, created_by_ref=None))
    assert refusal(anonymous) == "PR-09 ID_OWNED_BY_OTHER"


def test_PR_09_observables_and_objects_of_an_outside_creator_have_many_contributors() -> None:
    taken = replace(FACTS, published_by_others=True, creator=None)
    assert refusal(taken) == "accepted"
    assert refusal(replace(taken, object=SCO)) == "accepted"


def test_PR_10_a_version_has_one_content() -> None:
    assert refusal(replace(FACTS, stored=(stored(digest=b"other"),))) == "PR-10 VERSION_CONFLICT"
    assert refusal(replace(FACTS, stored=(stored(), stored(digest=b"other")))) == "PR-10 VERSION_CONFLICT"


def test_PR_10_identical_content_is_a_success() -> None:
    assert judge(replace(FACTS, stored=(stored(),)), at=NOW) == Verdict()


def test_PR_10_an_observable_has_no_versions_to_conflict() -> None:
    own = replace(stored(digest=b"other"), created=None, created_by_ref=None)
    assert refusal(replace(FACTS, object=SCO, creator=None, stored=(own,))) == "accepted"


def test_PR_11_nothing_follows_a_revocation() -> None:
    revoked = replace(stored(EARLIER, digest=b"other"), revoked=True)
    assert refusal(replace(FACTS, stored=(revoked,))) == "PR-11 REVOKED_FINAL"


def test_PR_11_a_revocation_may_be_repeated_and_older_versions_may_still_come() -> None:
    same, newer = replace(stored(), revoked=True), replace(stored(LATER, digest=b"other"), revoked=True)
    assert refusal(replace(FACTS, stored=(same,))) == "accepted"
    assert refusal(replace(FACTS, stored=(newer,))) == "accepted"


def test_PR_11_only_the_newest_version_says_whether_it_is_revoked() -> None:
    old = replace(stored(CREATED, digest=b"first"), revoked=True)
    assert refusal(replace(FACTS, stored=(old, stored(EARLIER, digest=b"second")))) == "accepted"


@pytest.mark.parametrize("change", [{"created": EARLIER}, {"created_by_ref": OTHER_IDENTITY}, {"created_by_ref": None}])
def test_PR_12_created_and_creator_stay_as_they_were(change: dict[str, object]) -> None:
    before = replace(stored(EARLIER, digest=b"other"), **change)
    assert refusal(replace(FACTS, stored=(before,))) == "PR-12 IDENTITY_CHANGED"


def test_PR_12_an_observable_has_neither() -> None:
    assert refusal(replace(FACTS, object=SCO, creator=None, stored=(stored(),))) == "accepted"


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({ADDRESS: Tlp.AMBER}, "PR-13 REFERENCE_LEAKS"),
        ({ADDRESS: Tlp.GREEN}, "accepted"),
        ({ADDRESS: Tlp.CLEAR}, "accepted"),
    ],
)
def test_PR_13_an_object_refers_to_no_observable_above_its_own_level(
    levels: Mapping[StixId, Tlp], expected: str
) -> None:
    assert refusal(replace(FACTS, referenced_levels=levels)) == expected


def test_PR_13_says_what_to_raise_and_to_what() -> None:
    facts = replace(FACTS, referenced_levels={ADDRESS: Tlp.AMBER_STRICT, IDENTITY: Tlp.CLEAR})
    sentence = judge(facts, at=NOW).sentence
    assert ADDRESS in sentence
    assert "Mark it amber+strict too" in sentence
    assert IDENTITY not in sentence


def test_PR_13_a_translation_is_as_strict_as_its_object() -> None:
    translation = replace(INDICATOR, type="language-content", refs=frozenset({INDICATOR.id}))
    facts = replace(FACTS, object=translation, referenced_levels={INDICATOR.id: Tlp.AMBER})
    assert refusal(facts) == "PR-13 REFERENCE_LEAKS"
    assert refusal(replace(facts, handling=handling(Tlp.AMBER))) == "accepted"


def test_PR_13_repeating_what_is_there_gives_nothing_more_away() -> None:
    raised_since = replace(FACTS, stored=(stored(),), referenced_levels={ADDRESS: Tlp.RED})
    assert refusal(raised_since) == "accepted"
    stricter_there = replace(raised_since, stored=(stored(tlp=Tlp.RED),))
    assert refusal(stricter_there) == "PR-13 REFERENCE_LEAKS"


def test_the_first_rule_that_matches_refuses() -> None:
    facts = PublishFacts(
        object=replace(INDICATOR, created=Tick(tick_of(NOW + 2 * DAY)), modified=tick_of(NOW + DAY)),
        handling=handling(Tlp.CLEAR, audience("PG")),
        creator=OrganisationId("pg-cert"),
        unknown_refs=frozenset({UNKNOWN}),
        published_by_others=True,
        stored=(replace(stored(digest=b"other"), created=EARLIER), replace(stored(EARLIER), revoked=True)),
        referenced_levels={ADDRESS: Tlp.RED},
        default_applied=None,
    )
    steps: list[tuple[str, PublishFacts]] = []
    for rule, mend in (
        ("PR-04", {"creator": OrganisationId("fj-cert")}),
        ("PR-05", {"object": replace(facts.object, created=CREATED)}),
        ("PR-06", {"object": INDICATOR}),
        ("PR-07", {"unknown_refs": frozenset()}),
        ("PR-08", {"handling": handling(Tlp.GREEN)}),
        ("PR-09", {"published_by_others": False}),
        ("PR-10", {"stored": (replace(stored(EARLIER, digest=b"other"), created=EARLIER, revoked=True),)}),
        ("PR-11", {"stored": (replace(stored(EARLIER, digest=b"other"), created=EARLIER),)}),
        ("PR-12", {"stored": ()}),
        ("PR-13", {"referenced_levels": {}}),
    ):
        steps.append((rule, facts))
        facts = replace(facts, **mend)
    assert [judge(step, at=NOW).rule for _, step in steps] == [rule for rule, _ in steps]
    assert judge(facts, at=NOW).accepted


def warnings(facts: PublishFacts) -> tuple[str, ...]:
    """Return the warnings of an object that must be accepted."""
    verdict = judge(facts, at=NOW)
    assert verdict.accepted
    return verdict.warnings


def test_a_warning_names_the_default_that_was_applied() -> None:
    assert warnings(replace(FACTS, default_applied=Tlp.AMBER)) == (
        "No TLP marking: the collection's default, amber, was applied.",
    )


def test_a_warning_says_that_red_without_a_named_account_stays_at_home() -> None:
    (warning,) = warnings(replace(FACTS, handling=handling(Tlp.RED, audience("PG", "pg-cert"))))
    assert "only your own organisation" in warning
    assert not warnings(replace(FACTS, handling=handling(Tlp.RED, audience("PG"), audience("pg-cert/ana"))))


def test_a_warning_says_that_lowering_does_not_open_older_versions() -> None:
    before = stored(EARLIER, digest=b"other", tlp=Tlp.AMBER)
    (warning,) = warnings(replace(FACTS, stored=(before,)))
    assert warning.startswith("Lowered from amber to green")
    assert not warnings(replace(FACTS, stored=(before, stored(Tick(EARLIER + 1), digest=b"third"))))
    assert not warnings(replace(FACTS, stored=(stored(LATER, digest=b"other", tlp=Tlp.AMBER),)))


def test_a_warning_follows_the_lowering_of_an_observable() -> None:
    own = replace(stored(digest=b"other", tlp=Tlp.RED), created=None, created_by_ref=None)
    (warning,) = warnings(replace(FACTS, object=SCO, creator=None, stored=(own,)))
    assert warning.startswith("Lowered from red to green")


def test_a_warning_says_that_a_marking_the_hub_cannot_read_closes_the_object() -> None:
    (warning,) = warnings(replace(FACTS, handling=dataclasses.replace(FACTS.handling, unknown_marking=True)))
    assert "only your own organisation" in warning


def test_PR_12_every_version_has_to_agree() -> None:
    alike, other = stored(EARLIER, digest=b"other"), replace(stored(CREATED, digest=b"first"), created=EARLIER)
    assert refusal(replace(FACTS, stored=(alike, other))) == "PR-12 IDENTITY_CHANGED"


def test_PR_13_other_content_at_the_same_level_is_not_there_already() -> None:
    before = stored(EARLIER, digest=b"other")
    facts = replace(FACTS, stored=(before,), referenced_levels={ADDRESS: Tlp.RED})
    assert refusal(facts) == "PR-13 REFERENCE_LEAKS"


def test_PR_13_names_the_highest_level_of_all_and_counts_only_what_is_more() -> None:
    levels = {ADDRESS: Tlp.AMBER, IDENTITY: Tlp.RED, OTHER_IDENTITY: Tlp.AMBER_STRICT}
    sentence = judge(replace(FACTS, referenced_levels=levels), at=NOW).sentence
    assert "Mark it red too" in sentence
    assert "more" not in sentence


def test_a_warning_names_the_default_though_it_is_clear() -> None:
    (warning,) = warnings(replace(FACTS, handling=handling(Tlp.CLEAR), default_applied=Tlp.CLEAR))
    assert "default, clear, was applied" in warning


def test_there_is_no_warning_of_red_for_amber_strict() -> None:
    assert not warnings(replace(FACTS, handling=handling(Tlp.AMBER_STRICT, audience("PG"))))


def test_there_is_no_warning_of_lowering_where_a_level_is_raised_or_a_version_is_repeated() -> None:
    lower, strict = stored(EARLIER, digest=b"other", tlp=Tlp.CLEAR), stored(tlp=Tlp.AMBER)
    assert not warnings(replace(FACTS, stored=(lower,)))
    assert not warnings(replace(FACTS, stored=(strict,)))
