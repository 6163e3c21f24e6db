"""Actions of one turn: answers outside forms, a yes to an offer, what comes after a form."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import afterwards, benefits
from actions.answers import (
    ANSWERS,
    THEIR_ORDER,
    Answer,
    find_service,
    nothing_newer,
    order_status,
    other,
    upcoming,
)
from actions.answers import ask_subsidy as answer_subsidy
from actions.booking.again import AGAIN
from actions.booking.form import BookingForm
from actions.booking.wondering import wonders
from actions.orders import NOT_WANTED
from actions.out import Out
from actions.requests import matter
from actions.spoken import picked
from actions.standing import STANDING
from actions.turn import Turn
from actions.who import NOT_FOR_ME
from assistant.client import Client, Refused, ServiceDown

FORM_OF = {
    "book_service": "booking_form",
    "change_order": "change_form",
    "cancel_order": "cancel_form",
    "complain": "complaint_form",
    "request_assessment": "assessment_form",
    "device": "device_form",
    "profile": "profile_form",
}
CHANGED = re.compile(r"换|改|搬|变|新的?(号|电话|手机|地址)")
ALL_OF_THEM = re.compile(r"都(?:说|讲|听|念|想|要|行|可以)|全部|一[个项样]一[个项样]|每[个项样]")
MARKS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
MARK = re.compile(r"^([1-5一二两三四五])\s*(?:分|颗?星)?[。，]?$")


class Single(Action):  # type: ignore[misc]
    """An action that answers one turn; a failure of the API becomes a sentence and a person."""

    action: str

    def __init__(self, api: Client) -> None:
        self.api = api

    def name(self) -> str:
        return self.action

    async def answer(self, turn: Turn, out: Out, tracker: Tracker) -> list[EventType]:
        raise NotImplementedError

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn, out = Turn.of(tracker), Out(dispatcher)
        try:
            if wonders(turn, tracker.get_slot("pending") or {}):
                return await self._wonder(dispatcher, tracker, domain)
            return await self.answer(turn, out, tracker)
        except (Refused, ServiceDown) as error:
            out.tell(error.message)
            out.signal(person=f"系统没有办成：{error.code}")
            return []

    async def after_order(self, turn: Turn, tracker: Tracker) -> list[EventType]:
        """Hand over what is said of the order just made: to change it, or to make another of its kind."""
        follows = await afterwards.follows(tracker.get_slot("last_order"), turn, self.api)
        if follows is None:
            return []
        return [FollowupAction("change_form" if follows[1] == "change" else "booking_form")]

    async def _wonder(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """What is free is told by the booking form, which knows how slots are found; it goes on where it has asked."""
        form = BookingForm(self.api)
        events = await form.run(dispatcher, tracker, domain)
        asks = any(each["event"] == "slot" and each["name"] == "frame" and each["value"] for each in events)
        # Called as the follow-up action a form that ends at once would begin again with the same turn.
        return [*events, ActiveLoop(form.form), FollowupAction("action_listen")] if asks else events


class AnswerAction(Single):
    """One of ``actions.answers`` outside a form."""

    def __init__(self, api: Client, intent: str, answer: Answer) -> None:
        super().__init__(api)
        self.action = f"action_{intent}"
        self._answer = answer

    async def answer(self, turn: Turn, out: Out, tracker: Tracker) -> list[EventType]:
        if turn.when and AGAIN.search(turn.text) and not turn.changed_to:
            return [FollowupAction("booking_form")]
        if events := await self.after_order(turn, tracker):
            return events
        if self._answer is find_service and turn.asks_after_another:
            return await of_another(turn, out, self.api, tracker.get_slot("pending") or {})
        if self._answer in (find_service, order_status, other) and await noted(turn, self.api):
            return [FollowupAction("booking_form")]
        if self._answer is find_service and turn.orders_in_a_clause and len(turn.service_types) > 1:
            # What is asked of the other service is answered beside the booking.
            return [FollowupAction("booking_form")]
        spoken_of = tracker.get_slot("pending") or {}
        if spoken_of.get("year") and turn.asks_if_still_so:
            return [SlotSet(name, value) for name, value in nothing_newer(spoken_of, out).items()]
        if benefits.tell_more(turn, out, spoken_of):
            return []
        if self._answer is find_service and about_it(turn, spoken_of):
            return await tell_more(turn, out, self.api, spoken_of)
        slots = await self._answer(turn, out, self.api)
        if (slots.get("pending") or {}).get("kind") == "told":
            # What was offered before stands.
            about = {
                name: value for name, value in slots["pending"].items() if name in ("year", "service_type")
            }
            slots["pending"] |= {**spoken_of, **about}
        return [SlotSet(name, value) for name, value in slots.items()]


async def noted(turn: Turn, api: Client) -> bool:
    """Whether a worker notes down a booking of which no order stands."""
    if turn.speaker.kind != "worker" or not turn.notes_a_booking:
        return False
    return not any(each["service_type"] in turn.service_types for each in await upcoming(turn, api))


def about_it(turn: Turn, pending: dict[str, Any]) -> bool:
    """Whether more is asked of the place that was told of: "电话呢"."""
    asks = turn.asked_facts and not turn.names_something and len(turn.text) <= SHORT
    return bool(asks and pending.get("place"))


async def tell_more(turn: Turn, out: Out, api: Client, pending: dict[str, Any]) -> list[EventType]:
    """Tell what is asked of the place told of last; the offer to book there stands."""
    service = pending["offer"]["service_type"]
    await find_service(turn, out, api, service=service, place=pending["place"], known=True)
    return []


OF_MONEY = frozenset(("told", "benefit", "subsidy"))
"""Kinds of what was told or asked last that are about public money."""


async def of_another(turn: Turn, out: Out, api: Client, pending: dict[str, Any]) -> list[EventType]:
    """Tell of another service what was told last: "保洁一次呢" after a price, or after a subsidy."""
    if pending.get("kind") in OF_MONEY:
        slots = await answer_subsidy(turn, out, api, topic="补贴")
    else:
        slots = await find_service(turn, out, api)
    return [SlotSet(name, value) for name, value in slots.items()]


SHORT = 12
"""A question of so many characters that names no place is about the one just told of."""


class Pending(Single):
    """A bare yes, no or answer outside a form: it belongs to what was offered or asked last."""

    action = "action_pending"

    async def answer(self, turn: Turn, out: Out, tracker: Tracker) -> list[EventType]:
        pending = tracker.get_slot("pending") or {}
        if turn.postpones:
            out.say("utter_ok_anything_else")
            return [SlotSet("pending", None)]
        if turn.asks_after_another:
            return await of_another(turn, out, self.api, pending)
        taken = await self._take(pending, turn, out, tracker)
        if taken is not None:
            return taken
        if events := await self.after_order(turn, tracker):
            return events
        if turn.denies or turn.says_nothing_more or turn.intent == "stop":
            out.say("utter_ok_anything_else" if pending else "utter_ok")
            return [SlotSet("pending", None)]
        if matter(turn) and CHANGED.search(turn.text):
            return [FollowupAction("profile_form")]
        inform = turn.intent == "inform" and turn.values("service_type")
        if inform or turn.orders or turn.notes_a_booking:
            return [FollowupAction("booking_form")]
        if turn.when and AGAIN.search(turn.text):
            return [FollowupAction("booking_form")]
        if (THEIR_ORDER.search(turn.text) or STANDING.search(turn.text)) and await upcoming(turn, self.api):
            slots = await order_status(turn, out, self.api)
            return [SlotSet(name, value) for name, value in slots.items()]
        if turn.waits:
            out.say("utter_wait")
            return []
        if turn.thanks:
            out.say("utter_thank")
            return [SlotSet("pending", None)]
        if turn.affirms:
            out.say("utter_here")
            return []
        if asked := _asked_in_words(turn):
            return [SlotSet(name, value) for name, value in (await asked(turn, out, self.api)).items()]
        out.signal(misunderstood=True)
        return []

    async def _take(
        self, pending: dict[str, Any], turn: Turn, out: Out, tracker: Tracker
    ) -> list[EventType] | None:
        """What the turn means to the offer or question that is open; None when it means nothing to it."""
        done = [SlotSet("pending", None)]
        if pending.get("year") and turn.asks_if_still_so:
            return [SlotSet(name, value) for name, value in nothing_newer(pending, out).items()]
        slots: dict[str, Any] | None
        kind = pending.get("kind")
        if kind == "rate":
            return await rate(turn, out, self.api, tracker)
        if turn.when and NOT_WANTED.search(turn.text) and not turn.affirms:
            return [*done, FollowupAction("cancel_form")]
        if about_it(turn, pending):
            return await tell_more(turn, out, self.api, pending)
        if benefits.tell_more(turn, out, pending):
            return []
        if kind == "told" and benefits.not_written(turn, out, pending):
            return [SlotSet("pending", {"kind": "person", "reason": "问补贴，文件里没有写"})]
        if kind in ("book", "person") and turn.takes_in:
            out.say("utter_ok_anything_else")
            return done
        told = turn.when or turn.value("quantity")
        if kind == "book" and (turn.affirms or (told and (not turn.denies or NOT_FOR_ME.search(turn.text)))):
            return [*done, SlotSet("offer", pending["offer"]), FollowupAction("booking_form")]
        if kind == "person" and turn.affirms:
            out.signal(person=pending["reason"])
            return done
        if kind == "place":
            index = picked(turn.text, pending["titles"])
            if index is not None:
                which = pending["titles"][index]
                slots = await find_service(turn, out, self.api, service=pending["service"], place=which)
                return [*done, *(SlotSet(name, value) for name, value in slots.items())]
        if kind == "benefit" and (chosen := _benefits(pending, turn)):
            for index in chosen:
                out.tell(pending["texts"][index])
            out.say("utter_anything_else")
            return [SlotSet("pending", pending | {"parts": pending["each"][chosen[-1]]})]
        if turn.denies or turn.affirms:
            return None
        slots = None
        if kind == "subsidy":
            slots = await answer_subsidy(turn, out, self.api, topic=pending["topic"])
        elif kind == "find":
            slots = await find_service(turn, out, self.api)
        elif kind == "status":
            slots = await order_status(turn, out, self.api)
        if slots is None:
            return None
        return [*done, *(SlotSet(name, value) for name, value in slots.items())]


def _asked_in_words(turn: Turn) -> Answer | None:
    """The answer to a question that its words tell, whatever the whole was taken for: "那个饭，一份要几文钱？隔壁老杨说八块"."""
    if turn.asks_subsidy:
        return answer_subsidy
    return find_service if turn.service_types and (turn.asks_price or turn.asked_facts) else None


def _benefits(pending: dict[str, Any], turn: Turn) -> list[int]:
    """Which of the benefits that were listed are to be told: the one picked, all of them, none."""
    index = picked(turn.text, pending["titles"])
    if index is not None:
        return [index]
    return list(range(len(pending["texts"]))) if ALL_OF_THEM.search(turn.text) or turn.affirms else []


class AfterForm(Single):
    """A matter is done: the next one that was mentioned is taken up."""

    action = "action_after_form"

    async def answer(self, turn: Turn, out: Out, tracker: Tracker) -> list[EventType]:
        later = list(tracker.get_slot("later") or [])
        if not later:
            return []
        following, rest = later[0], later[1:]
        noted = following["frame"].get("noted", True)
        if noted:
            out.say("utter_next_matter")
        return [
            SlotSet("later", rest),
            SlotSet("offer", {**following["frame"], "noted": noted}),
            FollowupAction(FORM_OF[following["intent"]]),
        ]


class Rate(Single):
    """A judgement of the last service."""

    action = "action_rate_service"

    async def answer(self, turn: Turn, out: Out, tracker: Tracker) -> list[EventType]:
        asked = (tracker.get_slot("pending") or {}).get("kind") == "rate"
        if not asked and (events := await self.after_order(turn, tracker)):
            return events
        return await rate(turn, out, self.api, tracker)


async def rate(turn: Turn, out: Out, api: Client, tracker: Tracker) -> list[EventType]:
    """Rate the last order that was done; asks for the mark when none was said."""
    speaker = turn.speaker
    match = MARK.match(turn.text.strip())
    mark = turn.value("rating") or (int(MARKS.get(match[1], match[1])) if match else None)
    if speaker.person_id is None:
        out.say("utter_rate_unknown")
        return []
    done = [
        each for each in await api.orders_of(speaker.actor, speaker.person_id) if each["status"] == "done"
    ]
    order = max(done, key=lambda each: str(each["starts_at_local"]), default=None)
    if order is None:
        out.say("utter_rate_nothing")
        return [SlotSet("pending", None)]
    if mark is None:
        out.say(
            "utter_ask_rating",
            asks="rating",
            expects="digits",
            choices=[(f"{number}分", str(number)) for number in range(1, 6)],
        )
        return [SlotSet("pending", {"kind": "rate"})]
    await api.rate(speaker.actor, order["id"], mark, turn.text)
    out.say("utter_rated" if mark >= 4 else "utter_rated_low", mark=mark)
    return [SlotSet("pending", None)]


class CheckinBad(Single):
    """A greeted senior is not well, though in no danger: a person calls back."""

    action = "action_checkin_bad"

    async def answer(self, turn: Turn, out: Out, tracker: Tracker) -> list[EventType]:
        out.say("utter_checkin_bad")
        out.signal(person=f"问候时说不好：{turn.text[:60]}")
        return []


class Fallback(Pending):
    """Nothing was understood by its words; it may still belong to what was offered or asked last.

    The desk counts what is not understood and changes the way of asking, then calls a person.
    """

    action = "action_default_fallback"


def singles(api: Client) -> list[Single]:
    """All actions of one turn."""
    answers = [AnswerAction(api, intent, answer) for intent, answer in {**ANSWERS, "other": other}.items()]
    return [*answers, Pending(api), AfterForm(api), Rate(api), CheckinBad(api), Fallback(api)]
