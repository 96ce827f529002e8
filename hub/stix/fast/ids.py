"""The ids that the fast gate takes for certain: of an object itself, and of what it may refer to."""

import re
from functools import lru_cache
from typing import Final
from uuid import UUID

from hub.stix.fast.checks import Check
from hub.stix.form.names import CANONICAL_ID, UUID_FORM
from hub.stix.form.shapes import Shape

_RECURRING: Final = (frozenset({"identity"}), frozenset({"marking-definition"}))
"""What is referred to for whose an object is and how it is handled, and so by most objects alike."""


def reference(shape: Shape) -> Check:
    """Return a check of references to the types that a property may refer to."""
    if shape.types in _RECURRING:
        return recurring_id_of(*shape.types)
    return id_but_of(*shape.forbidden, "bundle") if shape.types is None else id_of(*shape.types)


def id_of(*types: str) -> Check:
    """Return a check of ids of some types."""
    return _spelled(f"{_any_of(*types)}--{UUID_FORM}")


def id_but_of(*types: str) -> Check:
    """Return a check of ids of all other types than some."""
    return _spelled(f"(?!{_any_of(*types)}--){CANONICAL_ID.pattern}")


def recurring_id_of(kind: str) -> Check:
    """Return a check of ids of a type of which the same few are named again and again: it remembers them."""
    length = len(f"{kind}--{UUID(int=0)}")
    matches = lru_cache(maxsize=1_024)(re.compile(f"{kind}--{UUID_FORM}", re.ASCII).fullmatch)
    return lambda item: isinstance(item, str) and len(item) == length and matches(item) is not None


def _spelled(form: str) -> Check:
    matches = re.compile(form, re.ASCII).fullmatch
    return lambda item: isinstance(item, str) and matches(item) is not None


def _any_of(*types: str) -> str:
    return f"(?:{'|'.join(sorted(types))})"


is_reference: Final = id_but_of("bundle")
"""Return whether a value is the id of something that an object may refer to."""
