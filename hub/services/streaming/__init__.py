"""Streams: connections that are held open, on which objects are sent as they arrive."""
