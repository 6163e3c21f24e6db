"""Where a caller's waiting goes, as bars: one a run, from the end of speech to the first sound (SVG)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

COLOURS: Final = {
    "endpoint": "#7aa6c2",
    "final_result": "#d9a441",
    "second_hearing": "#a05fa0",
    "desk": "#5f8f5f",
    "first_audio": "#b5651d",
}
NAMES: Final = {
    "endpoint": "end of turn (patience)",
    "final_result": "last word of the recogniser",
    "second_hearing": "second hearing",
    "desk": "desk, Rasa, actions",
    "first_audio": "first sound of the voice",
}
LEFT, TOP, BAR, GAP, WIDTH = 140, 90, 30, 18, 680


def draw(runs: Mapping[str, Mapping[str, Mapping[str, float | None]]], file: Path) -> None:
    """``runs``: name of the run → stage → p50_ms. Medians of the stages, laid end to end."""
    totals = [sum(stage.get("p50_ms") or 0 for stage in run.values()) for run in runs.values()]
    scale = (WIDTH - LEFT - 60) / max(1.0, *totals)
    rows = [
        _row(name, run, total, TOP + number * (BAR + GAP), scale)
        for number, ((name, run), total) in enumerate(zip(runs.items(), totals, strict=True))
    ]
    legend = [
        f'<rect x="{LEFT + 130 * (number % 2) * 2}" y="{14 + 22 * (number // 2)}" width="12" height="12" '
        f'fill="{colour}"/><text x="{LEFT + 18 + 260 * (number % 2)}" y="{25 + 22 * (number // 2)}">{NAMES[stage]}</text>'
        for number, (stage, colour) in enumerate(COLOURS.items())
    ]
    height = TOP + len(rows) * (BAR + GAP)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" '
        f'font-size="13"><rect width="100%" height="100%" fill="#fff"/>'
        + "".join(legend + rows)
        + "</svg>\n",
        encoding="utf-8",
    )


def _row(
    name: str, run: Mapping[str, Mapping[str, float | None]], total: float, y: float, scale: float
) -> str:
    x, parts = float(LEFT), [f'<text x="10" y="{y + 20}">{_title(name)}</text>']
    for stage, colour in COLOURS.items():
        width = (run.get(stage, {}).get("p50_ms") or 0) * scale
        parts.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>')
        x += width
    return "".join([*parts, f'<text x="{x + 6:.1f}" y="{y + 20}">{total:.0f} ms</text>'])


def _title(name: str) -> str:
    return f"{name} call" + ("" if name == "1" else "s") if name.isdigit() else "1 call, heard twice"
