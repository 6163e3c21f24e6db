"""A confusion matrix as a picture: rows are what was meant, columns what was understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

CELL = 26
MARGIN = 150
RIGHT = "#2c7a4b"
WRONG = "#b3261e"


def draw(pairs: Sequence[tuple[str, str]], path: Path) -> Path:
    """Write the matrix of (expected, understood) pairs as SVG; shade is the share of the row."""
    labels = sorted({label for pair in pairs for label in pair})
    counts, rows = Counter(pairs), Counter(expected for expected, _ in pairs)
    parts = [_label(labels.index(label), label) for label in labels]
    for (expected, understood), count in sorted(counts.items()):
        colour = RIGHT if expected == understood else WRONG
        row, column = labels.index(expected), labels.index(understood)
        parts.append(_cell(row, column, count, count / rows[expected], colour))
    side = MARGIN + CELL * len(labels) + 10
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" font-family="sans-serif">'
    background = f'<rect width="{side}" height="{side}" fill="white"/>'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([head, background, *parts, "</svg>"]), encoding="utf-8")
    return path


def _label(index: int, label: str) -> str:
    """The label beside its row and above its column."""
    at = MARGIN + CELL * index + CELL * 0.65
    row = f'<text x="{MARGIN - 6}" y="{at}" font-size="12" text-anchor="end">{escape(label)}</text>'
    turned = f'transform="translate({at},{MARGIN - 6}) rotate(-60)"'
    return f'{row}<text {turned} font-size="12">{escape(label)}</text>'


def _cell(row: int, column: int, count: int, share: float, colour: str) -> str:
    x, y = MARGIN + CELL * column, MARGIN + CELL * row
    square = f'<rect x="{x}" y="{y}" width="{CELL - 1}" height="{CELL - 1}" fill="{colour}"'
    ink = "white" if share > 0.5 else "black"
    middle = f'x="{x + CELL / 2}" y="{y + CELL * 0.65}" font-size="11" text-anchor="middle" fill="{ink}"'
    return f'{square} fill-opacity="{0.15 + 0.85 * share:.2f}"/><text {middle}>{count}</text>'
