"""The hub's public keys as the API shows them."""

from pydantic import Field

from hub.web.api.models.base import Answer


class WebhookKeys(Answer):
    """What a receiver believes where it checks signatures `v1a`."""

    public_keys: list[str] = Field(
        description="Ed25519, as Standard Webhooks writes it: `whpk_` and Base64. Several while one follows another.",
        examples=[["whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="]],
    )
