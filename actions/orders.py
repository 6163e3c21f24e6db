"""Changing and cancelling an order: which one, what is new, read back, done."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, TypeVar

from pydantic import Field

from actions import afterwards, spoken
from actions.answers import no_orders, order_number, order_numbered, upcoming
from actions.form import CONFIRM, CORRECTION, FIRM_YES, Form, Frame
from actions.naming import hinted, partial, services
from actions.out import Out
from actions.places import Option
from actions.slots import apart, covers, readings, slot_option
from actions.turn import Spoken, Turn
from actions.who import named
from assistant.client import SERVICE_TYPES, Refused

MINUTE = timedelta(minutes=1)
JUST_MADE = re.compile(r"刚(?:才|刚|订|定|约|预约|办|下|给)|将才|方才|才[订定约办]的|这个?(?:单|预约)")
"""Words that point at the order made last."""
ALL = re.compile(r"都|全|一概|统统")
WHOLE_SERIES = re.compile(r"都(取消|不要|退|不[用送])|全部|以后(都|的)|整个|一直|每[天周]的?都|都别")

CHANGES = re.compile(r"改|换|挪|推迟|提前|延|调|变|[加多少减]一?[份个]")
"""Words for another time or number of what stands."""
NOT_WANTED = re.compile(r"不要|不去|不来|不用|取消|退|撤|别[来送]|[甭莫][来送]|作废")
YES_BEFORE = re.compile(r"^[嗯是对好行](?![不像])|^对不[要用]")
"""A yes before the wish: "对，不要了" is no refusal, whatever the classifier takes it for."""
DROPPED = re.compile(
    r"就是(?:说)?不(?:要|整|去|做|弄|用|来)了|(?:给我|帮我)(?:取消|撤|退)|(?:这[回次]|先)[^，。]{0,2}不(?:洗|剪|理|剃|吃|做|去|来)了"
)
"""That it is to be cancelled, said so that nothing else can be meant."""
KEPT = re.compile(
    r"[不别莫甭][用要]?(?:给我)?(?:取消|退|撤|作废)|留着|还是要|照旧|照常|照样|先不(?![洗剪理剃吃做来])"
)
"""An order that is wanted after all."""


MOST_READ, FEW = 4, 3
"""Of more orders than that only the next few are read out: a listener keeps three in mind."""


class OneOrder(Frame):
    """A matter about one order."""

    order: dict[str, Any] | None = None
    service_type: str | None = None
    day: str | None = None
    """Day of the order as said, ISO."""
    number: str | None = None
    key: str = Field(default_factory=lambda: uuid.uuid4().hex)


class Change(OneOrder):
    """What is to be new. Dates and times are China time."""

    date: str | None = None
    time: str | None = None
    part: str | None = None
    either_half: bool = False
    """The hour was said without its half of the day."""
    quantity: int | None = None
    remarks: str | None = None
    address: str | None = None
    """Where it is to come instead."""
    slot: str | None = None
    added: int | None = None
    """So many more than there are, as long as it is open of which order."""
    again: bool = False
    """Another order of the kind is wanted, and none changed."""
    moved: int | None = None
    """Minutes by which the order is to come later, or sooner: "往后挪一天"."""


class Cancel(OneOrder):
    reason: str | None = None
    whole_series: bool = False
    several: list[dict[str, Any]] = []
    """All that are meant, where it is more than one: "那几顿都别送了"."""
    turned: bool = False
    """It is to be changed instead."""


O = TypeVar("O", bound=OneOrder)  # noqa: E741


async def choose_order(form: Form[Any], frame: OneOrder, turn: Turn, out: Out) -> bool:
    """Settle which order is meant. True: a question was asked or the form is over."""
    if frame.order:
        return False
    if frame.number:
        try:
            frame.order = await order_numbered(frame.number, turn, form.api)
            return False
        except Refused as error:
            if error.status not in (403, 404):
                raise
            out.say("utter_order_unknown_ask", number=frame.number)
            frame.number = None
            form.ask(frame, out, "order")
            return True
    orders = await upcoming(turn, form.api)
    if not orders:
        if turn.speaker.person_id is None or turn.speaker.kind == "worker":
            form.ask(frame, out, "order")
            return True
        frame.pending = no_orders(turn, out, frame.service_type)
        frame.ended = True
        return True
    fitting = [order for order in orders if fits(frame, order)] or orders
    made = next((order for order in fitting if order["number"] == frame.made), None)
    if len(fitting) == 1 or (made and JUST_MADE.search(turn.text)):
        frame.order = made or fitting[0]
        return False
    today = turn.now.date()
    many = len(fitting) > MOST_READ
    shown = fitting[:FEW] if many else fitting
    options = [Option(title=title_of(order, today), value=order["number"]) for order in shown]
    words = "which_order_many" if many else None
    form.ask(frame, out, "which_order", options=options, words=words, count=len(fitting))
    return True


def fits(frame: OneOrder, order: dict[str, Any]) -> bool:
    """Whether an order is of the service and the day that were said."""
    start = datetime.fromisoformat(order["starts_at_local"])
    return (frame.service_type in (None, order["service_type"])) and (
        frame.day in (None, start.date().isoformat())
    )


def title_of(order: dict[str, Any], today: date) -> str:
    start = datetime.fromisoformat(order["starts_at_local"])
    whose = f"{order['whose']}，" if order.get("whose") else ""
    return f"{whose}{spoken.moment(start, today)}的{SERVICE_TYPES[order['service_type']].called}"


def _titles(orders: list[dict[str, Any]], today: date) -> str:
    """All orders by name; of many the number and the first and the last."""
    if len(orders) <= MOST_READ:
        return "，".join(title_of(order, today) for order in orders)
    return f"{len(orders)}个预约，从{title_of(orders[0], today)}到{title_of(orders[-1], today)}"


def learn_order(frame: OneOrder, turn: Turn, when: Spoken) -> set[str]:
    """Which order the words point at: number, service, day."""
    learned: set[str] = set()
    if number := order_number(turn):
        frame.number, frame.order = number, None
        learned.add("number")
    types = services(turn) or (hinted(turn) if frame.order is None else [])
    if _another_one(frame, types, when, turn.text):
        # "不是打扫，是洗澡那个": not the one that was read back.
        frame.order = frame.number = frame.service_type = frame.day = None
        types = types[-1:]
    if types and frame.order is None:
        frame.service_type = types[0]
        learned.add("service_type")
    if when.date and frame.order is None:
        frame.day = when.date.isoformat()
        learned.add("day")
    return learned


def _another_one(frame: OneOrder, types: list[str], when: Spoken, said: str) -> bool:
    """Whether what was said at the read-back points at another order than the one read."""
    if frame.order is None or frame.asked not in (CONFIRM, CORRECTION) or FIRM_YES.match(said):
        return False
    day = frame.order["starts_at_local"][:10]
    other_service = bool(types) and types[-1] != frame.order["service_type"]
    return other_service or (when.date is not None and when.date.isoformat() != day)


def place_of(frame: OneOrder) -> dict[str, Any]:
    """Service and place of the order in hand."""
    order = frame.order or {}
    return {"service": order.get("service_type"), "place": order.get("place")} if order else {}


class ChangeForm(Form[Change]):
    form: ClassVar[str] = "change_form"
    own_words: ClassVar[re.Pattern[str]] = CHANGES
    intents: ClassVar[frozenset[str]] = frozenset(
        {"change_order", "inform", "affirm", "deny", "book_service"}
    )

    def spoken_of(self, frame: Change) -> dict[str, Any]:
        return place_of(frame)

    async def learn(self, frame: Change, turn: Turn, *, first: bool) -> set[str]:
        if first and not order_number(turn):
            made = await afterwards.follows(frame.made, turn, self.api)
            frame.order = made[0] if made and made[1] == "change" else None
            frame.again = made is not None and made[1] == "again"
        if not first and frame.order and turn.notes_a_booking:
            others = [each for each in services(turn) if each != frame.order["service_type"]]
            if others and frame.order["service_type"] not in services(turn):
                # "下周一9:00 舒望春 代购" tells nothing of the order in hand.
                people = [who.model_dump() for who in named(turn) if not who.own]
                wish = {**partial(others[0], turn, 0), **({"people": people} if people else {})}
                frame.later.append({"intent": "book_service", "frame": wish})
                return {"later"}
        old, new = _before_the_move(turn) if turn.moved else self._old_and_new(frame, turn, first)
        learned = learn_order(frame, turn, old)
        if turn.moved:
            frame.moved = turn.moved // MINUTE
            frame.date = frame.time = frame.part = None
            learned |= {"date", "time"}
        if new.date:
            frame.date = new.date.isoformat()
            learned.add("date")
        if new.time:
            frame.time, frame.part = new.time.strftime("%H:%M"), None
            frame.either_half = new.either_half
            learned.add("time")
        elif new.part:
            frame.time, frame.part = None, new.part
            learned.add("part")
        if address := afterwards.new_address(turn):
            frame.address = address
            learned.add("address")
        elif turn.value("quantity") or turn.remarks or frame.order:
            learned |= self._portions(frame, turn)
        if learned & {"date", "time", "part"}:
            frame.slot = None
        return learned

    @staticmethod
    def _portions(frame: Change, turn: Turn) -> set[str]:
        """How many there are to be, and how it is to be done."""
        before = frame.quantity, frame.added, frame.remarks
        number = afterwards.number_said(turn)
        said = number and number["value"]
        if frame.order:
            stands = frame.quantity or int(frame.order["quantity"])
            said = afterwards.portions(frame.order["service_type"], stands, turn) or said
        elif said and afterwards.MORE.search(turn.text) and not frame.quantity:
            frame.added, said = int(said), None
        frame.quantity = int(said) if said else frame.quantity
        if turn.remarks:
            frame.remarks = "；".join(dict.fromkeys([*filter(None, [frame.remarks]), *turn.remarks]))
        told = {"quantity"} if said else set()
        return told if before == (frame.quantity, frame.added, frame.remarks) else {*told, "portions"}

    async def aside(self, frame: Change, turn: Turn, out: Out) -> None:
        """That another wish has been noted."""
        if frame.order and turn.notes_a_booking and frame.order["service_type"] not in services(turn):
            out.say("utter_later", matter=SERVICE_TYPES[services(turn)[0]].called)

    async def only_asked(self, frame: Change, turn: Turn, out: Out) -> bool:
        """ "再帮他订那天中午的饭" is a booking of its own, whatever order was spoken of before; so is a note like
        "周五上午九点卢玉成理发" where no such order stands."""
        wanted_anew = not (turn.changed_to or CHANGES.search(turn.text) or frame.order)
        if not (frame.again or wanted_anew):
            return False
        if not frame.again and not turn.adds and not (turn.notes_a_booking and not await self._stands(turn)):
            return False
        return self.hand_over(frame, "book_service")

    async def _stands(self, turn: Turn) -> bool:
        """Whether an order that the turn may be about is still to come."""
        types = services(turn)
        return any(order["service_type"] in types for order in await upcoming(turn, self.api))

    def _old_and_new(self, frame: Change, turn: Turn, first: bool) -> tuple[Spoken, Spoken]:
        """The time of the order as it stands, and the time it is to have."""
        if turn.changed_to:
            new = turn.changed_to.text.split("，")
            others = (c.when for c in turn.clauses if c.when and not any(each in c.text for each in new))
            old = turn.changed_from or next(others, Spoken())
            return old, turn.changed_to.when
        if first and frame.order is None and len([c for c in turn.clauses if c.when]) == 1:
            # "明天的午饭我想改一下" points at the order; the new time is still to come.
            return turn.when, Spoken()
        if len(turn.clauses) >= 2 and first:
            timed = [clause.when for clause in turn.clauses if clause.when]
            if len(timed) >= 2:
                return timed[0], _together(timed[1:])
        return Spoken(), turn.when

    def take(self, frame: Change, datum: str, option: Option) -> set[str]:
        if datum == "which_order":
            frame.number, frame.order = option.value, None
            return {"number"}
        if datum in ("new_time", "full"):
            moment = datetime.fromisoformat(option.value)
            frame.date, frame.time, frame.part = moment.date().isoformat(), moment.strftime("%H:%M"), None
            frame.slot, frame.either_half = option.value, False
            return {"time"}
        return super().take(frame, datum, option)

    async def go_on(self, frame: Change, turn: Turn, out: Out) -> None:
        if await choose_order(self, frame, turn, out):
            return
        assert frame.order
        self.reckon(frame)
        if frame.added:
            frame.quantity, frame.added = frame.order["quantity"] + frame.added, None
        if not (frame.date or frame.time or frame.part or frame.quantity or frame.remarks or frame.address):
            self.ask(frame, out, "new_time", order=title_of(frame.order, turn.now.date()))
            return
        timed = frame.date or frame.time or frame.part
        if timed and not frame.slot and await self._settle(frame, turn, out):
            return
        today = turn.now.date()
        what = []
        if frame.slot:
            what.append(f"改到{spoken.moment(datetime.fromisoformat(frame.slot), today)}")
        if frame.quantity and frame.quantity != frame.order["quantity"]:
            what.append(f"改成{frame.quantity}{frame.order['unit']}" + _costs(frame.order, frame.quantity))
        if frame.address:
            what.append(f"送到{frame.address}")
        if frame.remarks:
            what.append(f"备注：{frame.remarks}")
        if not what:
            # Nothing would be new: no question for a yes.
            frame.quantity = None
            self.ask(frame, out, "new_time", order=title_of(frame.order, today))
            return
        self.read_back(
            frame, out, "utter_confirm_change", order=title_of(frame.order, today), what="，".join(what)
        )

    @staticmethod
    def reckon(frame: Change) -> None:
        """The new time of what is moved, from the order's own; an hour that was said stands."""
        if frame.moved is None or frame.order is None:
            return
        start = datetime.fromisoformat(frame.order["starts_at_local"]) + frame.moved * MINUTE
        frame.date = frame.date or start.date().isoformat()
        if not (frame.time or frame.part):
            frame.time, frame.either_half = start.strftime("%H:%M"), False
        frame.moved = frame.slot = None

    async def _settle(self, frame: Change, turn: Turn, out: Out) -> bool:
        """Find a free slot for the new time; what was not said stays as it was."""
        assert frame.order
        old = datetime.fromisoformat(frame.order["starts_at_local"])
        day = date.fromisoformat(frame.date) if frame.date else old.date()
        if day < turn.now.date():
            out.say("utter_date_past", day=spoken.day(day, turn.now.date()))
            frame.date = None
            self.ask(frame, out, "new_time", order=title_of(frame.order, turn.now.date()))
            return True
        slots = await self.api.slots(turn.speaker.actor, frame.order["offering_id"], day)
        need = frame.quantity or frame.order["quantity"]
        free = [slot for slot in slots if slot["free"] >= need]
        frame.slot = self._fitting(frame, free, old)
        if frame.slot:
            return False
        if not free:
            out.say("utter_closed_day", day=spoken.day(day, turn.now.date()), place=frame.order["place"])
            frame.date = None
            self.ask(frame, out, "new_time", order=title_of(frame.order, turn.now.date()))
            return True
        likeliest = _readings(frame, old)[0]
        near = sorted(free, key=lambda slot: apart(slot, likeliest))[:FEW]
        options = [slot_option(slot, turn.now.date()) for slot in near]
        self.ask(
            frame, out, "full", options=options, service=SERVICE_TYPES[frame.order["service_type"]].called
        )
        return True

    @staticmethod
    def _fitting(frame: Change, free: list[dict[str, Any]], old: datetime) -> str | None:
        """The moment wanted, in a free slot; ISO, China time."""
        if frame.part and not frame.time:
            if spoken.in_part(old.time(), frame.part):
                kept = next((_at(slot, old.time()) for slot in free if covers(slot, old.time())), None)
                if kept:
                    return kept
            starts = [str(slot["starts_at"]) for slot in free]
            return next((s for s in starts if spoken.in_part(time.fromisoformat(s[11:16]), frame.part)), None)
        wanted = _readings(frame, old)
        return next((_at(slot, at) for at in wanted for slot in free if covers(slot, at)), None)

    async def submit(self, frame: Change, turn: Turn, out: Out) -> None:
        assert frame.order
        body: dict[str, Any] = {}
        if frame.slot:
            body["date"], body["time"] = frame.slot[:10], frame.slot[11:16]
        if frame.quantity:
            body["quantity"] = frame.quantity
        if frame.address:
            body["address"] = frame.address
        if frame.remarks:
            known = frame.order.get("remarks")
            body["remarks"] = "；".join(filter(None, (known, frame.remarks)))
        try:
            order = await self.api.change_order(turn.speaker.actor, frame.order["id"], body)
        except Refused as error:
            if error.code != "slot_full":
                raise
            frame.slot = frame.time = None
            out.tell(error.message)
            await self.go_on(frame, turn, out)
            return
        frame.ended, frame.made = True, order["number"]
        out.say(
            "utter_changed",
            order=title_of(order, turn.now.date()),
            number=order["number"],
            card={"kind": "order", "orders": [order]},
        )

    def summary(self, frame: Change) -> str:
        return "改预约" + (f"，{SERVICE_TYPES[frame.service_type].name}" if frame.service_type else "")


class CancelForm(Form[Cancel]):
    form: ClassVar[str] = "cancel_form"
    own_words: ClassVar[re.Pattern[str]] = NOT_WANTED
    intents: ClassVar[frozenset[str]] = frozenset({"cancel_order", "inform", "affirm", "deny", "stop"})

    def spoken_of(self, frame: Cancel) -> dict[str, Any]:
        return place_of(frame)

    async def learn(self, frame: Cancel, turn: Turn, *, first: bool) -> set[str]:
        if frame.order and KEPT.search(turn.text) and turn.changed_to and turn.changed_to.when:
            # "先莫退！…那么不退了，给我改成后天早上"
            frame.turned = True
            return {"turned"}
        learned = learn_order(frame, turn, turn.when)
        if first:
            frame.reason = turn.text[:100]
        if WHOLE_SERIES.search(turn.text):
            frame.whole_series = True
            if frame.asked == "which_order":
                learned.add("whole_series")
        if frame.several and learned & {"day", "service_type", "number"}:
            frame.several, frame.whole_series = [], False
        return learned

    def take(self, frame: Cancel, datum: str, option: Option) -> set[str]:
        if datum == "which_order":
            frame.number, frame.order = option.value, None
            return {"number"}
        return super().take(frame, datum, option)

    def agrees(self, turn: Turn) -> bool:
        """ "对，不要了" and "取消掉" say once more what was asked; "不取消了" and a bare "算了" do not."""
        wish = turn.intent in ("cancel_order", "stop") or YES_BEFORE.match(turn.text) is not None
        dropped = NOT_WANTED.search(turn.text) or (turn.gives_up and YES_BEFORE.match(turn.text))
        said_again = (wish and bool(dropped)) or self.yes_in_words(turn) or DROPPED.search(turn.wanted)
        return turn.affirms or (bool(said_again) and not KEPT.search(turn.wanted))

    async def go_on(self, frame: Cancel, turn: Turn, out: Out) -> None:
        if frame.turned and frame.order:
            self.hand_over(frame, "change_order", {"noted": False, "number": frame.order["number"]})
            return
        if await self._all_of_them(frame, turn, out) or await choose_order(self, frame, turn, out):
            return
        assert frame.order
        series = frame.whole_series and frame.order.get("series_id")
        self.read_back(
            frame,
            out,
            "utter_confirm_cancel_series" if series else "utter_confirm_cancel",
            order=title_of(frame.order, turn.now.date()),
        )

    async def submit(self, frame: Cancel, turn: Turn, out: Out) -> None:
        actor = turn.speaker.actor
        if frame.several:
            for order in frame.several:
                await self.api.cancel_order(actor, order["id"], frame.reason)
            frame.ended = True
            out.say("utter_cancelled", order=_titles(frame.several, turn.now.date()))
            return
        assert frame.order
        if frame.whole_series and frame.order.get("series_id"):
            await self.api.cancel_series(actor, frame.order["series_id"], frame.reason)
        else:
            await self.api.cancel_order(actor, frame.order["id"], frame.reason)
        frame.ended = True
        out.say("utter_cancelled", order=title_of(frame.order, turn.now.date()))

    def stops(self, frame: Cancel, turn: Turn) -> bool:
        """ "都不要了" where orders are chosen from is no end, but which of them."""
        return (
            super().stops(frame, turn)
            and not (frame.asked == CORRECTION and self.agrees(turn))
            and (KEPT.search(turn.text) is not None or not ALL.search(turn.text))
        )

    async def _all_of_them(self, frame: Cancel, turn: Turn, out: Out) -> bool:
        """Read back several orders at once, where all of them are meant. False: it is about one."""
        if frame.order or frame.number or not frame.whole_series:
            return False
        fitting = [order for order in await upcoming(turn, self.api) if fits(frame, order)]
        if len(fitting) < 2 or any(order.get("series_id") for order in fitting):
            return False
        frame.several = fitting
        self.read_back(frame, out, "utter_confirm_cancel", order=_titles(fitting, turn.now.date()))
        return True

    def summary(self, frame: Cancel) -> str:
        return "取消预约" + (f"，{SERVICE_TYPES[frame.service_type].name}" if frame.service_type else "")


def _before_the_move(turn: Turn) -> tuple[Spoken, Spoken]:
    """What points at the order, and an hour said beside the move: "周五那个往后推一天，改下午三点"."""
    at = next(index for index, clause in enumerate(turn.clauses) if clause.moved is not None)
    stands = next((clause.when for clause in turn.clauses[: at + 1] if clause.when), Spoken())
    hour = next(
        (c.when for c in turn.clauses[at + 1 :] if c.when and not (c.when.date or c.reason)), Spoken()
    )
    return stands, hour


def _together(said: list[Spoken]) -> Spoken:
    """What several clauses tell of one moment, the later ones over the earlier: "改下周三吧，还是九点"."""
    whole = said[0]
    for each in said[1:]:
        clock = each if each.time or each.part else whole
        whole = replace(clock, date=each.date or whole.date, recurrence=each.recurrence or whole.recurrence)
    return whole


def _costs(order: dict[str, Any], quantity: int) -> str:
    """What so many cost, where a price is on record."""
    price = order.get("unit_price_fen")
    return f"，一共{spoken.yuan(price * quantity)}" if price else ""


def _readings(frame: Change, old: datetime) -> list[time]:
    """What the time wanted may mean, likeliest first; the old one, where none was said."""
    if not frame.time:
        return [old.time()]
    return readings(time.fromisoformat(frame.time), either_half=frame.either_half, like=old.time())


def _at(slot: dict[str, Any], wanted: time) -> str:
    """A moment within a slot, ISO."""
    return f"{slot['starts_at'][:11]}{wanted:%H:%M}:00"
