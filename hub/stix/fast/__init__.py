"""The first gate: it only ever accepts, from the raw value, and only what the second gate accepts for certain."""

from hub.stix.fast.gate import accepts

__all__ = ["accepts"]
