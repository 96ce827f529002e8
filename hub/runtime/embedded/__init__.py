"""PostgreSQL and a Redis-protocol server under the data directory, for a hub that is given no servers of its own."""

from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.embedded.servers import servers, servers_made

__all__ = ["ServerUrls", "servers", "servers_made"]
