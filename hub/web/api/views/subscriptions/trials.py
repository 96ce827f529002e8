"""Testing a subscription: asked for here, made where deliveries leave from."""

from http import HTTPStatus

from hub.domain.subscriptions.trials import Trial
from hub.policy.permissions import Permission
from hub.services.trials import asking
from hub.store.subscriptions.rows import Kept
from hub.web.api.call import Call
from hub.web.api.models.subscriptions.trials import TrialModel
from hub.web.api.operations import Surface
from hub.web.api.views.subscriptions.orders import SUBSCRIPTION, TAG, act_on, keeps, permitted, visible


def test_subscription(call: Call, subscription: str) -> TrialModel:
    """Have a webhook sent a signed test without objects, or the collection of another server looked at.

    The position stays. Ask with GET what came of it: it is made within seconds, and takes as long as the receiver.
    """
    number = permitted(call, subscription, Permission.STEER_SUBSCRIPTIONS)
    return _shown(call, visible(call, subscription), asking.ask_trial(call.pool, number, act=act_on(call)))


def show_test(call: Call, subscription: str) -> TrialModel:
    """Show what came of the last test; 404 where there was none."""
    kept = visible(call, subscription)
    return _shown(call, kept, asking.show_trial(call.pool, kept.subscription.id))


def attach_trials(surface: Surface) -> None:
    """Offer tests."""
    path = f"{SUBSCRIPTION}/test"
    surface.offer(
        "POST",
        path,
        test_subscription,
        tag=TAG,
        answers=TrialModel,
        status=HTTPStatus.ACCEPTED,
        refuses=frozenset({HTTPStatus.PRECONDITION_FAILED, HTTPStatus.TOO_MANY_REQUESTS}),
    )
    surface.offer("GET", path, show_test, tag=TAG, answers=TrialModel)


def _shown(call: Call, kept: Kept, trial: Trial) -> TrialModel:
    return TrialModel.of(trial) if keeps(call, kept) else TrialModel.outline(trial)
