"""The deterministic ids of cyber-observables (STIX 2.1 §2.9): computed to compare, never to enforce or to trust."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID, uuid5

import orjson

from hub.stix.form.shapes import contributing_properties

_NAMESPACE: Final = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
_HASHES: Final = ("MD5", "SHA-1", "SHA-256", "SHA-512")


def derived_id(value: Mapping[str, object]) -> str | None:
    """Return the id that STIX derives from an observable's properties; None where the hub does not compute it."""
    kind = str(value["type"])
    chosen = {name: value[name] for name in contributing_properties(kind) if name in value}
    if not chosen or "extensions" in chosen:
        return None
    hashes = chosen.get("hashes")
    if isinstance(hashes, dict):
        algorithm = next((name for name in _HASHES if name in hashes), next(iter(hashes), None))
        if algorithm is None:
            return None
        chosen["hashes"] = {algorithm: hashes[algorithm]}
    return f"{kind}--{uuid5(_NAMESPACE, orjson.dumps(chosen, option=orjson.OPT_SORT_KEYS).decode())}"
