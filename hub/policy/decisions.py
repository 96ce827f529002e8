"""An answer of the rules, with the number of the rule that gave it."""

from dataclasses import dataclass

from hub.domain.identifiers import AgreementId


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """May this be read or published, by which rule (`SR-05`, `PR-02`), and why in one stable word.

    `agreement`, `agreement_version` and `clause` are set where SR-10 grants or SR-09 excludes; `miss` is the nearest
    miss of SR-11.
    """

    allowed: bool
    rule: str
    reason: str
    agreement: AgreementId | None = None
    agreement_version: int | None = None
    clause: str | None = None
    miss: str | None = None
