"""Stop everything but clear between two members, whatever they have agreed, and let it flow again."""

from hub.domain.agreements import AgreementRecord
from hub.domain.directory import Act
from hub.domain.identifiers import MemberCode
from hub.store.database import Pool


def suspend_pair(pool: Pool, one: MemberCode, other: MemberCode, *, act: Act) -> AgreementRecord:
    """Exclude both directions between two members, at once (SR-09). Clear goes on, for SR-05 comes first.

    The exclusion is an agreement of the hub's own, `pair-au-jp`, without parties. Raise NotFoundError,
    UnprocessableError for one member twice.
    """
    raise NotImplementedError


def resume_pair(pool: Pool, one: MemberCode, other: MemberCode, *, act: Act) -> AgreementRecord:
    """Lift the exclusion, or let that await a second operator's approval where it opens anything.

    Raise NotFoundError where the pair was never suspended.
    """
    raise NotImplementedError
