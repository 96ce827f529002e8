"""Bars as SVG: one row a figure, no scripts, readable in light and dark."""

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from tests.bench.records import FigureRecord

_WIDTH: Final = 760
_ROW: Final = 30
_LABELS: Final = 300
_BAR: Final = _WIDTH - _LABELS - 120
_STYLE: Final = (
    "text{font:13px system-ui,sans-serif;fill:#222}rect{fill:#3a6ea5}.title{font-weight:600}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}rect{fill:#7fb2e5}}"
)


def bars(title: str, figures: Sequence[FigureRecord]) -> str:
    """Draw the medians as bars from zero, with a thin line from the least to the greatest sample."""
    greatest = max(figure.greatest for figure in figures) or 1.0
    height = _ROW * (len(figures) + 1) + 10
    rows = "".join(_row(index, figure, greatest) for index, figure in enumerate(figures, start=1))
    size = f'viewBox="0 0 {_WIDTH} {height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">'
        f"<style>{_STYLE}</style>"
        f'<text class="title" x="4" y="20">{escape(title)}</text>{rows}</svg>\n'
    )


def _row(index: int, figure: FigureRecord, greatest: float) -> str:
    top = index * _ROW + 4
    width = _BAR * figure.median / greatest
    low, high = (_LABELS + _BAR * sample / greatest for sample in (figure.least, figure.greatest))
    return (
        f'<text x="4" y="{top + 14}">{escape(figure.name)}</text>'
        f'<rect x="{_LABELS}" y="{top}" width="{width:.1f}" height="18" rx="2"/>'
        f'<path d="M{low:.1f} {top + 9}H{high:.1f}" stroke="#888"/>'
        f'<text x="{_LABELS + _BAR + 8}" y="{top + 14}">{_number(figure.median)} {escape(figure.unit)}</text>'
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
