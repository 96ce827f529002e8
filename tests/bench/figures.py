"""What a benchmark measured, and how it is kept: samples, their median, and ratios of medians."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import psutil

_MANY: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One thing measured several times. `unit` is `objects/s`, `ms`, `MiB` and the like."""

    name: str
    unit: str
    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the samples."""
        return median(self.samples)

    @property
    def p99(self) -> float:
        """What `p99` says of the samples."""
        return p99(self.samples)

    def __str__(self) -> str:
        """Say the median on a line of its own."""
        return f"{self.name:<60} {self.median:>12,.2f} {self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How two figures stand to each other, and the goal where there is one: `at_least` or `at_most`."""

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def goal(self) -> str:
        """The goal in words; empty where there is none."""
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return "" if self.at_most is None else f"at most {self.at_most:g}"

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """What one chapter measured: its figures, and ratios that are worth a line of their own."""

    title: str
    figures: tuple[Figure, ...]
    ratios: tuple[Ratio, ...] = ()


def p99(samples: Sequence[float]) -> float:
    """Return the value that one sample in a hundred exceeds; the greatest where there are few."""
    return max(samples) if len(samples) < _MANY else quantiles(samples, n=100)[98]


def ratio(one: Figure, other: Figure) -> float:
    """Return how many times the other the one is, by their medians."""
    return one.median / other.median


def rate(name: str, objects: int, seconds: Sequence[float]) -> Figure:
    """Make a figure of objects a second from how long rounds of that many objects took."""
    return Figure(name=name, unit="objects/s", samples=tuple(objects / each for each in seconds))


def milliseconds(name: str, seconds: Sequence[float]) -> Figure:
    """Make a figure of milliseconds."""
    return Figure(name=name, unit="ms", samples=tuple(1_000 * each for each in seconds))


def machine() -> dict[str, Any]:
    """Say what was measured on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if not information.exists():
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in information.read_text().splitlines() if "model name" in line)
    return next(names, platform.machine())
