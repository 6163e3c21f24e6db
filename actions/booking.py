"""The booking form: which service, for whom, when, where, how many – read back, then booked."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from dateutil.rrule import rrulestr
from pydantic import Field

from actions import spoken
from actions.addresses import said_address
from actions.answers import find_service, order_number, upcoming
from actions.form import CONFIRM, Form, Frame
from actions.out import Out
from actions.places import Option, either, like, resembling, streets_like
from actions.slots import covers, slot_option
from actions.turn import Clause, Spoken, Turn
from actions.who import Who, bare_name, caller, known_names, named, resolve
from assistant.client import SERVICE_TYPES, Refused

MEALS = {"早饭": "morning", "早餐": "morning", "早点": "morning", "午饭": "noon", "午餐": "noon",
         "中饭": "noon", "中餐": "noon", "晌午饭": "noon", "晚饭": "evening", "晚餐": "evening",
         "夜饭": "evening"}  # fmt: skip
"""Meals name their part of the day."""
MEAL_TIMES = {"morning": time(7), "noon": time(11, 30), "evening": time(17)}
REMARK = re.compile(
    r"(不(?:吃|要|放|能吃)[^，。,！？]{1,8}|少(?:油|盐|糖|辣)[^，。,！？]{0,6}|清淡[^，。,]{0,4}|软(?:一?点|烂)[^，。,]{0,4}|"
    r"糖尿病餐?|(?:不|别)敲门|敲门[^，。,]{1,8}|放(?:在)?门口|低糖|低盐|忌口[^，。,]{1,8}|打(?:我|这个)电话再上)"
)
QUANTITY_ASKED = {"meal"}
"""Services for which people mean a number when they say nothing of it."""
PROPOSED = ("meal", "cleaning", "bath", "nursing", "medical_escort", "day_care", "haircut", "companionship")
SOONEST = re.compile(r"最早|尽快|越快越好|马上|赶紧|现在就")
HORIZON_DAYS = 60
PLACES_TRIED = 5
"""Places whose free slots are looked at before another time is offered."""
DAYS_TRIED = 7
OFFERED = 3
"""Other times offered: a listener keeps three in mind."""
WRONG = re.compile(r"不对|不是|错|不合适|不行|换|改")
DOUBTS = {
    "date": re.compile(r"日子|日期|哪天|哪一天|星期|周几"),
    "time": re.compile(r"时间|时候|钟点|几点|点钟"),
    "quantity": re.compile(r"份数|数量|几份|多少份"),
    "address": re.compile(r"地址|住址"),
}
"""Words for what was read back."""
ONE = re.compile(r"(?:来|订|定|要|送|做|留|端|打)(?:我|俺|个)?份(?![数额])")
"""来份盒饭 is one."""
ANOTHER = re.compile(r"[单号]|上次|上回|原来|之前|以前|昨天|另外|别的|那个预约")
"""Words that point at an order that stands, rather than at the booking in hand."""
AT_HOME = re.compile(r"送|上门|到家|家里来|来家|来人|来个人|上我家|来我家")
AT_PLACE = re.compile(r"去食堂|到食堂|去你们那|过去(吃|洗)|自己(去|来|过去)|到店|堂食|去站里|去中心")


class Booking(Frame):
    """What is known of a booking. Dates and times are China time."""

    service_type: str | None = None
    people: list[Who] = []
    date: str | None = None
    time: str | None = None
    part: str | None = None
    ambiguous: bool = False
    recurrence: str | None = None
    any_time: bool = False
    quantity: int | None = None
    place: str | None = None
    """Place named by the caller."""
    places: list[Option] = []
    """Those that the place named may be, as long as that is open."""
    streets: list[Option] = []
    """Those that the street of the address may be, as long as that is open."""
    street: str | None = None
    """The street's name as it was heard."""
    city: str | None = None
    name: str | None = None
    phone: str | None = None
    address: str | None = None
    home: str | None = None
    """Where the person lives, as far as the caller may hear it; empty when nothing is on record."""
    remarks: str | None = None
    at_home: bool | None = None
    """Whether the caller said that it should come to the door."""
    results: list[dict[str, Any]] = []
    """Where it could be booked, best first (``catalog.schemas.Found``)."""
    offering: dict[str, Any] | None = None
    """The one of ``results`` chosen."""
    slot: str | None = None
    """Start of the slot chosen, ISO, China time."""
    more: list[dict[str, Any]] = []
    """Further services asked for in the same breath, as far as they were said (fields of this class)."""
    key: str = Field(default_factory=lambda: uuid.uuid4().hex)
    """Idempotency key of the order."""


class BookingForm(Form[Booking]):
    form: ClassVar[str] = "booking_form"
    intents: ClassVar[frozenset[str]] = frozenset({"book_service", "inform", "affirm", "deny"})

    # --- learning ---------------------------------------------------------------------------

    async def learn(self, frame: Booking, turn: Turn, *, first: bool) -> set[str]:
        learned = self._service(frame, turn, first)
        learned |= self._when(frame, turn)
        learned |= await self._people(frame, turn, first)
        learned |= await self._details(frame, turn)
        if learned & {"service_type", "place", "city", "people", "address"}:
            frame.offering, frame.results, frame.slot = None, [], None
        if learned & {"date", "time", "part", "recurrence", "any_time", "quantity"}:
            frame.slot = None
        return learned

    def _service(self, frame: Booking, turn: Turn, first: bool) -> set[str]:
        types = _services(turn)
        if not types or (frame.service_type and frame.asked in ("address", "name", "phone", "remarks")):
            return set()
        if first or frame.service_type is None:
            frame.service_type = types[0]
            beside = _asked_beside(turn)
            wanted = [each for each in types[1:3] if each not in beside]
            frame.more += [_partial(each, turn, index) for index, each in enumerate(wanted, start=1)]
            return {"service_type"}
        if types[-1] != frame.service_type and turn.intent in ("book_service", "inform", "deny"):
            frame.service_type = types[-1]
            return {"service_type"}
        return set()

    def _when(self, frame: Booking, turn: Turn) -> set[str]:
        when = self._own_clause(frame, turn)
        learned: set[str] = set()
        part = when.part or next((MEALS[word] for word in MEALS if word in turn.text), None)
        if when.past or (frame.asked in ("address", "phone", "name") and not turn.changed_to):
            return learned
        if when.date:
            frame.date = when.date.isoformat()
            learned.add("date")
        if when.recurrence:
            frame.recurrence = when.recurrence
            learned.add("recurrence")
        if when.time:
            frame.time, frame.part = when.time.strftime("%H:%M"), None
            frame.ambiguous = when.ambiguous
            learned.add("time")
        elif part:
            if part != frame.part or frame.time is None:
                frame.time, frame.part = None, part
            learned.add("part")
        if not learned and frame.asked in ("time", "date") and (turn.leaves_it_open or turn.affirms):
            frame.any_time = True
            learned.add("any_time")
        if SOONEST.search(turn.text) and not when.date:
            frame.any_time = True
        return learned

    def _own_clause(self, frame: Booking, turn: Turn) -> Spoken:
        """Two services in one breath have a time each: this one's is in its own clause."""
        if turn.changed_to and turn.changed_to.when:
            return turn.changed_to.when
        if frame.service_type and len(_services(turn)) > 1:
            own = _clause_about(frame.service_type, turn)
            if own and own.when:
                return own.when
        return turn.when

    async def _people(self, frame: Booking, turn: Turn, first: bool) -> set[str]:
        if frame.asked in ("address", "phone") or (frame.asked == "name" and frame.people):
            return set()
        found = [who for who in named(turn) if not (who.own and frame.people)]
        if first or frame.asked == "person":
            listed = await known_names(turn, self.api)
            found = listed if len(listed) >= len(found) else found
        also = turn.speaker.kind == "senior" and all(who.relation == "老伴" for who in found)
        if not found or (also and re.search(r"也|在家|一起|俩", turn.text)):
            return set()
        frame.people = found
        return {"people"}

    async def _place_named(self, frame: Booking, turn: Turn) -> set[str]:
        """The place that was named, and what else it may be."""
        named = turn.value("place")
        if frame.asked == "place":
            if frame.places and turn.denies:
                frame.place, frame.places = None, []
                return {"place"}
            return set()
        if not named or named == frame.place or frame.asked in ("address", "street"):
            return set()
        frame.place, frame.places = named, await like(turn, self.api, frame.city or turn.speaker.city)
        return {"place"}

    async def _details(self, frame: Booking, turn: Turn) -> set[str]:
        learned: set[str] = set()
        quantity = turn.value("quantity") or (1 if ONE.search(turn.text) else None)
        if quantity and frame.asked != "phone" and not said_address(turn, asked=False):
            frame.quantity = int(quantity)
            learned.add("quantity")
        learned |= await self._place_named(frame, turn)
        if turn.value("city") and frame.asked != "address":
            frame.city = turn.value("city")
            learned.add("city")
        if turn.value("phone"):
            frame.phone = turn.value("phone")
            learned.add("phone")
        if frame.asked == "name" and (turn.value("name") or bare_name(turn.text)):
            frame.name = turn.value("name") or bare_name(turn.text)
            learned.add("name")
        if address := said_address(turn, asked=frame.asked == "address"):
            frame.address = address
            heard = await streets_like(address, turn, self.api)
            frame.street, frame.streets = heard or (None, [])
            learned.add("address")
        if AT_PLACE.search(turn.text):
            frame.at_home, frame.results = False, []
        elif AT_HOME.search(turn.text) and frame.at_home is None:
            frame.at_home = True
        remark = REMARK.findall(turn.text)
        if remark:
            known = [frame.remarks] if frame.remarks else []
            frame.remarks = "；".join(dict.fromkeys([*known, *remark]))
            learned.add("remarks")
        return learned

    async def _digress(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """What is asked or wished about this booking itself, before other matters."""
        if turn.asks_price and turn.intent != "ask_subsidy":
            await self.aside(frame, turn, out)
            await self.go_on(frame, turn, out)
            return True
        if frame.asked == CONFIRM and turn.intent == "change_order" and not ANOTHER.search(turn.text):
            self.ask_correction(frame, out)
            return True
        if turn.intent != "cancel_order":
            return await super()._digress(frame, turn, out)
        # "取消" drops this booking; an order that stands may be meant as well, unless this one was just read out.
        self._stop(frame, out)
        another = order_number(turn) or ANOTHER.search(turn.text)
        if (another or frame.asked != CONFIRM) and await upcoming(turn, self.api):
            frame.later.insert(0, {"intent": "cancel_order", "frame": {}})
        return True

    async def only_asked(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """ "签个家庭医生一年多少钱" is a question: it is answered, and a booking offered."""
        for each in _asked_beside(turn):
            await find_service(_about(each, turn), out, self.api, inside=True)
        if not turn.asks_subsidy and (not turn.asks_price or turn.wishes):
            return False
        frame.pending = (await find_service(turn, out, self.api)).get("pending")
        frame.ended = True
        return True

    async def aside(self, frame: Booking, turn: Turn, out: Out) -> None:
        """The price of what is being booked."""
        if not turn.asks_price:
            return
        if frame.offering is None:
            await find_service(turn, out, self.api, inside=True, service=frame.service_type)
            return
        offering = frame.offering["offering"]
        price = offering.get("unit_price_fen")
        told = f"每{offering['unit']}{spoken.yuan(price)}" if price is not None else "价钱由服务方告诉您"
        out.say("utter_price", service=self._title(frame), price=told)

    def _choose(self, frame: Booking, turn: Turn) -> set[str]:
        chosen = super()._choose(frame, turn)
        if chosen or frame.asked not in ("place", "street") or turn.denies:
            return chosen
        near = resembling(turn.text, frame.options)
        return self.take(frame, frame.asked, near) if near else set()

    def take(self, frame: Booking, datum: str, option: Option) -> set[str]:
        if datum == "service":
            frame.service_type = option.value
            return {"service_type"}
        if datum in ("time", "full", "closed"):
            moment = datetime.fromisoformat(option.value)
            frame.date, frame.time, frame.part = moment.date().isoformat(), moment.strftime("%H:%M"), None
            frame.slot, frame.ambiguous = None, False
            return {"time"}
        if datum == "person":
            frame.people = [Who(person_id=option.value, name=option.title.split("，")[0])]
            return {"people"}
        if datum == "place":
            frame.place, frame.places, frame.results = option.value, [], []
            return {"place"}
        if datum == "street":
            frame.address = (frame.address or "").replace(frame.street or option.value, option.value)
            frame.streets, frame.results = [], []
            return {"address"}
        return super().take(frame, datum, option)

    def doubt(self, frame: Booking, turn: Turn) -> bool:
        doubted = {name for name, words in DOUBTS.items() if words.search(turn.text)}
        if not doubted or not WRONG.search(turn.text):
            return False
        if "date" in doubted:
            frame.date, frame.recurrence = None, None
        if "time" in doubted:
            frame.time, frame.part = None, None
        if "quantity" in doubted:
            frame.quantity = None
        if "address" in doubted:
            frame.address, frame.home, frame.offering, frame.results = None, "", None, []
        frame.slot, frame.any_time = None, False
        return True

    # --- asking -----------------------------------------------------------------------------

    async def go_on(self, frame: Booking, turn: Turn, out: Out) -> None:
        for step in (
            self._ask_service,
            self._ask_person,
            self._ask_date,
            self._ask_contact,
            self._ask_which,
            self._find,
            self._ask_address,
            self._ask_time,
            self._ask_quantity,
        ):
            if await step(frame, turn, out) or frame.ended:
                return
        self._confirm(frame, turn, out)

    async def _ask_service(self, frame: Booking, turn: Turn, out: Out) -> bool:
        if frame.service_type:
            return False
        options = [Option(title=SERVICE_TYPES[key].name, value=key) for key in PROPOSED]
        self.ask(frame, out, "service", options=options)
        return True

    async def _ask_person(self, frame: Booking, turn: Turn, out: Out) -> bool:
        if not frame.people:
            if turn.speaker.kind == "senior" or (
                turn.speaker.kind is None and turn.speaker.channel == "phone"
            ):
                frame.people = [caller(turn)]
                return False
            candidates = await resolve(Who(), turn, self.api) if turn.speaker.kind == "relative" else []
            if len(candidates) == 1:
                frame.people = [Who(person_id=candidates[0]["id"], name=candidates[0]["name"])]
                return False
            if turn.speaker.kind is None:
                frame.people = [caller(turn)]
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
            elif len(candidates) > 1:
                self.ask(frame, out, "person", options=_person_options(candidates))
                return True
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
        if frame.date and date.fromisoformat(frame.date) < today:
            frame.date = None
            out.say("utter_date_past")
        if turn.when.past and turn.when.date and not frame.date:
            out.say("utter_date_past")
        if frame.date and (date.fromisoformat(frame.date) - today).days > HORIZON_DAYS:
            frame.date = None
            out.say("utter_date_far", days=HORIZON_DAYS)
        if frame.date or frame.recurrence:
            return False
        if frame.any_time:
            frame.date = (today + timedelta(days=1)).isoformat()
            return False
        self.ask(frame, out, "date", service=self._title(frame))
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
        if turn.speaker.kind != "worker":
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
        if frame.address or frame.home or not frame.offering["offering"]["at_home"]:
            return False
        self.ask(frame, out, "address", who=frame.people[0].label)
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
        near = turn.location or self._street(frame)
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
            out.say("utter_no_service", service=self._title(frame))
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
            frame.date = _first_day(str(frame.recurrence), turn.now.date()).isoformat()
        day = date.fromisoformat(frame.date)
        any_slots: list[dict[str, Any]] = []
        full = False
        for result in frame.results[:PLACES_TRIED]:
            slots = await self._slots(result, turn, day)
            wanted = _matching(frame, slots)
            free = [slot for slot in wanted if slot["free"] >= (frame.quantity or 1)]
            full |= bool(wanted) and not free
            if not any_slots and slots:
                any_slots, frame.offering = slots, result
            if not free:
                continue
            frame.offering = result
            if frame.time or frame.part or frame.any_time or len(slots) == 1:
                frame.slot = _moment(frame, free)
                return False
            self.ask(frame, out, "time", options=_time_options(frame, free), service=self._title(frame))
            return True
        return await self._elsewhen(frame, turn, out, any_slots, full=full)

    async def _slots(self, result: dict[str, Any], turn: Turn, day: date) -> list[dict[str, Any]]:
        return await self.api.slots(turn.speaker.actor, result["offering"]["id"], day)

    async def _elsewhen(
        self, frame: Booking, turn: Turn, out: Out, slots: list[dict[str, Any]], *, full: bool
    ) -> bool:
        """Nothing free where it was wanted: say why and offer what is near."""
        assert frame.offering
        need = frame.quantity or 1
        free = _nearest(frame, [slot for slot in slots if slot["free"] >= need])[:2]
        day = date.fromisoformat(str(frame.date))
        for ahead in range(1, DAYS_TRIED + 1):
            if len(free) >= OFFERED:
                break
            later = await self._slots(frame.offering, turn, day + timedelta(days=ahead))
            free += [slot for slot in _matching(frame, later) if slot["free"] >= need][:1]
        if not free:
            out.say("utter_all_full", service=self._title(frame))
            out.signal(person=f"{self.summary(frame)}；都约满了")
            frame.ended = True
            return True
        options = [slot_option(slot, turn.now.date()) for slot in free[:OFFERED]]
        datum = "full" if full else "closed"
        self.ask(frame, out, datum, options=options, day=spoken.day(day, turn.now.date()))
        return True

    async def _ask_quantity(self, frame: Booking, turn: Turn, out: Out) -> bool:
        if frame.quantity or frame.service_type not in QUANTITY_ASKED:
            return False
        if frame.asked == "quantity" and (turn.affirms or frame.misses >= 1):
            frame.quantity = 1
            return False
        self.ask(frame, out, "quantity", unit="份")
        return True

    def _confirm(self, frame: Booking, turn: Turn, out: Out) -> None:
        assert frame.offering and frame.slot
        start = datetime.fromisoformat(frame.slot)
        today = turn.now.date()
        offering = frame.offering["offering"]
        quantity = frame.quantity or 1
        price = offering.get("unit_price_fen")
        if frame.recurrence:
            when = f"从{spoken.day(start.date(), today)}起，{spoken.recurrence(frame.recurrence)}，{spoken.clock(start.time())}"
        else:
            when = spoken.moment(start, today)
        who = "、".join(f"{each.label}（新登记）" if each.new else each.label for each in frame.people)
        self.read_back(
            frame,
            out,
            "utter_confirm_booking",
            who=who,
            when=when,
            what=f"{offering['name']}{quantity}{offering['unit']}",
            where=_where(frame, self._place(frame)),
            price=f"一共{spoken.yuan(price * quantity)}" if price is not None else "价钱由服务方告诉您",
            demo="，这是演示数据" if offering.get("demo") else "",
            remarks=f"，备注：{frame.remarks}" if frame.remarks else "",
        )

    # --- doing ------------------------------------------------------------------------------

    async def submit(self, frame: Booking, turn: Turn, out: Out) -> None:
        orders = []
        try:
            for index, who in enumerate(frame.people):
                orders.append(await self._book(frame, who, index, turn))
        except Refused as error:
            if error.code == "slot_full":
                # Somebody was faster: what is left is looked up again.
                frame.slot = None
                await self.go_on(frame, turn, out)
                return
            raise
        frame.ended = True
        frame.made = orders[-1]["number"]
        numbers = "、".join(order["number"] for order in orders)
        out.say(
            "utter_booked_series" if frame.recurrence else "utter_booked",
            number=numbers,
            card={"kind": "order", "orders": orders},
        )
        people = [who.model_dump() for who in frame.people]
        frame.later = [
            {"intent": "book_service", "frame": {"people": people, **each}} for each in frame.more
        ] + frame.later

    async def _book(self, frame: Booking, who: Who, index: int, turn: Turn) -> dict[str, Any]:
        assert frame.offering and frame.slot
        body = {
            "senior_id": who.person_id or await self._record(frame, who, turn),
            "offering_id": frame.offering["offering"]["id"],
            "quantity": frame.quantity or 1,
            "remarks": frame.remarks,
            "address": frame.address,
            "contact_phone": frame.phone,
            "for_whom": "self" if who.own else "other",
            "idempotency_key": f"{frame.key}:{index}",
        }
        actor, start = turn.speaker.actor, datetime.fromisoformat(frame.slot)
        if not frame.recurrence:
            return await self.api.book(
                actor, {**body, "date": start.date().isoformat(), "time": start.strftime("%H:%M")}
            )
        rule = {
            "rrule": frame.recurrence,
            "starts_on": start.date().isoformat(),
            "time": start.strftime("%H:%M"),
        }
        return await self.api.book_series(actor, {**body, **rule})

    async def _record(self, frame: Booking, who: Who, turn: Turn) -> str:
        """A stranger goes on record with what the booking needs."""
        person = await self.api.create_person(
            turn.speaker.actor,
            {
                "kind": "senior",
                "name": frame.name or who.name or who.label,
                "phone": frame.phone,
                "address": frame.address,
                "city_code": turn.speaker.city,
            },
        )
        return str(person["id"])

    def summary(self, frame: Booking) -> str:
        known = [f"预约{self._title(frame)}"]
        if frame.date:
            known.append(frame.date)
        known += [each for each in (frame.time, spoken.PARTS.get(frame.part or "")) if each]
        if frame.recurrence:
            known.append(spoken.recurrence(frame.recurrence))
        if frame.quantity:
            known.append(f"{frame.quantity}份")
        return "，".join(known)

    @staticmethod
    def _title(frame: Booking) -> str:
        return SERVICE_TYPES[frame.service_type].name if frame.service_type else "服务"

    @staticmethod
    def _street(frame: Booking) -> str | None:
        """The street or township of the address, to find what is near."""
        match = re.search(r"[一-鿿]{2,8}(?:街道|镇|乡)", frame.address or frame.home or "")
        return match[0] if match else None

    @staticmethod
    def _place(frame: Booking) -> str:
        return str(frame.offering["place"]["name"]) if frame.offering else ""


def _services(turn: Turn) -> list[str]:
    """The services meant, in the order said; one that is only implied stands where its words seem to."""
    said = [
        each for each in turn.entities if each["entity"] == "service_type" and each["value"] in SERVICE_TYPES
    ]
    return list(dict.fromkeys(each["value"] for each in sorted(said, key=lambda each: _position(each, turn))))


ASKED = re.compile(r"几点|[啥什]么时候|多少钱|在哪|哪里|哪儿|电话|有没有|开门|开不开|[吗呢?？]$")


def _about(service_type: str, turn: Turn) -> Turn:
    """The turn as if it had named one service only."""
    kept = tuple(
        each for each in turn.entities if each["entity"] != "service_type" or each["value"] == service_type
    )
    return replace(turn, entities=kept)


def _asked_beside(turn: Turn) -> list[str]:
    """Services after the first that are only asked about: "…，再帮我查一下食堂几点开门"."""
    return [each for each in _services(turn)[1:3] if _asks_about(each, turn)]


def _asks_about(service_type: str, turn: Turn) -> bool:
    """Whether the clause in which a service is named asks of it."""
    words = next(_named_by(service_type, turn), "")
    own = [part for part in re.split(r"[，,。；;！!]", turn.text) if words and words in part]
    return bool(own) and ASKED.search(own[0]) is not None


def _named_by(service_type: str, turn: Turn) -> Iterator[str]:
    """The first two characters of each naming of a service, by which its clause is found."""
    for entity in turn.entities:
        if entity["entity"] == "service_type" and entity["value"] == service_type:
            yield turn.text[_position(entity, turn) :][:2]


def _position(entity: dict[str, Any], turn: Turn) -> int:
    """Where a service stands in the text: the entity's own place, unless it covers all of the text; then
    the first of its words that is there."""
    whole = entity.get("start", 0) == 0 and entity.get("end", 0) >= len(turn.text)
    if not whole:
        return int(entity.get("start", 0))
    kind = SERVICE_TYPES[entity["value"]]
    words = [*kind.aliases, kind.name, *HINTS.get(kind.key, ())]
    return min((turn.text.find(word) for word in words if word in turn.text), default=len(turn.text))


HINTS = {
    "meal": ("饭", "餐", "食堂"),
    "bath": ("澡", "浴"),
    "cleaning": ("打扫", "卫生"),
    "haircut": ("头发", "头"),
}
"""Words by which an implied service is placed in a sentence."""


def _clause_about(service_type: str, turn: Turn, position: int = 0) -> Clause | None:
    """The clause in which a service was named; where it is only implied, the one at its position among
    those that tell a time."""
    for words in _named_by(service_type, turn):
        for clause in turn.clauses:
            if words and clause.text and words in clause.text:
                return clause if clause.when else _before(clause, turn)
    timed = [clause for clause in turn.clauses if clause.when]
    return timed[min(position, len(timed) - 1)] if timed else None


def _before(clause: Clause, turn: Turn) -> Clause:
    """A clause without a time has that of the clause before it: "下午三点，再来个人打扫"."""
    index = turn.clauses.index(clause)
    return turn.clauses[index - 1] if index and turn.clauses[index - 1].when else clause


def _partial(service_type: str, turn: Turn, position: int) -> dict[str, Any]:
    """What the turn says of a second service: its own clause's time, or else the day of the first."""
    clause = _clause_about(service_type, turn, position)
    when = clause.when if clause else Spoken()
    day = when.date or turn.when.date
    return {
        "service_type": service_type,
        "date": day.isoformat() if day else None,
        "time": when.time.strftime("%H:%M") if when.time else None,
        "part": when.part,
    }


def _person_options(candidates: list[dict[str, Any]]) -> list[Option]:
    options = []
    for each in candidates[:9]:
        apart = [
            f"{each['age']}岁" if each.get("age") else "",
            each.get("building") or each.get("community") or "",
        ]
        options.append(Option(title="，".join([each["name"], *filter(None, apart)]), value=str(each["id"])))
    return options


def _matching(frame: Booking, slots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The slots that the caller's words allow."""
    if frame.time:
        exact = time.fromisoformat(frame.time)
        times = {exact}
        if frame.ambiguous and exact.hour < 12:
            times.add(exact.replace(hour=exact.hour + 12))
        return [slot for slot in slots if any(covers(slot, at) for at in times)]
    return [slot for slot in slots if _in_wish(frame, slot)]


def _in_wish(frame: Booking, slot: dict[str, Any]) -> bool:
    return frame.part is None or spoken.in_part(datetime.fromisoformat(slot["starts_at"]).time(), frame.part)


def _moment(frame: Booking, free: list[dict[str, Any]]) -> str:
    """The moment said, meal time, or the first free one; ISO, China time."""
    wanted = [time.fromisoformat(frame.time)] if frame.time else []
    if wanted and frame.ambiguous and wanted[0].hour < 12:
        wanted.append(wanted[0].replace(hour=wanted[0].hour + 12))
    if not wanted and frame.service_type == "meal" and frame.part in MEAL_TIMES:
        wanted = [MEAL_TIMES[frame.part]]
    for at in wanted:
        if any(covers(slot, at) for slot in free):
            return f"{free[0]['starts_at'][:10]}T{at.isoformat()}"
    return str(free[0]["starts_at"])


def _first_day(rrule: str, today: date) -> date:
    """The first day of a recurrence, from tomorrow."""
    tomorrow = datetime.combine(today + timedelta(days=1), time())
    first = rrulestr(rrule, dtstart=tomorrow).after(tomorrow, inc=True)
    return first.date() if first else tomorrow.date()


def _nearest(frame: Booking, free: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Free slots, those closest to the time wanted first, then in order."""
    if not frame.time:
        return free
    wanted = time.fromisoformat(frame.time)

    def apart(slot: dict[str, Any]) -> tuple[str, int]:
        start = datetime.fromisoformat(slot["starts_at"])
        return slot["starts_at"][:10], abs((start.hour - wanted.hour) * 60 + start.minute - wanted.minute)

    return sorted(free, key=apart)


def _time_options(frame: Booking, free: list[dict[str, Any]]) -> list[Option]:
    """At most three times of the day: the first of each part."""
    seen: dict[str, dict[str, Any]] = {}
    for slot in free:
        seen.setdefault(spoken.part_of(datetime.fromisoformat(slot["starts_at"]).time()), slot)
    return [
        Option(title=spoken.clock(datetime.fromisoformat(slot["starts_at"]).time()), value=slot["starts_at"])
        for slot in list(seen.values())[:3]
    ]


def _where(frame: Booking, place: str) -> str:
    """Where it happens."""
    assert frame.offering
    if not frame.offering["offering"].get("at_home"):
        return f"地点在{place}"
    return f"由{place}上门，送到{frame.address or frame.home}"
