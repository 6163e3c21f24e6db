"""What surrounds a message: what was just asked, and for training examples the services they mean."""

from __future__ import annotations

from typing import Any

from rasa.shared.nlu.training_data.message import Message

GROUPS = ("yes_no", "in_form", "checkin", "choice")


def _metadata(message: Message) -> dict[str, Any]:
    """Metadata of a live message, or of a training example (its intent's block and its own)."""
    metadata = message.get("metadata") or {}
    return {**metadata, **(metadata.get("intent") or {}), **(metadata.get("example") or {})}


def asked(message: Message) -> str | None:
    """Name of the datum just asked for, `yes_no`, `in_form`, `checkin`, `choice`, or None."""
    value = _metadata(message).get("asked")
    return value if isinstance(value, str) and value else None


def group(asked_for: str | None) -> str:
    """The kind of question: `none`, one of GROUPS, or `datum`."""
    if asked_for is None:
        return "none"
    return asked_for if asked_for in GROUPS else "datum"


def service_types(message: Message) -> list[str]:
    """Service types that a training example means, in the order they are said."""
    value = _metadata(message).get("service_type") or []
    return [value] if isinstance(value, str) else list(value)
