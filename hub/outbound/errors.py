"""What can go wrong with a server that the hub, or a member's client, talks to."""

from hub.domain.errors import HubError


class OutboundError(HubError):
    """The other server cannot be reached, or does not answer in a way that can be used."""

    code = "OUTBOUND"


class AnswerError(OutboundError):
    """The other server answered, and the answer is a refusal: its HTTP status, its code and words where it gave any.

    `retry_after` are the seconds for which it asks to be left alone.
    """

    code = "ANSWER"

    def __init__(
        self, sentence: str, *, status: int, code: str | None = None, words: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(sentence, code=code or f"HTTP_{status}")
        self.status = status
        self.words = words or sentence
        self.retry_after = retry_after
