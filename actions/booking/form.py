"""The booking form: which service, for whom, when, where, how many – read back, then booked."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime
from typing import Any, ClassVar

from rasa_sdk import Tracker

from actions import afterwards, spoken
from actions.answers import ask_subsidy, find_service, order_number, order_status, tell_of, upcoming
from actions.booking.amending import amend, drop_services, ends, own_wish
from actions.booking.escorts import ESCORTS
from actions.booking.frame import Booking
from actions.booking.learning import another, learn
from actions.booking.meals import drop_meals
from actions.booking.several import tells_over
from actions.booking.wondering import Wondering
from actions.form import CONFIRM, FIRM_YES, YES_FIRST
from actions.naming import about, asked_beside, asks_for_money, words_for
from actions.out import Out
from actions.places import Option, place_said, resembling
from actions.standing import asks_after, changes, hindered, withdraws
from actions.turn import Turn
from actions.who import Who
from assistant.client import SERVICE_TYPES, Refused

DEVICE_DESCRIBED = re.compile(
    r"一(?:按|摁|揿|碰|拍|拉)[^，。]{0,4}?(?:就|都|便)[^，。]{0,4}?(?:[有来喊叫找]人|喊得?到人|[通打]电话|报警)|"
    r"(?:脖子|手腕|手)上[^，。]{0,3}[挂戴]着?[^，。]{0,8}?(?:报警|求救|喊人|叫人)"
)
"""A caller that is worn, described by who has no name for it: "脖子上挂个东西，一按就有人来"."""
WRONG = re.compile(r"不对|不是|错|不合适|不行|换|改")
DOUBTS = {
    "date": re.compile(r"日子|日期|哪天|哪一天|星期|周几"),
    "time": re.compile(r"时间|时候|钟点|几点|点钟"),
    "quantity": re.compile(r"份数|数量|几份|多少份"),
    "address": re.compile(r"地址|住址"),
}
"""Words for what was read back."""
NO_FACTS = {"ask_subsidy", "order_status", "human", "repeat", "slower", "emergency", "complain", "profile"}
"""Intents beside which a question for a place or a time is about something else."""
ASKING = re.compile(r"[?？吗没]$")
BOTH_OF_THEM = re.compile(
    r"爸妈|父母|[两俩](?:个人|位|个老人|个)|(?:他们|都)要|都(?:约|订|办)|一起|二老|老两口"
)
"""Words for everybody who was offered."""
ALL_AGREED = re.compile(
    r"(?:[两俩三四五六七八九\d]+[单个样位份项户]都?|全部|所有|一并|都)[^，。]{0,4}(?:提交|下单|[约订]|确认|登记|办)"
)
"""A worker's yes to all that was noted down at once: "确认，三单都提交"."""
ANOTHER = re.compile(r"[单号]|上次|上回|原来|之前|以前|昨天|另外|别的|那个预约")
"""Words that point at an order that stands, rather than at the booking in hand."""


class BookingForm(Wondering):
    """Book a service."""

    form: ClassVar[str] = "booking_form"
    intents: ClassVar[frozenset[str]] = frozenset({"book_service", "inform", "affirm", "deny"})

    def _frame(self, tracker: Tracker, first: bool) -> Booking:
        frame = super()._frame(tracker, first)
        if first and frame.service_type is None:
            # "我本人去，下周五下午两点", after it was told of the training what it is.
            pending = tracker.get_slot("pending") or {}
            told_of = (pending.get("offer") or pending).get("service_type")
            frame.service_type = told_of if told_of in SERVICE_TYPES else None
        return frame

    async def learn(self, frame: Booking, turn: Turn, *, first: bool) -> set[str]:
        if first and (made := await afterwards.follows(frame.made, turn, self.api)):
            return await self._after(made, frame, turn)
        if first and frame.made and _only_agrees(turn):
            frame.stands = True
            return set()
        if not first and (more := another(frame, turn)):
            frame.more.append(more)
            return set() if frame.asked == CONFIRM and YES_FIRST.match(turn.text) else {"more"}
        if not first and (amended := amend(frame, turn)):
            frame.amended = [who.label for who in amended]
            frame.offering, frame.results, frame.slot, frame.home = None, [], None, None
            return {"people"}
        if not first and (gone := drop_services(frame, turn)):
            frame.dropped = [SERVICE_TYPES[each].called for each in gone]
            frame.offering, frame.results, frame.slot = None, [], None
            return {"service_type", "more"}
        meals = {"part"} if not first and drop_meals(frame, turn) else set()
        learned = meals | await learn(self.api, frame, turn, first=first)
        if learned & {"service_type", "place", "city", "people", "address"}:
            frame.offering, frame.results, frame.slot = None, [], None
        if "people" in learned:
            # Whoever it is for now lives somewhere else.
            frame.home = None
        if learned & {"date", "time", "part", "recurrence", "any_time", "quantity"}:
            frame.slot = None
        return learned

    def stops(self, frame: Booking, turn: Turn) -> bool:
        """ "那个理发算了" beside another service drops that one alone."""
        no_yes = frame.asked == CONFIRM and turn.calls_off and not turn.when
        called_off = turn.intent != "cancel_order" and (ends(frame, turn) or no_yes)
        return (super().stops(frame, turn) or called_off) and not self.keeps_some(frame, turn)

    def keeps_some(self, frame: Booking, turn: Turn) -> bool:
        return not turn.leaves and bool(drop_services(frame.model_copy(deep=True), turn))

    def tells_over(self, frame: Booking, turn: Turn) -> bool:
        """ "对，剪头发明天上午十点，买米星期五下午三点，两样都要": a yes that says again what was wished for in all."""
        yes = FIRM_YES.match(turn.text) or turn.ends_in_yes
        if not ((frame.more or frame.before) and yes and self.clear(turn)):
            return False
        frame.agreed = tells_over([own_wish(frame), *frame.more, *frame.before], turn)
        return frame.agreed

    async def _after(
        self, made: tuple[dict[str, Any], afterwards.Meaning], frame: Booking, turn: Turn
    ) -> set[str]:
        """Of the order just made: it is changed, another of its kind is made with what is known, or it stands."""
        order, meant = made
        if meant != "again":
            frame.amends, frame.stands = meant == "change", meant == "same"
            return set()
        for name, value in (await afterwards.wish_of(order, turn, self.api)).items():
            setattr(frame, name, value)
        learned = await learn(self.api, frame, turn, first=True)
        frame.service_type = order["service_type"]
        return learned

    async def _digress(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """What is asked or wished about this booking itself, before other matters."""
        if turn.asked_facts - {"price"} and turn.intent not in NO_FACTS:
            await self._tell_facts(frame, turn, out)
            await self.go_on(frame, turn, out)
            return True
        about_this = turn.intent == "ask_subsidy" and not turn.names_a_service
        if about_this or (turn.asks_price and turn.intent != "ask_subsidy"):
            await self.aside(frame, turn, out)
            await self.go_on(frame, turn, out)
            return True
        if frame.asked == CONFIRM and turn.intent == "change_order" and not ANOTHER.search(turn.text):
            self.ask_correction(frame, out)
            return True
        if turn.intent != "cancel_order":
            return await super()._digress(frame, turn, out)
        # "取消" drops this booking; an order that stands may be meant as well, unless this one was just read out.
        self._stop(frame, turn, out)
        another = order_number(turn) or ANOTHER.search(turn.text)
        if (another or frame.asked != CONFIRM) and await upcoming(turn, self.api):
            frame.later.insert(0, {"intent": "cancel_order", "frame": {}})
        return True

    async def _tell_facts(self, frame: Booking, turn: Turn, out: Out) -> None:
        """Where a place is, its telephone, its hours: of the one named, else of the one that would come."""
        city = turn.city or frame.city or turn.speaker.city
        named = turn.value("place") or await place_said(turn, self.api, city)
        if frame.offering and not named and set(turn.service_types) <= {frame.service_type}:
            tell_of(frame.offering, turn.asked_facts, out)
            return
        service = None if named else frame.service_type
        # A guess from all that is said is no other service: "在哪点嘛？几点开门？"
        worded = any(word in turn.text for each in turn.service_types for word in words_for(each))
        told = turn if turn.names_a_service or worded else about(frame.service_type or "", turn)
        await find_service(told, out, self.api, inside=True, service=service, place=named, sought=True)

    async def beside(self, frame: Booking, turn: Turn, out: Out) -> None:
        """Which services were noted, where several are wanted; one of them may only be asked about ("明天洗澡，再帮我查一下
        食堂几点开门")."""
        noted = list(dict.fromkeys([frame.title, *(_wished(frame, each).title for each in frame.more)]))
        if len(noted) > 1:
            out.say("utter_several_noted", what="、".join(noted))
        for each in asked_beside(turn):
            answer = ask_subsidy if asks_for_money(each, turn) else find_service
            await answer(about(each, turn), out, self.api, inside=True)

    async def only_asked(self, frame: Booking, turn: Turn, out: Out) -> bool:
        """ "签个家庭医生一年多少钱" and "哪里有做康复的" are questions: they are answered, and a booking offered."""
        if await withdraws(turn, self.api):
            return self.hand_over(frame, "cancel_order")
        if pointed := await hindered(turn, self.api):
            return self.hand_over(frame, "change_order", pointed)
        if frame.amends or await changes(turn, self.api):
            return self.hand_over(frame, "change_order")
        if await asks_after(turn, self.api):
            frame.made = (await order_status(turn, out, self.api)).get("last_order") or frame.made
            frame.ended = True
            return True
        if frame.stands:
            out.say("utter_as_booked")
            frame.ended = True
            return True
        if frame.wonders:
            return await self.only_free(frame, turn, out)
        if DEVICE_DESCRIBED.search(turn.text) and not turn.names_a_service:
            return self.hand_over(frame, "device")
        facts = (turn.asked_facts and not turn.wishes) or turn.asks_after_another
        if not (turn.asks_subsidy or turn.asks_place or facts):
            return False
        frame.pending = (await find_service(turn, out, self.api)).get("pending")
        frame.ended = True
        return True

    def agrees(self, turn: Turn) -> bool:
        """ "好，再加一份中午饭" is a yes with another wish; "你看着办" is none to a read-back."""
        if turn.adds:
            return YES_FIRST.match(turn.text) is not None
        clear = turn.says_yes or not (turn.leaves_it_open or ASKING.search(turn.text))
        return (turn.affirms and clear) or self.yes_in_words(turn)

    async def aside(self, frame: Booking, turn: Turn, out: Out) -> None:
        """The price of what is being booked, and that another wish has been noted."""
        if frame.dropped:
            out.say("utter_dropped", what="、".join(frame.dropped))
            frame.dropped = []
            return
        if frame.amended:
            here = [who.label for who in frame.people]
            if elsewhere := [label for label in frame.amended if label not in here]:
                out.say("utter_amended", who="、".join(elsewhere))
            frame.amended = []
            return
        if frame.more and (more := another(frame, turn)):
            out.say("utter_later", matter=SERVICE_TYPES[more["service_type"]].called)
        if turn.asks_subsidy or turn.intent == "ask_subsidy":
            topic = "" if turn.names_a_service else frame.title
            await ask_subsidy(turn, out, self.api, inside=True, topic=topic)
            return
        if not turn.asks_price:
            return
        if frame.offering is None and frame.service_type:
            await self._find(frame, turn, out)
        if frame.ended:
            return
        if frame.offering is None:
            await find_service(turn, out, self.api, inside=True, service=frame.service_type)
            return
        offering = frame.offering["offering"]
        price = offering.get("unit_price_fen")
        told = f"每{offering['unit']}{spoken.yuan(price)}" if price is not None else "价钱由服务方告诉您"
        out.say("utter_price", service=frame.title, price=told)

    def _choose(self, frame: Booking, turn: Turn) -> set[str]:
        if frame.asked == "person" and frame.options and BOTH_OF_THEM.search(turn.text):
            frame.people = [
                Who(person_id=each.value, name=each.title.split("，")[0]) for each in frame.options
            ]
            return {"people"}
        chosen = super()._choose(frame, turn)
        if chosen or frame.asked not in ("place", "street") or turn.denies:
            return chosen
        if turn.affirms:
            # A yes to "甲，还是乙" picks none; what was said stands, and is read back.
            return self._as_said(frame)
        near = resembling(turn.text, frame.options)
        return self.take(frame, frame.asked, near) if near else set()

    def _as_said(self, frame: Booking) -> set[str]:
        """Go on with the street as it was heard, or with the place that is most like the one heard."""
        if frame.asked == "place":
            return self.take(frame, "place", frame.options[0]) if frame.options else set()
        frame.streets = []
        return {"address"}

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

    async def go_on(self, frame: Booking, turn: Turn, out: Out) -> None:
        if await self._missing(frame, turn, out):
            frame.agreed = False
        elif frame.agreed:
            await self.submit(frame, turn, out)
        else:
            self._confirm(frame, turn, out)

    def _confirm(self, frame: Booking, turn: Turn, out: Out) -> None:
        assert frame.offering and frame.slot
        offering = frame.offering["offering"]
        quantity, several = frame.quantity or 1, len(frame.people)
        price = offering.get("unit_price_fen")
        counted = "每回" if frame.recurrence else "一共"
        if frame.stay:
            counted, quantity = f"每{offering['unit']}", 1
        who = "、".join(f"{each.label}（新登记）" if each.new else each.label for each in frame.people)
        self.read_back(
            frame,
            out,
            "utter_confirm_booking",
            who=who,
            when=_when(frame, turn),
            what=(frame.stay and f"{offering['name']}，{frame.stay}")
            or f"{offering['name']}{'各' if several > 1 else ''}{quantity}{offering['unit']}",
            where=_where(frame),
            price=f"{counted}{spoken.yuan(price * quantity * several)}"
            if price is not None
            else "价钱由服务方告诉您",
            demo="，这是演示数据" if offering.get("demo") else "",
            remarks=(f"，去{frame.destination}" if frame.destination else "")
            + (f"，电话{frame.phone}" if frame.new_phone else "")
            + (f"，备注：{frame.remarks}" if frame.remarks else ""),
        )

    async def submit(self, frame: Booking, turn: Turn, out: Out) -> None:
        orders = []
        frame.agreed |= turn.speaker.kind == "worker" and ALL_AGREED.search(turn.text) is not None
        told = frame.asked is None
        try:
            for index, who in enumerate(frame.people):
                orders.append(await self._book(frame, who, index, turn))
        except Refused as error:
            if error.code == "slot_full":
                # Somebody was faster: what is left is looked up again, for those who have no order yet.
                if orders:
                    out.say("utter_booked", number="、".join(order["number"] for order in orders))
                frame.agreed = False
                frame.people, frame.key, frame.slot = frame.people[len(orders) :], uuid.uuid4().hex, None
                await self.go_on(frame, turn, out)
                return
            raise
        frame.ended = True
        # Of several made at once none is the one that "再加一份" is about.
        frame.made = orders[0]["number"] if len(orders) == 1 else None
        numbers = "、".join(order["number"] for order in orders)
        words = (
            "utter_booked_agreed" if told else "utter_booked_series" if frame.recurrence else "utter_booked"
        )
        out.say(
            words,
            number=numbers,
            who="、".join(each.label for each in frame.people),
            what=frame.title,
            when=_when(frame, turn),
            card={"kind": "order", "orders": orders},
        )
        frame.later = [
            {"intent": "book_service", "frame": _following(frame, each)} for each in frame.more
        ] + frame.later

    async def _book(self, frame: Booking, who: Who, index: int, turn: Turn) -> dict[str, Any]:
        assert frame.offering and frame.slot
        body = {
            "senior_id": who.person_id or await self._record(frame, who, turn),
            "offering_id": frame.offering["offering"]["id"],
            "quantity": frame.quantity or 1,
            "remarks": _remarks(frame),
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

    def drop(self, frame: Booking, turn: Turn) -> list[str]:
        """This booking, what was wished for in the same breath, and the bookings put off."""
        if frame.service_type is None:
            return []
        put_off = [each["frame"] for each in frame.later if each["intent"] == "book_service"]
        frame.later = [each for each in frame.later if each["intent"] != "book_service"]
        wishes = [frame, *(_wished(frame, each) for each in [*frame.more, *put_off])]
        apart = len({each.title for each in wishes}) == len(wishes)
        return [each.title if apart else _dated(each, turn.now.date()) for each in wishes]

    def summary(self, frame: Booking) -> str:
        known = [f"预约{frame.title}"]
        if frame.date:
            known.append(frame.date)
        known += [each for each in (frame.time, spoken.PARTS.get(frame.part or "")) if each]
        if frame.recurrence:
            known.append(spoken.recurrence(frame.recurrence))
        if frame.quantity:
            known.append(f"{frame.quantity}份")
        known += [f"还要{_wished(frame, each).title}" for each in frame.more]
        return "，".join(known)


def _only_agrees(turn: Turn) -> bool:
    """Whether a yes after an order names its moment once more and nothing else: "对，每礼拜二早上八点半，就这样"."""
    yes = FIRM_YES.match(turn.text) and turn.ends_in_yes
    return bool(yes and turn.when) and not (turn.names_a_service or turn.adds or turn.changed_to)


def _wished(frame: Booking, wish: dict[str, Any]) -> Booking:
    """A further wish; by default for the same service."""
    return Booking(service_type=wish.get("service_type") or frame.service_type, date=wish.get("date"))


def _dated(wish: Booking, today: date) -> str:
    """明天的送饭, to tell it from another of the kind."""
    return (
        f"{spoken.day(date.fromisoformat(wish.date), today).split('，')[0]}的{wish.title}"
        if wish.date
        else wish.title
    )


def _following(frame: Booking, wish: dict[str, Any]) -> dict[str, Any]:
    """A further wish of the same breath, with what was told for the first and holds for it too."""
    people = [who.model_dump() for who in frame.people]
    known: dict[str, Any] = {"people": people, "phone": frame.phone, "city": frame.city}
    known |= {"before": [*frame.before, own_wish(frame)], "agreed": frame.agreed}
    if wish.get("people", people) == people:
        known |= {"name": frame.name, "address": frame.address}
    if wish.get("service_type", frame.service_type) == frame.service_type:
        known |= frame.model_dump(include={"service_type", "quantity", "at_home", "remarks"})
        if frame.slot and not (wish.get("time") or wish.get("part")):
            known["time"] = frame.slot[11:16]
    return {**known, **{name: value for name, value in wish.items() if value is not None}}


def _remarks(frame: Booking) -> str | None:
    """What whoever comes must know beside place and time."""
    goal = f"去{frame.destination}" if frame.destination else None
    return "；".join(filter(None, (frame.stay, goal, frame.remarks))) or None


def _when(frame: Booking, turn: Turn) -> str:
    """When it happens."""
    start, today = datetime.fromisoformat(str(frame.slot)), turn.now.date()
    return spoken.series(start, frame.recurrence, today) if frame.recurrence else spoken.moment(start, today)


def _where(frame: Booking) -> str:
    """Where it happens."""
    assert frame.offering
    place = frame.offering["place"]["name"]
    home = frame.address or frame.home
    if (
        frame.service_type in ESCORTS
        and home
        and (frame.address or frame.offering["offering"].get("at_home"))
    ):
        return f"由{place}派人，到{home}接"
    if not frame.offering["offering"].get("at_home"):
        return f"地点在{place}"
    return f"由{place}上门，送到{frame.address or frame.home}"
