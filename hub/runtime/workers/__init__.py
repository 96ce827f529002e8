"""The processes beside the web, put together."""
