"""The desk's reply as Telegram messages: text cut well, choices as buttons, places with a map link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from assistant.desk.schemas import Choice, Message, Reply

LONGEST: Final = 900
"""Characters of one message. Telegram takes 4,096; nobody reads that on a phone."""
CALLBACK_BYTES: Final = 64
"""Telegram's limit for what a button carries."""
WIDE: Final = 8
"""Characters of a title above which a button gets a row of its own."""
ENDS: Final = ("\n\n", "\n", "。", "！", "？", "；", "，", " ")
"""Where a long text may be cut, the best place first."""
MAP: Final = "https://uri.amap.com/marker"


@dataclass(frozen=True)
class Outgoing:
    """One Telegram message."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None


def render(reply: Reply) -> list[Outgoing]:
    """The messages of a reply in order; the buttons stand under the last piece of their text."""
    return [one for message in reply.messages for one in _message(message)]


def _message(message: Message) -> list[Outgoing]:
    text = "\n".join(part for part in (message.text, *_card_lines(message.card, message.text)) if part)
    pieces = cut(text) or ["…"]
    rows = [*_map_row(message.card), *choice_rows(message.choices)]
    keyboard = InlineKeyboardMarkup(rows) if rows else None
    return [*(Outgoing(piece) for piece in pieces[:-1]), Outgoing(pieces[-1], keyboard)]


def cut(text: str, longest: int = LONGEST) -> list[str]:
    """Pieces of at most ``longest`` characters, cut between paragraphs, else lines, sentences, clauses."""
    pieces, rest = [], text.strip()
    while len(rest) > longest:
        at = _cutting_place(rest[:longest])
        pieces.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*pieces, rest] if rest else pieces


def _cutting_place(head: str) -> int:
    """The best place in the second half, so that no piece is a crumb."""
    for end in ENDS:
        at = head.rfind(end, len(head) // 2)
        if at != -1:
            return at + len(end)
    return len(head)


def choice_rows(choices: Sequence[Choice]) -> list[list[InlineKeyboardButton]]:
    """Short choices two in a row, long ones alone."""
    rows: list[list[InlineKeyboardButton]] = []
    for choice in choices:
        button = InlineKeyboardButton(choice.title, callback_data=callback(choice))
        last = rows[-1] if rows else []
        if len(last) == 1 and max(len(last[0].text), len(choice.title)) <= WIDE:
            last.append(button)
        else:
            rows.append([button])
    return rows


def callback(choice: Choice) -> str:
    """What a button carries: the value, or its key where the value is too long for Telegram."""
    value = f"v:{choice.value}"
    return value if len(value.encode()) <= CALLBACK_BYTES else f"k:{choice.key}"


def _place(card: dict[str, Any] | None) -> dict[str, Any]:
    """The place of a card: ``{"kind": "place", "place": {…}}`` or its fields beside ``kind``."""
    if not card or card.get("kind") != "place":
        return {}
    place: dict[str, Any] = card.get("place") or card
    return place


def _card_lines(card: dict[str, Any] | None, text: str) -> list[str]:
    """Name, address and telephone of a place, as far as the text has not said them."""
    place = _place(card)
    shown = [("", "name"), ("地址：", "address"), ("电话：", "phone")]
    return [f"{label}{place[key]}" for label, key in shown if place.get(key) and str(place[key]) not in text]


def _map_row(card: dict[str, Any] | None) -> list[list[InlineKeyboardButton]]:
    """A link that opens the map application of the phone (AMap's URI scheme, WGS-84 coordinates)."""
    place = _place(card)
    if place.get("lat") is None or place.get("lng") is None:
        return []
    query = {
        "position": f"{place['lng']},{place['lat']}",
        "name": place.get("name", ""),
        "coordinate": "wgs84",
        "callnative": 1,
    }
    return [[InlineKeyboardButton("在地图上看", url=f"{MAP}?{urlencode(query)}")]]
