"""Patterns of indicators (STIX 2.1 §9): capped by a scanner of the hub's own, then parsed by stix2-patterns, once.

The parser is recursive and slow, and has no limit of its own, so its time is bounded before it begins. Measured on the
reference machine, worst shapes found: 90 µs a token (nested parentheses around observations) and 2 µs a byte (one long
text). `pattern_seconds` is that estimate, not a clock: the same pattern is taken or refused on every machine.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from stix2patterns.validator import run_validator

from hub.domain.submissions import Caps
from hub.stix.problems import Code, Problem, shown

SECONDS_A_TOKEN: Final = 90e-6
SECONDS_A_BYTE: Final = 2e-6
_SECONDS_A_CHARACTER: Final = SECONDS_A_TOKEN + SECONDS_A_BYTE
REMEMBERED: Final = 8_192
"""How many verdicts a generation of the memory holds."""

_VERSIONS: Final = ("2.0", "2.1")
_LARGEST_INTEGER: Final = 2**63 - 1
_COMPARISON: Final = (
    r"(?:(?:(?:ipv4-addr|ipv6-addr|domain-name|url|email-addr|mac-addr):value|(?:file|mutex|process|software):name"
    r"|file:path|app:id) ?= ?'[ -&(-\[\]-~]*'"
    r"|file:hashes\.(?:(?:MD5|md5|'MD5') ?= ?'[0-9a-fA-F]{32}'|(?:sha1|'SHA-1') ?= ?'[0-9a-fA-F]{40}'"
    r"|(?:sha256|'SHA-256') ?= ?'[0-9a-fA-F]{64}'))"
)
_OBSERVATION: Final = rf"\[{_COMPARISON}(?: (?:AND|OR) {_COMPARISON})*\]"
_SIMPLE: Final = re.compile(rf"{_OBSERVATION}(?: (?:AND|OR|FOLLOWEDBY) {_OBSERVATION})*", re.ASCII)
"""Comparisons of the commonest kinds, one or several, which are valid in every version of the language."""

_TOKEN: Final = re.compile(
    r"(?P<text>'(?:[^'\\]|\\['\\])*')|(?P<space>\s+|/\*.*?\*/|//[^\r\n]*)|(?P<word>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|(?P<number>\d+(?:\.\d+)?)|(?P<operator>[!<>=]=?|<>)|(?P<endless>'|/\*)|(?P<other>.)",
    re.ASCII | re.DOTALL,
)
_COMPARISONS: Final = frozenset({"IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET", "EXISTS"})
_COMBINERS: Final = frozenset({"AND", "OR", "FOLLOWEDBY", "WITHIN", "REPEATS", "START"})
_OPENING: Final = {"(": ")", "[": "]"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Complexity:
    """What the scanner found. `terms` are comparisons, items of sets, and what combines or qualifies observations.

    Where a text or comment does not end, `ends` is false and the rest is not scanned: each further quotation mark would
    have the scanner, and the parser after it, look through all that follows again.
    """

    tokens: int
    terms: int
    parentheses: int
    balanced: bool
    integers_fit: bool
    ends: bool


def pattern_problem(value: Mapping[str, object], caps: Caps) -> Problem | None:
    """Return what is wrong with the pattern of an indicator, or None. Languages other than STIX are not looked into."""
    return pattern_version_problem(value) or (
        None if (pattern := pattern_to_parse(value, caps)) is None else parsed_pattern_problem(value, pattern, caps)
    )


def pattern_version_problem(value: Mapping[str, object]) -> Problem | None:
    """Return that the pattern of an indicator is of a version of STIX's language that is none, or None."""
    version = value.get("pattern_version", "2.1")
    if version in _VERSIONS or _pattern_of(value) is None:
        return None
    return Problem(Code.PATTERN_VERSION, f"pattern_version: {shown(version)} is neither 2.0 nor 2.1.")


def pattern_to_parse(value: Mapping[str, object], caps: Caps) -> str | None:
    """Return the pattern of an indicator; None where it is known at a glance, or there is none in STIX's language."""
    pattern = _pattern_of(value)
    return None if pattern is None or is_known_at_a_glance(pattern, caps) else pattern


def parsed_pattern_problem(value: Mapping[str, object], pattern: str, caps: Caps) -> Problem | None:
    """Return what is wrong with the pattern of an indicator whose version is known, or None."""
    return _remembered(pattern, str(value.get("pattern_version", "2.1")), caps)


def is_known_at_a_glance(pattern: str, caps: Caps) -> bool:
    """Return whether a pattern is within its caps and of a form that is valid in every version of the language.

    It has no more terms than signs of equality and brackets, and no more tokens than characters.
    """
    length = len(pattern)
    return (
        length <= caps.pattern_bytes
        and length * _SECONDS_A_CHARACTER <= caps.pattern_seconds
        and (length <= caps.pattern_terms or pattern.count("=") + pattern.count("[") <= caps.pattern_terms)
        and _SIMPLE.fullmatch(pattern) is not None
    )


def complexity_of(pattern: str) -> Complexity:
    """Scan a pattern once, without recursion."""
    tokens = terms = deepest = 0
    open_brackets: list[str] = []
    balanced = integers_fit = ends = True
    for kind, text in _tokens(pattern):
        tokens += 1
        if kind == "endless":
            ends = False
            break
        if kind == "number":
            integers_fit &= "." in text or (len(text) <= len(str(_LARGEST_INTEGER)) and int(text) <= _LARGEST_INTEGER)
        elif kind == "operator" or text == "," or text in _COMPARISONS:
            terms += 1
        elif text in _COMBINERS:
            terms += "]" not in open_brackets
        elif text in _OPENING:
            open_brackets.append(_OPENING[text])
            deepest = max(deepest, open_brackets.count(")"))
        elif text in _OPENING.values():
            balanced &= bool(open_brackets) and open_brackets.pop() == text
    return Complexity(
        tokens=tokens,
        terms=terms,
        parentheses=deepest,
        balanced=balanced and not open_brackets,
        integers_fit=integers_fit,
        ends=ends,
    )


def _pattern_of(value: Mapping[str, object]) -> str | None:
    if value.get("type") != "indicator" or value.get("pattern_type") != "stix":
        return None
    pattern = value.get("pattern")
    return pattern if isinstance(pattern, str) else None


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(pattern):
        if match.lastgroup != "space":
            yield str(match.lastgroup), match[0]


def _judge(pattern: str, version: str, caps: Caps) -> Problem | None:
    if len(pattern.encode()) > caps.pattern_bytes:
        return Problem(Code.PATTERN_TOO_COMPLEX, f"pattern is longer than {caps.pattern_bytes} bytes.")
    found = complexity_of(pattern)
    if not found.ends:
        return Problem(Code.PATTERN_INVALID, "pattern has a text or comment that does not end, or a stray backslash.")
    if not found.balanced:
        return Problem(Code.PATTERN_INVALID, "pattern has brackets that do not match.")
    if not found.integers_fit:
        return Problem(Code.PATTERN_INVALID, "pattern has an integer of more than 64 bits.")
    return _excess(found, len(pattern), caps) or _parse(pattern, version)


def _excess(found: Complexity, length: int, caps: Caps) -> Problem | None:
    if found.terms > caps.pattern_terms:
        return Problem(
            Code.PATTERN_TOO_COMPLEX, f"pattern has {found.terms} terms; the hub takes {caps.pattern_terms}."
        )
    if found.parentheses > caps.pattern_parentheses:
        return Problem(
            Code.PATTERN_TOO_COMPLEX,
            f"pattern has {found.parentheses} nested parentheses; the hub takes {caps.pattern_parentheses}.",
        )
    if found.tokens * SECONDS_A_TOKEN + length * SECONDS_A_BYTE > caps.pattern_seconds:
        return Problem(
            Code.PATTERN_TOO_COMPLEX, f"pattern would take more than {caps.pattern_seconds:g} seconds to parse."
        )
    return None


def _parse(pattern: str, version: str) -> Problem | None:
    try:
        errors = run_validator(pattern, version)
    except RecursionError:
        return Problem(Code.PATTERN_TOO_COMPLEX, "pattern is nested too deeply to be parsed.")
    except Exception as error:  # noqa: BLE001 - the per-object gate: the parser may raise anything
        return Problem(Code.PATTERN_INVALID, f"pattern cannot be parsed: {shown(str(error))}.")
    if errors:
        return Problem(Code.PATTERN_INVALID, f"pattern: {shown(str(errors[0]).removeprefix('FAIL: '))}.")
    return None


class _Memory:
    """Verdicts by key, in two generations: when the young one is full, it becomes the old one.

    What is asked for again survives; what is not is forgotten after at most two generations. Each step is one
    dictionary operation, so threads need no lock.
    """

    def __init__(self, generation: int) -> None:
        self._generation = generation
        self._young: dict[bytes, Problem | None] = {}
        self._old: dict[bytes, Problem | None] = {}

    def find(self, key: bytes) -> tuple[bool, Problem | None]:
        """Return whether the key is known, and its verdict."""
        for generation in (self._young, self._old):
            if key in generation:
                verdict = generation.get(key)
                self.keep(key, verdict)
                return True, verdict
        return False, None

    def keep(self, key: bytes, verdict: Problem | None) -> None:
        """Remember a verdict."""
        if len(self._young) >= self._generation:
            self._old, self._young = self._young, {}
        self._young[key] = verdict


_MEMORY: Final = _Memory(REMEMBERED)


def _remembered(pattern: str, version: str, caps: Caps) -> Problem | None:
    limits = f"{version} {caps.pattern_bytes} {caps.pattern_terms} {caps.pattern_parentheses} {caps.pattern_seconds}\n"
    key = sha256((limits + pattern).encode()).digest()
    known, verdict = _MEMORY.find(key)
    if not known:
        verdict = _judge(pattern, version, caps)
        _MEMORY.keep(key, verdict)
    return verdict
