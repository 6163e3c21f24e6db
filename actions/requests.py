"""Requests that become tickets: complaints, ability assessments, devices; and changes of one's own data."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field

from actions import afterwards, spoken
from actions.addresses import completed, put_right, said_address
from actions.answers import ask_subsidy
from actions.form import CONFIRM, CORRECTION, FIRM_YES, Form, Frame
from actions.out import Out
from actions.places import Option
from actions.turn import WISH, Turn
from actions.who import SURNAMES, Who, bare_name, caller, listed, named, resolve
from assistant.client import CHINA, Refused

DEVICE = re.compile(r"手环|手表|呼叫器|一键(通|呼|帮)|平安钟|按钮|铃|腕表|定位|烟感|报警器")
QUESTION = re.compile(r"多少钱|要钱|花钱|听说|收费|免费|怎么用|有没有|是什么|什么样|能不能|可以吗|[吗呢?？]$")
BROKEN = re.compile(r"坏|不亮|没电|不响|失灵|不灵|充不|丢|掉了|修|换")
DROPPED = re.compile(r"不(?:用|要|想)?(?:投诉|报|登|办|说|反映|追究|计较)|算了|没事")
"""A complaint is taken back."""
REFUSED = re.compile(r"不对|不是|错|搞岔|不[要用办登想]|没有|算了|取消|撤|退|改|换|别|莫|等")
"""Words of a no in an answer to a read-back."""
MORE = 10
"""Characters from which on an answer to a read-back tells more than no."""
ANSWERED = re.compile(
    r"(?:给|回)[我俺咱]{0,2}(?:个|一个)?(?:回)?[话复信音]|[回打]个?(?:电话|话)|回[个复]?[话信电]|查[清明一]|说法|交代|处理|负责(?!人)|管管|跟进|解决|提醒|问清"
)
"""That somebody is to look into it and tell, or to ring up before: part of the matter."""
NOW = re.compile(
    r"人工|真人|转[接到给]?|接线员|[找叫喊换]个?.{0,3}人(?![^，。]{0,6}(?:查|回))|听电话|还是|直接|现在|马上|立刻|领导.{0,3}(?:出来|听|接)"
)
"""A person at once."""
ADDRESS_MATTER = re.compile(r"搬|地址|住址|住到|住在|家在")
PHONE_MATTER = re.compile(r"手机|电话|号码|号")
CONTACT_MATTER = re.compile(r"联系人|紧急|绑定|家属|(女儿|儿子|闺女|老伴|孙子|孙女|侄子)(的)?(电话|手机|号)")
RELATION = (
    r"(?:[大二三四五小老]|老[大二三四])?(?:闺女|女儿|姑娘|丫头|儿子|崽|儿媳妇?|媳妇|女婿|外?孙子?女?|外甥女?|侄[子儿女]|弟弟?|妹妹?|妹子|哥哥?|"
    r"姐姐?|老伴儿?|邻居|表[弟妹哥姐]|堂[弟妹哥姐])"
)
NAME_ENDS = r"(?=$|[，,。；;、！\s\d她他的吧换]|电话|手机|号码|做|当)"
CONTACT = re.compile(
    rf"(?P<relation>{RELATION})(?:[,，]?(?:她|他)?(?:叫|是|名字叫))?(?P<name>(?![的换在不没电手号改是叫了])[一-鿿]{{2,3}}?{NAME_ENDS})?"
)
CALLED = re.compile(
    rf"(?:换成|改成|改为|换为|叫|名字是|姓名是?|是)(?P<name>[{SURNAMES}][一-鿿]{{1,2}}?){NAME_ENDS}"
)


def wants_an_answer(turn: Turn) -> bool:
    """Whether it is the matter that is to be looked into, and no person to be put through to."""
    return turn.intent == "human" and bool(ANSWERED.search(turn.text)) and not NOW.search(turn.text)


def another_matter(turn: Turn) -> bool:
    """Whether a service is ordered or asked about beside a ticket: "还有，再帮我订个明天的午饭", "送饭一份多少钱"."""
    ordered = turn.intent == "book_service" and turn.orders
    asked = turn.intent == "find_service" and turn.names_a_service and turn.asked_facts
    return bool(ordered or asked)


class Request(Frame):
    """A matter for a ticket."""

    people: list[Who] = []
    details: str | None = None
    phone: str | None = None
    address: str | None = None
    name: str | None = None
    age: int | None = None
    ability: str | None = None
    income: str | None = None
    order_no: str | None = None
    service_type: str | None = None
    wished: str | None = None
    """When somebody is to come, as it is read back; a wish, no promise."""
    added: str | None = None
    """What was told at the read-back beside it, as it is read back."""
    key: str = Field(default_factory=lambda: uuid.uuid4().hex)


class TicketForm(Form[Request]):
    """What the three ticket forms share: for whom, how to reach them, read back, open."""

    kind: ClassVar[str]
    contact: ClassVar[tuple[str, ...]] = ("name", "phone")
    also_tell: ClassVar[frozenset[str]] = frozenset()
    """Intents of other matters that at the read-back tell more of this one."""

    async def learn(self, frame: Request, turn: Turn, *, first: bool) -> set[str]:
        if frame.asked == CONFIRM and another_matter(turn):
            return set()
        learned: set[str] = set()
        people = [] if frame.asked in ("name", "phone", "address") else named(turn)
        if (first and not people and turn.speaker.kind == "worker") or frame.asked == "person":
            people = people or listed(turn)
            name = bare_name(turn.text) if frame.asked == "person" else None
            people = people or ([Who(name=name)] if name else [])
        if people and (first or frame.asked in ("person", CONFIRM, CORRECTION) or not frame.people):
            frame.people, frame.name = people[:1], None
            learned.add("people")
        if frame.asked not in ("name", "phone", "address") and (wished := _wished(turn)):
            frame.wished = wished
            learned.add("wished")
        for field, entity in (("phone", "phone"), ("age", "age"), ("ability", "ability"), ("income", "income"),
                              ("order_no", "order_no"), ("service_type", "service_type")):  # fmt: skip
            value = turn.value(entity)
            if value is not None and value != getattr(frame, field):
                setattr(frame, field, value)
                learned.add(field)
        if frame.asked == "name":
            name = turn.value("name") or bare_name(turn.text)
            if name:
                frame.name = name
                learned.add("name")
        if address := said_address(turn, asked=frame.asked == "address"):
            frame.address = address
            learned.add("address")
        if first or frame.asked in ("details", CORRECTION):
            learned |= self.learn_details(frame, turn)
        told_apart = learned - {"wished", "service_type", "order_no"} and self.kind != "complaint"
        if not told_apart and self.tells_more(frame, turn):
            frame.added = "；".join(filter(None, [frame.added, turn.text]))
            learned |= self.learn_details(frame, turn)
        return learned

    def tells_more(self, frame: Request, turn: Turn) -> bool:
        """Whether an answer to the read-back adds to the matter: "还少擦了一间房", "查清楚了给我回个话"."""
        if frame.asked != CONFIRM or len(turn.text) < MORE or DROPPED.search(turn.text) or self.agrees(turn):
            return False
        if turn.intent == "human":
            return wants_an_answer(turn)
        if turn.asks or QUESTION.search(turn.text) or (turn.intent == "deny" and REFUSED.search(turn.text)):
            return False
        # A plain statement is often taken for a no, a search or a booking: "她一个人住，晚上起夜怕摔".
        guessed = turn.intent in ("find_service", "book_service") and not (
            turn.names_a_service or turn.asked_facts or WISH.search(turn.text)
        )
        return guessed or turn.intent in self.intents | {"nlu_fallback"} | self.also_tell

    def learn_details(self, frame: Request, turn: Turn) -> set[str]:
        if turn.intent in ("affirm", "deny") and len(turn.text) <= 3:
            return set()
        if frame.details and (turn.says_yes or turn.ends_in_yes or turn.finds_nothing_wrong):
            return set()
        frame.details = f"{frame.details}；{turn.text}" if frame.details else turn.text
        return {"details"}

    async def go_on(self, frame: Request, turn: Turn, out: Out) -> None:
        if not frame.people and turn.speaker.kind == "worker" and self.kind != "complaint":
            self.ask(frame, out, "person")
            return
        if not frame.people:
            frame.people = [caller(turn)]
        who = frame.people[0]
        if not who.person_id:
            found = await resolve(who, turn, self.api) if not who.own else []
            if len(found) == 1:
                who.person_id, who.name = found[0]["id"], found[0]["name"]
        if who.person_id:
            # What is on record stays there: the ticket names the person, nobody needs to be asked again.
            frame.name = frame.name or "登记在册"
            frame.address = frame.address or "登记在册"
            frame.phone = frame.phone or turn.speaker.phone or "登记在册"
        frame.phone = frame.phone or turn.speaker.phone
        frame.name = frame.name or who.name
        if await self.ask_more(frame, turn, out):
            return
        for datum in self.contact:
            if not getattr(frame, datum):
                self.ask(frame, out, datum, expects="digits" if datum == "phone" else None, who=who.label)
                return
        self.read_back(frame, out, f"utter_confirm_{self.kind}", who=who.label, **self.told(frame))

    async def ask_more(self, frame: Request, turn: Turn, out: Out) -> bool:
        """Ask for what only this kind of ticket needs."""
        return False

    def told(self, frame: Request) -> dict[str, Any]:
        """Values for the read-back."""
        return {
            "details": (frame.details or "")[:60],
            "wished": (f"，想约{frame.wished}" if frame.wished else "")
            + (f"，备注：{frame.added[:40]}" if frame.added else ""),
        }

    async def submit(self, frame: Request, turn: Turn, out: Out) -> None:
        who = frame.people[0]
        ticket = await self.api.open_ticket(
            turn.speaker.actor,
            {
                "kind": self.kind,
                "city": turn.speaker.city,
                "person_id": who.person_id or turn.speaker.person_id,
                "phone": None if frame.phone == "登记在册" else frame.phone,
                "conversation": turn.speaker.conversation,
                "summary": self.summary(frame),
                "details": {
                    "text": frame.details,
                    "wished": frame.wished,
                    "for": who.label,
                    "name": frame.name,
                    "address": frame.address,
                    "age": frame.age,
                    "ability": frame.ability,
                    "income": frame.income,
                    "order_no": frame.order_no,
                    "service_type": frame.service_type,
                },
                "idempotency_key": frame.key,
            },
        )
        frame.ended = True
        out.say(
            f"utter_opened_{self.kind}",
            number=ticket["number"],
            department=ticket.get("department") or "民政",
            due=_until(ticket, turn),
        )


def _wished(turn: Turn) -> str | None:
    """A day to come, with its time or part, as it is read back."""
    when = turn.when
    if when.date is None or when.past:
        return None
    at = spoken.clock(when.time) if when.time else spoken.PARTS.get(when.part or "", "")
    return spoken.day(when.date, turn.now.date()) + at


def _until(ticket: dict[str, Any], turn: Turn) -> str:
    """By when somebody answers; nothing where no time is promised."""
    if not ticket.get("due_at"):
        return ""
    due = datetime.fromisoformat(ticket["due_at"]).astimezone(CHINA)
    return f"{spoken.day(due.date(), turn.now.date())}之前"


class ComplaintForm(TicketForm):
    form: ClassVar[str] = "complaint_form"
    kind: ClassVar[str] = "complaint"
    contact: ClassVar[tuple[str, ...]] = ("phone",)
    intents: ClassVar[frozenset[str]] = frozenset({"complain", "inform", "affirm", "deny", "rate_service"})
    also_tell: ClassVar[frozenset[str]] = frozenset({"order_status"})

    async def learn(self, frame: Request, turn: Turn, *, first: bool) -> set[str]:
        """More is told also where a yes was asked for: "前天下午的事，反正要有个说法"."""
        learned = await super().learn(frame, turn, first=first)
        more = turn.intent in self.intents and len(turn.text) >= MORE and not DROPPED.search(turn.text)
        if frame.asked != CONFIRM or not more or "details" in learned:
            return learned
        details = self.learn_details(frame, turn)
        return learned if self.agrees(turn) else learned | details

    def agrees(self, turn: Turn) -> bool:
        """ "对，昨天的，你们给我记上": whatever more is told stands in the complaint."""
        return turn.affirms or (FIRM_YES.match(turn.text) is not None and not DROPPED.search(turn.text))

    async def _digress(self, frame: Request, turn: Turn, out: Out) -> bool:
        """Anger is no search: "你们到底管不管" finds no place; "查清楚给我回个话" is what a complaint is for."""
        if turn.intent == "find_service" or wants_an_answer(turn):
            return False
        return await super()._digress(frame, turn, out)

    async def ask_more(self, frame: Request, turn: Turn, out: Out) -> bool:
        if frame.details and len(frame.details) >= 8:
            return False
        if frame.asked == "details" and frame.misses >= 1:
            return False
        self.ask(frame, out, "details")
        return True

    def summary(self, frame: Request) -> str:
        return (frame.details or "投诉")[:200]


class AssessmentForm(TicketForm):
    form: ClassVar[str] = "assessment_form"
    kind: ClassVar[str] = "assessment"
    contact: ClassVar[tuple[str, ...]] = ("name", "phone", "address")
    intents: ClassVar[frozenset[str]] = frozenset({"request_assessment", "inform", "affirm", "deny"})

    def summary(self, frame: Request) -> str:
        return "申请老年人能力评估"


class DeviceForm(TicketForm):
    form: ClassVar[str] = "device_form"
    kind: ClassVar[str] = "device"
    contact: ClassVar[tuple[str, ...]] = ("name", "phone", "address")
    intents: ClassVar[frozenset[str]] = frozenset({"device", "inform", "affirm", "deny"})

    async def _digress(self, frame: Request, turn: Turn, out: Out) -> bool:
        """A question at the read-back is about the device."""
        if not QUESTION.search(turn.text) or turn.intent in ("human", "repeat", "slower", "emergency"):
            return await super()._digress(frame, turn, out)
        await ask_subsidy(turn, out, self.api, inside=True, topic="呼叫设备")
        await self.go_on(frame, turn, out)
        return True

    async def ask_more(self, frame: Request, turn: Turn, out: Out) -> bool:
        """A question about devices is answered before one is asked for."""
        if frame.asked is None and QUESTION.search(turn.text):
            await ask_subsidy(turn, out, self.api, inside=True, topic="呼叫设备")
        return False

    def told(self, frame: Request) -> dict[str, Any]:
        return super().told(frame) | {"details": "报修" if BROKEN.search(frame.details or "") else "申请"}

    def summary(self, frame: Request) -> str:
        kind = DEVICE.search(frame.details or "")
        return f"{'设备报修' if BROKEN.search(frame.details or '') else '申请设备'}：{kind[0] if kind else '呼叫设备'}"


class Profile(Frame):
    """A change of one's own data: which field, what value."""

    field: str | None = None
    """address, phone or contact."""
    value: str | None = None
    contact_name: str | None = None
    contact_relation: str | None = None
    """What the new contact is to the senior: 女儿."""
    people: list[Who] = []
    """Whose data, when a relative speaks."""
    person_id: str | None = None


class ProfileForm(Form[Profile]):
    form: ClassVar[str] = "profile_form"
    intents: ClassVar[frozenset[str]] = frozenset({"profile", "inform", "affirm", "deny"})

    async def learn(self, frame: Profile, turn: Turn, *, first: bool) -> set[str]:
        learned: set[str] = set()
        if frame.field is None or first:
            frame.field = matter(turn)
            if frame.field:
                learned.add("field")
        expected = frame.asked == "address" or (frame.field == "address" and frame.value is not None)
        phone, address = turn.value("phone"), said_address(turn, asked=expected)
        if frame.field in ("phone", "contact") and phone:
            frame.value = phone
            learned.add("value")
        elif frame.field == "address" and (right := put_right(turn.text, frame.value)):
            frame.value = right
            learned.add("value")
        elif frame.field == "address" and address:
            frame.value = completed(address, frame.value)
            learned.add("value")
        if first and turn.speaker.kind != "senior":
            frame.people = named(turn)
        if frame.field == "contact":
            relation, name = contact_said(turn, asked=frame.asked == "name")
            for field, said in (("contact_relation", relation), ("contact_name", name)):
                if said:
                    setattr(frame, field, said)
                    learned.add(field)
        return learned

    async def only_asked(self, frame: Profile, turn: Turn, out: Out) -> bool:
        """Where the order just made is to come is no change of the data on record."""
        made = await afterwards.follows(frame.made, turn, self.api)
        if made is None or made[1] != "change":
            return False
        return self.hand_over(frame, "change_order")

    def take(self, frame: Profile, datum: str, option: Any) -> set[str]:
        if datum == "field":
            frame.field = option.value
            return {"field"}
        return super().take(frame, datum, option)

    async def go_on(self, frame: Profile, turn: Turn, out: Out) -> None:
        if frame.person_id is None:
            frame.person_id = await self._whose(frame, turn)
        if frame.person_id is None:
            out.say("utter_profile_person")
            out.signal(person="要改登记资料，没有认出是谁的")
            frame.ended = True
            return
        if frame.field is None:
            options = [Option(title="住址", value="address"), Option(title="电话", value="phone"),
                       Option(title="紧急联系人", value="contact")]  # fmt: skip
            self.ask(frame, out, "field", options=options)
            return
        if frame.value is None:
            datum = "address" if frame.field == "address" else "phone"
            words = "contact_phone" if frame.field == "contact" else None
            self.ask(
                frame,
                out,
                datum,
                expects="digits" if datum == "phone" else None,
                words=words,
                who="您现在" if turn.speaker.kind == "senior" else "老人现在",
            )
            return
        if frame.field != "contact":
            field = {"address": "住址", "phone": "电话"}[frame.field]
            whose = frame.people[0].label if frame.people else "您"
            self.read_back(frame, out, "utter_confirm_profile", whose=whose, field=field, value=frame.value)
            return
        if not frame.contact_name and not (frame.asked == "name" and frame.misses):
            self.ask(
                frame, out, "name", who=f"您{frame.contact_relation}" if frame.contact_relation else "联系人"
            )
            return
        who = f"{frame.contact_relation or ''}{frame.contact_name or ''}" or "家人"
        self.read_back(frame, out, "utter_confirm_contact", contact=f"{who}，电话{frame.value}，")

    async def _whose(self, frame: Profile, turn: Turn) -> str | None:
        """The caller's own data, or those of the one senior that a relative or a worker means."""
        if turn.speaker.kind not in ("relative", "worker"):
            return turn.speaker.person_id
        if turn.text.startswith(("我换", "我的", "我手机", "我电话")):
            return turn.speaker.person_id
        who = frame.people[0] if frame.people else Who()
        found = [{"id": who.person_id}] if who.person_id else await resolve(who, turn, self.api)
        return str(found[0]["id"]) if len(found) == 1 else None

    async def submit(self, frame: Profile, turn: Turn, out: Out) -> None:
        actor, person_id = turn.speaker.actor, str(frame.person_id)
        if frame.field == "contact":
            await self._add_contact(frame, turn)
        else:
            try:
                await self.api.update_person(actor, person_id, {str(frame.field): frame.value})
            except Refused as error:
                if error.status != 422:
                    raise
                frame.value = None
                out.tell(error.message)
                await self.go_on(frame, turn, out)
                return
        frame.ended = True
        out.say("utter_profile_updated")

    async def _add_contact(self, frame: Profile, turn: Turn) -> None:
        """Put a relative on record whom the senior wants told in an emergency."""
        actor = turn.speaker.actor
        name = frame.contact_name or frame.contact_relation or "家人"
        relative = await self.api.create_person(
            actor, {"kind": "relative", "name": name, "phone": frame.value, "city_code": turn.speaker.city}
        )
        consent = {"delegate_id": relative["id"], "scopes": ["notify", "emergency_contact"],
                   "relation": frame.contact_relation or "家人"}  # fmt: skip
        await self.api.give_consent(actor, str(frame.person_id), consent)

    def summary(self, frame: Profile) -> str:
        return "改登记资料"


def contact_said(turn: Turn, *, asked: bool) -> tuple[str | None, str | None]:
    """Relation and name of a contact, the last of several: "换成俺二闺女刘敏"; each None where it is not said."""
    found = list(CONTACT.finditer(turn.text))
    relation = found[-1]["relation"] if found else None
    name = found[-1]["name"] if found else None
    if not name and (match := list(CALLED.finditer(turn.text))):
        name = match[-1]["name"]
    if not name and asked:
        name = turn.value("name") or bare_name(turn.text)
    return relation, name


def matter(turn: Turn) -> str | None:
    """Which of a person's data a turn is about: contact, address or phone; None when it is none."""
    if CONTACT_MATTER.search(turn.text):
        return "contact"
    if turn.value("address") or ADDRESS_MATTER.search(turn.text):
        return "address"
    if turn.value("phone") or PHONE_MATTER.search(turn.text):
        return "phone"
    return None
