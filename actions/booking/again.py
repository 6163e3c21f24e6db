""" "跟上次一样": what was booked last, as the start of a new booking."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from actions.booking.frame import Booking
from actions.turn import Turn
from actions.who import Who
from assistant.client import Client

AS_BEFORE = re.compile(
    r"(?:上[次回]|以前|之前|往常|平时)(?:的|订的|那个|那种|那)*(?:一样|那样|一般)|老样子|照旧|老规矩|[按照](?:着)?(?:上[次回]|以前|之前)(?:的|那样)?(?:来|订|办)"
)
"""Words for the same as the last time."""
AGAIN = re.compile(
    r"(?:再|还)(?:是|要|想)?(?:叫|请|让|约|找|喊|派|要)(?:[她他]|那|原来|上[次回]|昨[天儿]|同一|这个?人)(?![^，。]{0,6}(?:说|讲|听|打|回|接))|"
    r"再(?:来|上门)一?[次回趟]"
)
"""Words for the one who came last to come once more."""
CAME_TO_NOTHING = ("cancelled", "rejected")


async def as_before(api: Client, frame: Booking, turn: Turn) -> set[str]:
    """Take service, number, time and place from the last order of whoever it may be for; the day is asked.

    Returns:
        The data taken over, by name; empty where nothing was ever ordered.
    """
    again = AS_BEFORE.search(turn.text) or AGAIN.search(turn.text)
    if (
        (frame.service_type and turn.names_a_service)
        or frame.asked
        or not again
        or turn.speaker.person_id is None
    ):
        return set()
    found = [
        (order, who)
        for who in await _seniors(api, frame, turn)
        for order in await api.orders_of(turn.speaker.actor, str(who.person_id))
        if order["status"] not in CAME_TO_NOTHING
    ]
    if not found:
        return set()
    order, who = max(found, key=lambda pair: str(pair[0]["starts_at_local"]))
    start = datetime.fromisoformat(order["starts_at_local"])
    frame.service_type, frame.people = order["service_type"], [who]
    frame.quantity, frame.place = frame.quantity or order["quantity"], order["place"]
    if not (frame.time or frame.part):
        frame.time = start.strftime("%H:%M")
    return {"service_type", "quantity", "time", "people"}


async def _seniors(api: Client, frame: Booking, turn: Turn) -> list[Who]:
    """For whom the last order may have been: the caller, those spoken of, those the caller acts for."""
    if named := [who for who in frame.people if who.person_id]:
        return named
    speaker: Any = turn.speaker
    if speaker.kind == "relative":
        consents = await api.acts_for(speaker.actor, speaker.person_id)
        return [Who(person_id=each["person"]["id"], name=each.get("name")) for each in consents]
    return [Who(person_id=speaker.person_id, own=True)] if speaker.kind == "senior" else []
