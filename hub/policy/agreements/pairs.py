"""The exclusions that the hub itself makes: everything but clear between two members, both ways (SR-09)."""

import re
from datetime import datetime
from typing import Final

from hub.domain.agreements import AgreementDocument, Clause, Effect
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, MemberCode

_OF_PAIR: Final = re.compile(r"pair-[a-z]{2}-[a-z]{2}")


def pair_id(one: MemberCode, other: MemberCode) -> AgreementId:
    """Return the id of the exclusion between two members, the same whoever is named first: `pair-au-jp`."""
    return AgreementId("-".join(("pair", *sorted((one.lower(), other.lower())))))


def is_of_pair(agreement_id: AgreementId) -> bool:
    """Whether an id is one that the hub keeps for pairs of members."""
    return _OF_PAIR.fullmatch(agreement_id) is not None


def pair_document(one: MemberCode, other: MemberCode, *, at: datetime) -> AgreementDocument:
    """Write the exclusion between two members. Nobody signs it, and it has no end."""
    first, second = sorted((one, other))
    return AgreementDocument(
        id=pair_id(one, other),
        version=1,
        title=f"Exchange between {first} and {second} suspended by the hub's operators",
        effect=Effect.EXCLUDE,
        parties=frozenset(),
        valid_from=at,
        valid_until=None,
        clauses=(_clause("1", first, second), _clause("2", second, first)),
    )


def _clause(number: str, origin: str, destination: str) -> Clause:
    return Clause(
        number=number,
        origins=frozenset({origin}),
        destinations=frozenset({destination}),
        tlp_max=Tlp.RED,
    )
