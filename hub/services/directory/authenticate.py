"""Find out who is asking, from the credentials of a request."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final

from hub.domain.directory import MemberStatus, Principal
from hub.domain.errors import ForbiddenError
from hub.services.directory.tokens import digest_of
from hub.store.database import Pool
from hub.store.directory.tokens import USE_IS_NOTED_EVERY, Bearer, find_bearer, note_use

_LONGEST: Final = 256
"""Of characters; every secret of the hub is shorter."""

_MOST_REMEMBERED: Final = 10_000


class Authenticating:
    """Verifies credentials with one query each, and remembers what it found; close it at the end of the process."""

    def __init__(self, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clock = clock
        self._remembered: dict[bytes, Bearer] = {}
        self._noted: dict[int, datetime] = {}
        self._notes = ThreadPoolExecutor(max_workers=1, thread_name_prefix="token-use")

    def bearer(self, username: str | None, token: str) -> Bearer | None:
        """Return whose token this is, and which; None where it is unknown, expired, revoked or not this user's.

        The user name is no secret, so it may be compared in any time; the token is only ever looked up by its digest.
        Raise ForbiddenError where it is right and yet account, organisation or member is shut out (SR-01). An
        observer reads: what it may not do is for the rules to say.
        """
        if not token.isascii() or len(token) > _LONGEST:
            return None
        at = self._clock()
        digest = digest_of(token)
        self._remembered.pop(digest, None)
        with self._pool.statement() as database:
            bearer = find_bearer(database, digest, at=at)
        if bearer is None or username not in {None, bearer.principal.account.id}:
            return None
        _check_active(bearer.principal)
        self._remember(digest, bearer)
        self._note(bearer, at)
        return bearer

    def remembered(self, username: str | None, token: str) -> Bearer | None:
        """Return whose token this was found to be, if it was; None where that takes a query.

        INVARIANT: nothing is answered on this alone. The token opened the hub under the policy of the bearer's epoch,
        and does so as long as that stands: whatever shuts it out advances the epoch. So it is good for an answer that
        comes of a snapshot with that very epoch.
        """
        if not token.isascii() or len(token) > _LONGEST:
            return None
        at = self._clock()
        bearer = self._remembered.get(digest_of(token))
        if bearer is None or bearer.expires <= at or username not in {None, bearer.principal.account.id}:
            return None
        self._note(bearer, at)
        return bearer

    def close(self) -> None:
        """Write the uses still to be noted, and stop."""
        self._notes.shutdown()

    def _remember(self, digest: bytes, bearer: Bearer) -> None:
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[digest] = bearer

    def _note(self, bearer: Bearer, at: datetime) -> None:
        """Have the use written after the request, where neither the row nor this process knows of one this minute.

        A note that fails is made up for by the first request after the minute.
        """
        known = [instant for instant in (bearer.last_used, self._noted.get(bearer.token)) if instant is not None]
        if known and at - max(known) < USE_IS_NOTED_EVERY:
            return
        self._noted[bearer.token] = at
        self._notes.submit(self._write_note, bearer.token, at)

    def _write_note(self, token: int, at: datetime) -> None:
        with self._pool.statement() as database:
            note_use(database, token, at=at)


def _check_active(principal: Principal) -> None:
    account, organisation, member = principal.account, principal.organisation, principal.member
    if not account.active:
        raise ForbiddenError(f"The account {account.id} is disabled; ask the hub's operators.")
    if not organisation.active:
        raise ForbiddenError(f"The organisation {organisation.id} is disabled; ask the hub's operators.")
    if member is not None and member.status is MemberStatus.SUSPENDED:
        raise ForbiddenError(f"The member {member.code} is suspended; ask the hub's operators.")
