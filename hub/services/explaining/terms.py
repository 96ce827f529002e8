"""What readers owe under the agreements that grant to them, put beside the answers of the rules."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.domain.agreements import Obligations
from hub.domain.identifiers import AgreementId
from hub.policy.tracing import Trace
from hub.services.explaining.answers import Answer
from hub.store.agreements.records import list_records
from hub.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The obligations of every version of every agreement."""

    obligations: Mapping[tuple[AgreementId, int], Obligations]

    def answer(self, traced: Trace) -> Answer:
        """Put a decision, the words for it, and what is owed into one answer."""
        decision = traced.decision
        cited = next(
            (
                each
                for each in traced.clauses
                if (each.agreement, each.version, each.clause)
                == (decision.agreement, decision.agreement_version, decision.clause)
            ),
            None,
        )
        return Answer(
            allowed=decision.allowed,
            rule=decision.rule,
            reason=decision.reason,
            why=traced.why,
            miss=decision.miss,
            agreement=decision.agreement,
            agreement_version=decision.agreement_version,
            title=None if cited is None else cited.title,
            clause=decision.clause,
            obligations=self.obligations.get((cited.agreement, cited.version))
            if cited is not None and decision.allowed
            else None,
        )


def load_terms(database: Database) -> Terms:
    """Read the obligations of every version of every agreement. Call it in a snapshot."""
    return Terms(
        obligations={
            (record.id, version.number): version.document.obligations
            for record in list_records(database)
            for version in record.versions
        }
    )
