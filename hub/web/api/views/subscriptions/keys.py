"""The hub's own keys for webhooks: public, for everybody who has an account."""

from hub.policy.permissions import Permission
from hub.web.api.call import Call
from hub.web.api.models.subscriptions.keys import WebhookKeys
from hub.web.api.operations import Surface


def list_webhook_keys(call: Call) -> WebhookKeys:
    """List the public keys of the hub: a webhook that asks for it is signed with each of them."""
    call.require(Permission.READ_OWN)
    return WebhookKeys(public_keys=list(call.services.webhook_keys()))


def attach_webhook_keys(surface: Surface) -> None:
    """Offer the keys."""
    surface.offer("GET", "/webhook-keys", list_webhook_keys, tag="subscriptions", answers=WebhookKeys)
