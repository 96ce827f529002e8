"""Validation of what arrives: bytes in, checked or refused objects out. Pure; the only door to stix2."""
