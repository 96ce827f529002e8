"""Tests of subscriptions as the API shows them."""

from typing import Literal, Self

from pydantic import Field

from hub.domain.clock import instant_of
from hub.domain.subscriptions.trials import Trial
from hub.web.api.models.base import Answer, Instant

TrialState = Literal["waiting", "passed", "failed"]


class TrialModel(Answer):
    """The last test of a subscription, and what came of it. All but the first three are null while it waits."""

    subscription: str
    state: TrialState
    asked: Instant
    answered: Instant | None
    milliseconds: int | None = Field(description="From the beginning of the attempt to its end.")
    status: int | None = Field(description="Null, too, where the receiver did not answer.")
    reason: str | None = Field(description="What came of it, and what to do.")
    excerpt: str | None = Field(description="How the receiver's answer begins; null for operators.")

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """Show a test to those whose the subscription is."""
        return cls._shown(trial, None if trial.finding is None else trial.finding.excerpt)

    @classmethod
    def outline(cls, trial: Trial) -> Self:
        """Show a test to others."""
        return cls._shown(trial, None)

    @classmethod
    def _shown(cls, trial: Trial, excerpt: str | None) -> Self:
        finding = trial.finding
        return cls(
            subscription=trial.subscription,
            state=state_of(trial),
            asked=instant_of(trial.asked),
            answered=None if finding is None else instant_of(finding.at),
            milliseconds=None if finding is None else finding.milliseconds,
            status=None if finding is None else finding.status,
            reason=None if finding is None else finding.reason,
            excerpt=excerpt,
        )


def state_of(trial: Trial) -> TrialState:
    """Say in a word how a test stands."""
    if trial.finding is None:
        return "waiting"
    return "passed" if trial.finding.good else "failed"
