"""Selectors of granular markings (STIX 2.1 §7.2.3.1), walked by the hub itself.

The library refuses legal ones: of a value that is false or 0, of a key with capital letters, of `type`.
"""

import re
from collections.abc import Mapping
from typing import Final

_INDEX: Final = re.compile(r"\[(0|[1-9][0-9]{0,8})\]", re.ASCII)


def selects(value: Mapping[str, object], selector: str) -> bool:
    """Return whether a selector names something that an object has: `labels.[0]`, `extensions.archive-ext.comment`."""
    found: object = value
    for step in selector.split("."):
        index = _INDEX.fullmatch(step)
        if isinstance(found, list):
            if index is None or int(index[1]) >= len(found):
                return False
            found = found[int(index[1])]
        elif isinstance(found, dict) and step in found:
            found = found[step]
        else:
            return False
    return True
