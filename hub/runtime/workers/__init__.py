"""The processes beside the web, put together, and how they are told to end."""
