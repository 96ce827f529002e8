"""`hub demo`: a hub with eight accounts and shipped samples, and a matrix of who got what under which rule."""

from hub.cli.demo.command import demo

__all__ = ["demo"]
