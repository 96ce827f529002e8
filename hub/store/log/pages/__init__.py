"""Pages of the log: decide, then paginate."""

from hub.store.log.pages.reading import SPEC_VERSION, Slice, knows, read_batch, read_payloads, read_versions

__all__ = ["SPEC_VERSION", "Slice", "knows", "read_batch", "read_payloads", "read_versions"]
