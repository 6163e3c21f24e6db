"""What a booking still needs, one question at a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from actions import cities, spoken
from actions.booking.amending import put_off_some, take_over_wish
from actions.booking.escorts import fetched_where
from actions.booking.frame import Booking
from actions.booking.learning import gone_by
from actions.booking.times import first_day, matching, moment, nearest, time_options
from actions.form import Form
from actions.naming import also_named
from actions.out import Out
from actions.places import Option, either
from actions.slots import slot_option
from actions.turn import Turn
from actions.who import NEIGHBOURS, Who, caller, resolve
from assistant.client import SERVICE_TYPES, relatives

QUANTITY_ASKED = {"meal"}
"""Services for which people mean a number when they say nothing of it."""
PROPOSED = ("meal", "cleaning", "bath", "nursing", "medical_escort", "day_care", "haircut", "companionship")
HORIZON_DAYS = 60
PLACES_TRIED = 5
"""Places whose free slots are looked at before another time is offered."""
DAYS_TRIED = 7
OFFERED = 3
"""Other times offered: a listener keeps three in mind."""


class Asking(Form[Booking]):
    """The questions of the form; what nobody need be asked is looked up."""

    async def _missing(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """Ask for the first thing that is missing; False when nothing is."""
        for step in (
            self._ask_service,
            self._covered,
            self._ask_person,
            self._ask_date,
            self._ask_contact,
            self._ask_which,
            self._find,
            self._ask_address,
            self._ask_destination,
            self._ask_time,
            self._ask_quantity,
        ):
            if await step(frame, turn, out) or frame.ended:
                return True
        return False

    async def _ask_service(self, frame: Booking, turn: Turn, out: Out) -> bool:
        if frame.service_type:
            return False
        options = [Option(title=SERVICE_TYPES[key].called, value=key) for key in PROPOSED]
        self.ask(frame, out, "service", options=options)
        return True

    async def _covered(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """Before anything else is asked: whether the service is to be had, in the city named or at home."""
        city = frame.city or turn.speaker.city
        wanted = f"{frame.service_type} {city}"
        if frame.results or frame.covered == wanted or not (frame.city or frame.asked is None):
            return False
        need = {"city": city, "service_type": frame.service_type, "bookable": True, "limit": 1}
        answer = await self.api.search(turn.speaker.actor, **need)
        if answer["results"]:
            frame.covered = wanted
            return False
        if not answer["known_city"] and not frame.city:
            return False
        if answer["known_city"] and await self._offered_instead(frame, turn, need, out):
            return False
        words = "utter_city_without_service" if frame.city else "utter_nothing_found"
        words = words if answer["known_city"] else "utter_city_not_covered"
        out.say(
            words,
            city=frame.city or "",
            service=frame.title,
            elsewhere=cities.served(answer.get("elsewhere")),
            expects="yes_no",
            asks="yes_no",
        )
        frame.pending = {"kind": "person", "reason": f"{self.summary(frame)}；{city}没有这项服务"}
        frame.ended = True
        return True

    async def _offered_instead(self, frame: Booking, turn: Turn, need: dict[str, Any], out: Out) -> bool:
        """Go on with another service of the same breath that is to be had: one wished for as well, or one that a word
        of the turn names too ("量血压换药" where nobody does check-ups but nurses come)."""
        wished = [each["service_type"] for each in frame.more if each.get("service_type")]
        for other in dict.fromkeys([*wished, *also_named(str(frame.service_type), turn)]):
            answer = await self.api.search(turn.speaker.actor, **need | {"service_type": other})
            if not answer["results"]:
                continue
            if other in wished or turn.names("service_type", frame.service_type):
                out.say("utter_not_offered", service=frame.title, other=SERVICE_TYPES[other].called)
            if other in wished:
                take_over_wish(frame, other)
            frame.service_type, frame.covered = other, f"{other} {need['city']}"
            return True
        return False

    async def _ask_person(self, frame: Booking, turn: Turn, out: Out) -> bool:
        if not frame.people:
            if turn.speaker.kind in ("senior", None):
                frame.people = [caller(turn)]
                return False
            candidates = await resolve(Who(), turn, self.api) if turn.speaker.kind == "relative" else []
            if len(candidates) == 1:
                frame.people = [Who(person_id=candidates[0]["id"], name=candidates[0]["name"])]
                return False
            self.ask(frame, out, "person", options=_person_options(candidates))
            return True
        for index, who in enumerate(frame.people):
            if who.own or who.person_id or who.new:
                continue
            candidates = await resolve(who, turn, self.api)
            if len(candidates) == 1:
                frame.people[index] = who.model_copy(
                    update={"person_id": candidates[0]["id"], "name": candidates[0]["name"]}
                )
            elif len(candidates) == 2 and who.relation in relatives.BOTH:
                frame.people = [Who(person_id=each["id"], name=each["name"]) for each in candidates]
                return False
            elif len(candidates) > 1:
                self.ask(frame, out, "person", options=_person_options(candidates))
                return True
            elif turn.speaker.kind == "worker" and who.name and len(frame.people) > 1:
                out.say("utter_person_unknown", name=who.name)
                frame.people = [each for each in frame.people if each is not who]
                return await self._ask_person(frame, turn, out)
            elif turn.speaker.kind == "worker" and who.name and len(frame.people) == 1:
                frame.people[index] = who.model_copy(update={"new": True})
                out.say("utter_person_new", name=who.name)
            elif turn.speaker.kind == "worker":
                out.say("utter_person_unknown", name=who.name or who.label)
                frame.people = []
                self.ask(frame, out, "person")
                return True
        return False

    async def _ask_date(self, frame: Booking, turn: Turn, out: Out) -> bool:
        today = turn.now.date()
        gone = date.fromisoformat(frame.date) if frame.date else gone_by(frame, turn)
        if gone and gone < today:
            frame.date = None
            out.say("utter_date_past", day=spoken.day(gone, today))
        if frame.date and (date.fromisoformat(frame.date) - today).days > HORIZON_DAYS:
            frame.date = None
            out.say("utter_date_far", last=spoken.day(today + timedelta(days=HORIZON_DAYS), today))
        if frame.date or frame.recurrence:
            return False
        if frame.any_time:
            frame.date = (today + timedelta(days=1)).isoformat()
            return False
        self.ask(frame, out, "date", service=frame.title)
        return True

    async def _ask_contact(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """A stranger's name and number, and an address for what comes to the door."""
        who = frame.people[0]
        if who.person_id:
            if frame.home is None:
                known = await self.api.person(
                    turn.speaker.actor, who.person_id, confirmed=turn.speaker.confirmed
                )
                frame.home = known.get("home") or ""
            return False
        frame.name = frame.name or who.name
        if turn.speaker.kind != "worker" and who.relation != NEIGHBOURS:
            frame.phone = frame.phone or turn.speaker.phone
        if not frame.name:
            self.ask(frame, out, "name", who=who.label)
            return True
        if not frame.phone:
            self.ask(frame, out, "phone", expects="digits")
            return True
        return False

    async def _ask_address(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """What comes to the door needs one: the home on record, or the one said."""
        assert frame.offering
        comes = frame.offering["offering"]["at_home"] or fetched_where(frame)
        if frame.address or frame.home or not comes:
            return False
        self.ask(frame, out, "address", who=frame.people[0].label)
        return True

    async def _ask_destination(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """Where to go with somebody nobody knows; who has no answer is not asked again."""
        if frame.destination or not fetched_where(frame) or frame.unsure_where:
            return False
        if frame.asked == "destination":
            frame.unsure_where = True
            return False
        self.ask(frame, out, "destination", who=frame.people[0].label)
        return True

    async def _ask_which(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """A place or street that sounds like several is asked back."""
        for datum, options in (("place", frame.places), ("street", frame.streets)):
            if options:
                self.ask(frame, out, datum, options=options, names=either(options))
                return True
        return False

    async def _find(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """Where it could be booked: the place named, else what is near, else what there is."""
        if frame.results:
            return False
        city = frame.city or turn.speaker.city
        need = {"city": city, "service_type": frame.service_type, "bookable": True, "limit": 30}
        near = turn.location or frame.street_or_town
        answer = await self.api.search(turn.speaker.actor, **need, q=frame.place, near=near)
        if answer["known_city"] and not answer["results"]:
            answer = await self.api.search(turn.speaker.actor, **need)
        if not answer["known_city"]:
            out.say("utter_city_unknown_person", city=city)
            out.signal(person=f"{self.summary(frame)}；城市没有资料：{city}")
            frame.ended = True
            return True
        results = answer["results"]
        if not results:
            out.say("utter_no_service", service=frame.title)
            out.signal(person=f"{self.summary(frame)}；没有找到可以预约的服务")
            frame.ended = True
            return True
        frame.results = self._preferred(frame, results)[:PLACES_TRIED]
        frame.offering = frame.results[0]
        return False

    @staticmethod
    def _preferred(frame: Booking, results: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """At the door or at the place, as the caller said; meals come home unless said otherwise."""
        wanted = (
            frame.at_home if frame.at_home is not None else (True if frame.service_type == "meal" else None)
        )
        if wanted is None:
            return results
        return sorted(results, key=lambda each: each["offering"]["at_home"] != wanted)

    async def _ask_time(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """Settle on a free slot of the day; ask where the caller's words leave several."""
        if frame.slot:
            return False
        if frame.date is None:
            frame.date = first_day(str(frame.recurrence), turn.now.date()).isoformat()
        elif frame.recurrence:
            before = date.fromisoformat(frame.date) - timedelta(days=1)
            frame.date = first_day(frame.recurrence, before).isoformat()
        day = date.fromisoformat(frame.date)
        any_slots: list[dict[str, Any]] = []
        full, room = False, 0
        for result in frame.results[:PLACES_TRIED]:
            slots = await self._slots(result, turn, day)
            wanted = matching(frame, slots)
            room = max(room, *(slot["free"] for slot in wanted), 0)
            free = [slot for slot in wanted if slot["free"] >= frame.needed]
            full |= bool(wanted) and not free
            if not any_slots and slots:
                any_slots, frame.offering = slots, result
            if not free:
                continue
            frame.offering = result
            if frame.time or frame.part or frame.any_time or len(slots) == 1:
                frame.slot = moment(frame, free)
                return False
            said = spoken.day(day, turn.now.date())
            words = "free_day" if frame.wonders else None
            options = time_options(frame, free)
            self.ask(frame, out, "time", options=options, words=words, service=frame.title, day=said)
            return True
        if rest := put_off_some(frame, room):
            later = "、".join(who.label for who in rest)
            out.say("utter_room_for_some", number=len(frame.people), who=later)
            return await self._ask_time(frame, turn, out)
        return await self._elsewhen(frame, turn, out, any_slots, full=full)

    async def _slots(self, result: dict[str, Any], turn: Turn, day: date) -> list[dict[str, Any]]:
        return await self.api.slots(turn.speaker.actor, result["offering"]["id"], day)

    async def _elsewhen(
        self, frame: Booking, turn: Turn, out: Out, slots: list[dict[str, Any]], *, full: bool
    ) -> bool:
        """Nothing free where it was wanted: say why and offer what is near."""
        assert frame.offering
        need = frame.needed
        free = nearest(frame, [slot for slot in slots if slot["free"] >= need])[:2]
        day = date.fromisoformat(str(frame.date))
        for ahead in range(1, DAYS_TRIED + 1):
            if len(free) >= OFFERED:
                break
            later = await self._slots(frame.offering, turn, day + timedelta(days=ahead))
            free += [slot for slot in matching(frame, later) if slot["free"] >= need][:1]
        if not free:
            self._all_full(frame, out)
            return True
        options = [slot_option(slot, turn.now.date()) for slot in free[:OFFERED]]
        datum = "full" if full else "closed"
        self.ask(frame, out, datum, options=options, day=spoken.day(day, turn.now.date()))
        return True

    def _all_full(self, frame: Booking, out: Out) -> None:
        """Nothing is free for days: a person helps, or is offered to whoever only asked."""
        frame.ended = True
        reason = f"{self.summary(frame)}；都约满了"
        if frame.wonders:
            out.say("utter_none_free", service=frame.title, expects="yes_no", asks="yes_no")
            frame.pending = {"kind": "person", "reason": reason}
            return
        out.say("utter_all_full", service=frame.title)
        out.signal(person=reason)

    async def _ask_quantity(self, frame: Booking, turn: Turn, out: Out) -> bool:
        if frame.quantity or frame.service_type not in QUANTITY_ASKED:
            return False
        if frame.asked == "quantity" and (turn.affirms or frame.misses >= 1):
            frame.quantity = 1
            return False
        self.ask(frame, out, "quantity", unit="份")
        return True


def _person_options(candidates: list[dict[str, Any]]) -> list[Option]:
    options = []
    for each in candidates[:9]:
        apart = [
            f"{each['age']}岁" if each.get("age") else "",
            each.get("building") or each.get("community") or "",
        ]
        options.append(Option(title="，".join([each["name"], *filter(None, apart)]), value=str(each["id"])))
    return options
