"""Publish what validation has accepted: in which order, judged by which facts, placed where in the log."""
