"""The validation of what arrives: each object of an envelope is accepted with its facts, or refused with a code.

One bad object never fails its neighbours. The order of checks and the rule of the two gates are in
`docs/decisions`; the fast gate may only accept, everything else goes the whole way.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from hub.domain.submissions import Caps, CheckedEnvelope, CheckedObject, RefusedObject
from hub.stix import fast
from hub.stix.authority import library_problem
from hub.stix.envelope import Envelope, name_of, open_envelope
from hub.stix.findings.advice import warnings_about
from hub.stix.findings.facts import checked
from hub.stix.findings.markings import marking_problems
from hub.stix.form.identity import identity_problems, instant_problems
from hub.stix.form.properties import emptiness_problems, name_problems
from hub.stix.form.references import reference_problems
from hub.stix.form.sizes import is_within_caps, size_problems
from hub.stix.form.values import value_problems
from hub.stix.patterns import parsed_pattern_problem, pattern_problem, pattern_to_parse, pattern_version_problem
from hub.stix.problems import Code, Problem

_TOO_MUCH: Final = Problem(
    Code.PATTERN_TOO_COMPLEX, "The patterns of the envelope are too much together. Send this object in another one."
)


def check_envelope(body: bytes, *, caps: Caps, at: datetime) -> CheckedEnvelope:
    """Read a body and check its objects.

    Raise RequestError, TooLargeError or UnprocessableError where the body as a whole cannot be taken.
    """
    return check_objects(open_envelope(body, caps=caps), caps=caps, at=at)


def check_objects(envelope: Envelope, *, caps: Caps, at: datetime) -> CheckedEnvelope:
    """Check every object of an envelope by itself.

    Only the text of patterns is also counted over the whole: each may take seconds to parse, and there are thousands.
    """
    accepted: list[CheckedObject] = []
    refused: list[RefusedObject] = []
    patterns = 0
    for position, (value, piece) in enumerate(zip(envelope.values, envelope.slices, strict=True)):
        if not isinstance(value, dict):
            refused.append(_refused(position, value, Problem(Code.TYPE_INVALID, "This is not an object.")))
            continue
        pattern = pattern_to_parse(value, caps)
        if pattern is not None:
            patterns += len(pattern.encode())
        over = pattern is not None and patterns > caps.envelope_pattern_bytes
        problem = _TOO_MUCH if over else first_problem(value, piece, pattern, caps)
        if problem is None:
            accepted.append(checked(value, piece, position=position, warnings=warnings_about(value, at=at)))
        else:
            refused.append(_refused(position, value, problem))
    return CheckedEnvelope(accepted=tuple(accepted), refused=tuple(refused))


def first_problem(value: Mapping[str, object], piece: bytes, pattern: str | None, caps: Caps) -> Problem | None:
    """Return why an object is refused, or None.

    `piece` are the bytes that it was read from, `pattern` is what `pattern_to_parse` finds in it.
    """
    if fast.accepts(value) and is_within_caps(value, piece, caps):
        problem = pattern_version_problem(value)
        return problem if problem or pattern is None else parsed_pattern_problem(value, pattern, caps)
    return every_problem(value, len(piece), caps)


def every_problem(value: Mapping[str, object], size: int, caps: Caps) -> Problem | None:
    """Return the first problem that the hub's full checks and the library find, the fast gate apart.

    `size` is the length of the object in bytes as it was sent.
    """
    return next(_problems(value, size, caps), None)


def _problems(value: Mapping[str, object], size: int, caps: Caps) -> Iterator[Problem]:
    """Yield problems in the order of the checks. Later checks rely on what the earlier ones have established."""
    yield from identity_problems(value)
    yield from reference_problems(value)
    yield from name_problems(value)
    yield from emptiness_problems(value)
    yield from value_problems(value)
    yield from instant_problems(value)
    yield from size_problems(value, size, caps)
    yield from marking_problems(value)
    for verdict in (pattern_problem(value, caps), library_problem(value)):
        if verdict:
            yield verdict


def _refused(position: int, value: object, problem: Problem) -> RefusedObject:
    name, version = name_of(value)
    return RefusedObject(position=position, id=name, version=version, code=problem.code, sentence=problem.sentence)
