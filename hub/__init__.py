"""A hub through which national CERTs share threat information under TLP and sharing agreements."""

__version__ = "0.1.0"
