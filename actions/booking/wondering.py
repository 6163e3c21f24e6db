"""Questions for what is free ("周六九点有空吗", "哪天有空位"): answered from the schedule, before a booking and within one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import spoken
from actions.answers import common_services
from actions.booking.asking import DAYS_TRIED, OFFERED, PLACES_TRIED, Asking
from actions.booking.frame import Booking
from actions.booking.times import matching
from actions.out import Out
from actions.slots import Slot, slot_option
from actions.turn import WISH, Turn

SOMEBODY_WANTED = re.compile(
    r"(?:想|要|叫|喊|请|找)(?:有|得|让)?(?:一?[个位])?(?:人|师傅|阿姨)[^，。]{0,4}(?:来|帮|陪|给|上门)"
)
"""Words that ask for somebody to come: 想有个人来陪我讲讲话."""


class Wondering(Asking):
    """Looks at the free slots as the booking itself does, so that what is told can be booked."""

    def _frame(self, tracker: Tracker, first: bool) -> Booking:
        """Begins with what was offered before the question, or asked before its service was told."""
        frame = super()._frame(tracker, first)
        pending = tracker.get_slot("pending") or {}
        turn = Turn.of(tracker)
        if not first or frame.service_type or not wonders(turn, pending):
            return frame
        offer: dict[str, Any] = pending.get("offer") or {}
        if pending.get("kind") != "free":
            offer = {} if turn.service_types else {name: offer[name] for name in KEPT & offer.keys()}
        return Booking.model_validate(frame.model_dump() | offer | {"wonders": True})

    async def _step(self, frame: Booking, turn: Turn, out: Out, first: bool) -> None:
        asked = turn.asks_free and not BEDS & set(turn.service_types)
        frame.wonders = asked or (first and frame.wonders)
        another = set(turn.service_types) - {frame.service_type} and turn.names_a_service
        if first or not frame.wonders or (frame.service_type and another):
            await super()._step(frame, turn, out, first)
            return
        frame.asked, frame.misses = None, 0
        await self.learn(frame, turn, first=False)
        if frame.service_type is None or not await self.tell_free(frame, turn, out):
            await self.go_on(frame, turn, out)

    async def only_free(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """Answer a question that began the form, and offer to book what is free.

        Returns:
            Whether nothing else is to be asked now.
        """
        if frame.service_type is None:
            out.say("utter_ask_which_service", asks="service", choices=common_services())
            known = frame.model_dump(include={"people", "date", "time", "part", "ambiguous", "place", "city"})
            frame.pending, frame.ended = {"kind": "free", "offer": known}, True
            return True
        if await self.tell_free(frame, turn, out):
            return True
        if WISH.search(turn.text) or SOMEBODY_WANTED.search(turn.text):
            return False
        out.say("utter_offer_booking", service=frame.title, expects="yes_no", asks="yes_no")
        told = {
            "service_type",
            "people",
            "date",
            "time",
            "part",
            "ambiguous",
            "place",
            "city",
            "recurrence",
            "quantity",
        }
        place = frame.offering["place"]["name"] if frame.offering else frame.place
        frame.pending = {"kind": "book", "place": place, "offer": frame.model_dump(mode="json", include=told)}
        frame.ended = True
        return True

    async def tell_free(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """Say whether what was asked for is free, or what is.

        Returns:
            Whether a question went along with it, or the form is over.
        """
        await self._know_whose(frame, turn)
        if await self._covered(frame, turn, out) or await self._find(frame, turn, out):
            return True
        if turn.asks_day:
            frame.date, frame.slot = None, None
        if frame.date is None and not frame.recurrence:
            await self._first_free(frame, turn, out)
            return True
        if await self._ask_date(frame, turn, out) or await self._ask_time(frame, turn, out):
            return True
        start = datetime.fromisoformat(str(frame.slot))
        out.say("utter_free_at", when=spoken.moment(start, turn.now.date()), service=frame.title)
        return False

    async def _know_whose(self, frame: Booking, turn: Turn) -> None:
        """For whom it would be and where they live, as far as nobody need be asked."""
        known, silent = frame.model_copy(deep=True), Out(CollectingDispatcher())
        if not await self._ask_person(known, turn, silent) and not await self._ask_contact(
            known, turn, silent
        ):
            frame.people, frame.home = known.people, known.home

    async def _first_free(self, frame: Booking, turn: Turn, out: Out) -> None:
        """Offer the first free time of each of the next days."""
        today, found = turn.now.date(), list[Slot]()
        for result in frame.results[:PLACES_TRIED]:
            for ahead in range(DAYS_TRIED + 1):
                slots = await self._slots(result, turn, today + timedelta(days=ahead))
                found += [slot for slot in matching(frame, slots) if slot["free"] >= frame.needed][:1]
                if len(found) == OFFERED:
                    break
            if found:
                frame.offering = result
                break
        if not found:
            self._all_full(frame, out)
            return
        options = [slot_option(slot, today) for slot in found]
        self.ask(frame, out, "full", options=options, words="free", service=frame.title)


NO_BOOKING = {
    "human",
    "repeat",
    "slower",
    "emergency",
    "ask_subsidy",
    "points",
    "rate_service",
    "checkin_bad",
}
"""Intents that ask for no service, whatever else is said."""
BEDS = {"residential", "short_stay", "home_bed", "hospice"}
"""Services whose beds have no hours."""
KEPT = {"service_type", "place", "city", "people"}
"""What a question for what is free keeps of what was offered before it."""


def wonders(turn: Turn, pending: dict[str, Any]) -> bool:
    """Whether it is asked what is free: now, or before its service was told.

    Args:
        pending: what is open between the turns; what it offers is asked about where nothing is named.
    """
    if pending.get("kind") == "free" and turn.service_types:
        return True
    about_it = turn.service_types or turn.when or turn.asks_day or pending.get("offer")
    return bool(
        turn.asks_free and about_it and turn.intent not in NO_BOOKING and not BEDS & set(turn.service_types)
    )
