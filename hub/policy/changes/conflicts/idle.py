"""Clauses that can never apply, or of which a part never can."""

from collections.abc import Iterator

from hub.domain.agreements import ANY, Clause, Effect, Reach
from hub.domain.clock import tick_of, timestamp_of
from hub.domain.directory import MemberStatus, OrganisationKind
from hub.domain.handling import Tlp
from hub.policy.changes.conflicts.nouns import Citation, Conflict, Setting, Weight, cite, destinations, origins


def validity(setting: Setting) -> Iterator[Conflict]:
    """Find an agreement that is over before it holds."""
    until = setting.agreement.valid_until
    if until is not None and until <= max(setting.agreement.valid_from, setting.at):
        yield Conflict(
            code="ALREADY_OVER",
            weight=Weight.WARNING,
            sentence=f"It ends at {timestamp_of(tick_of(until))}, before it can hold; set a later `valid_until`.",
            cites=tuple(setting.cite(clause) for clause in setting.agreement.clauses),
        )


def idle_members(setting: Setting, clause: Clause) -> Iterator[Conflict]:
    """Find members between whom a clause can decide nothing."""
    members = setting.world.members
    named = clause.origins | clause.destinations
    if unknown := sorted(named - members.keys() - {ANY}):
        yield _warn(
            setting, clause, "MEMBER_UNKNOWN",
            f"No member is called {', '.join(unknown)}; correct the code, or add the member first.",
        )  # fmt: skip
    suspended = sorted(code for code, each in members.items() if each.status is MemberStatus.SUSPENDED)
    if kept_out := [code for code in suspended if code in clause.destinations]:
        yield _warn(
            setting, clause, "MEMBER_SUSPENDED",
            f"{', '.join(kept_out)} is suspended and reads nothing (SR-01); the clause waits until that ends.",
        )  # fmt: skip
    if not setting.pairs(clause):
        yield _covers_nobody(setting, clause)


def _covers_nobody(setting: Setting, clause: Clause) -> Conflict:
    known_origins, readers = origins(clause, setting.world), destinations(clause, setting.world)
    if known_origins and known_origins == readers:
        return _warn(
            setting, clause, "ONLY_DOMESTIC",
            f"It leads from {readers[0]} to itself, where SR-08 decides before any agreement; name another member.",
        )  # fmt: skip
    return _warn(
        setting, clause, "COVERS_NOBODY",
        "It leads to nobody who can read; `*` in `to` is the active members, an observer has to be named.",
    )  # fmt: skip


def idle_permits(setting: Setting, clause: Clause) -> Iterator[Conflict]:
    """Find what a clause of a permit opens in vain."""
    if clause.tlp_max is Tlp.CLEAR:
        yield _warn(
            setting, clause, "CEILING_CLEAR",
            "Clear goes to everybody without an agreement (SR-05); raise `tlp_max`, or leave the clause out.",
        )  # fmt: skip
    if clause.tlp_max >= Tlp.AMBER and not _somebody_consents(setting, clause):
        yield _warn(
            setting, clause, "NOBODY_CONSENTS",
            "No organisation there consents to its amber leaving the country, and no CERT is among them; lower"
            " `tlp_max` to green, or ask for consent: hub organisation consent ID.",
        )  # fmt: skip
    if shadows := _shadows(setting, clause):
        yield _warn(
            setting, clause, "SHADOWED",
            "Exclusions in force close all that it opens (SR-09); end these first, or leave the clause out.", *shadows,
        )  # fmt: skip


def idle_words(setting: Setting, clause: Clause) -> Iterator[Conflict]:
    """Find purposes, types, recipients and a reach that match nobody and nothing."""
    readers = frozenset(destinations(clause, setting.world))
    organisations = {name: each for name, each in setting.world.organisations.items() if each.member in readers}
    declared = {each.purpose for each in setting.world.accounts.values() if each.organisation in organisations}
    if undeclared := sorted(clause.purposes - declared - {ANY}):
        yield _hint(
            setting, clause, "PURPOSE_UNDECLARED",
            f"No account there declares the purpose {', '.join(undeclared)}; compare with hub account list.",
        )  # fmt: skip
    if setting.types is not None and (unseen := sorted(clause.types - setting.types - {ANY})):
        yield _hint(
            setting, clause, "TYPE_UNSEEN",
            f"The hub holds nothing of the type {', '.join(unseen)} so far; check how it is written.",
        )  # fmt: skip
    if elsewhere := sorted(clause.recipients - organisations.keys()):
        yield _warn(
            setting, clause, "RECIPIENT_ELSEWHERE",
            f"{', '.join(elsewhere)} is of no member that the clause leads to; correct `recipients`, or `to`.",
        )  # fmt: skip
    if clause.reach is Reach.CONSTITUENTS and not _somebody_served(setting, clause):
        yield _hint(
            setting, clause, "NOBODY_SERVED",
            "No organisation there is served by its CERT, so `reach` goes no further than `cert`; enter who is served:"
            " hub organisation served-by ID SERVER.",
        )  # fmt: skip


def idle_exclusions(setting: Setting, clause: Clause) -> Iterator[Conflict]:
    """Find an exclusion that seems to close only a part: SR-09 looks at who, never at what."""
    plain = Clause(
        number=clause.number, origins=clause.origins, destinations=clause.destinations, tlp_max=clause.tlp_max
    )
    if clause != plain or clause.tlp_max is not Tlp.RED:
        yield _warn(
            setting, clause, "EXCLUSION_IS_WHOLE",
            "An exclusion closes everything but clear (SR-09), whatever it says of levels, types, purposes or age; to"
            " close a part, end or narrow the permit that opens it.",
        )  # fmt: skip


def _somebody_consents(setting: Setting, clause: Clause) -> bool:
    origin = frozenset(origins(clause, setting.world))
    return any(
        each.kind is OrganisationKind.CERT or each.cross_border
        for each in setting.world.organisations.values()
        if each.member in origin
    )


def _somebody_served(setting: Setting, clause: Clause) -> bool:
    readers, organisations = frozenset(destinations(clause, setting.world)), setting.world.organisations
    for each in organisations.values():
        server = None if each.served_by is None else organisations.get(each.served_by)
        if server is None or each.member not in readers:
            continue
        if server.kind is OrganisationKind.CERT and server.member == each.member:
            return True
    return False


def _shadows(setting: Setting, clause: Clause) -> list[Citation]:
    """Return the exclusions that close every pair of a clause together; none where some pair stays open."""
    wanted, closed = setting.pairs(clause), set[object]()
    cites = []
    for agreement, exclusion in setting.terms(Effect.EXCLUDE):
        if shut := setting.pairs(exclusion) & wanted:
            closed |= shut
            cites.append(cite(agreement, exclusion))
    return cites if wanted and closed == wanted else []


def _warn(setting: Setting, clause: Clause, code: str, sentence: str, *others: Citation) -> Conflict:
    return Conflict(code=code, weight=Weight.WARNING, sentence=sentence, cites=(setting.cite(clause), *others))


def _hint(setting: Setting, clause: Clause, code: str, sentence: str) -> Conflict:
    return Conflict(code=code, weight=Weight.HINT, sentence=sentence, cites=(setting.cite(clause),))
