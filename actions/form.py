"""What all forms share: one question at a time, corrections, digressions, a clear yes.

A Rasa form (``nlu_data/rules/forms.yml``) hands every turn to its ``validate_…`` action, which is
one of these. The action keeps a frame (what is known so far) in the slot ``frame``, asks for what is
missing, reads everything back and acts only on a clear yes. Ending the form is setting
``requested_slot`` to None.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar, get_args

from pydantic import BaseModel, Field
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import spoken
from actions.answers import ANSWERS
from actions.out import Out
from actions.places import Option, offered
from actions.spoken import picked
from actions.turn import BARE_NO, DOUBTED, Spoken, Turn
from assistant.client import Client, Refused, ServiceDown

CONFIRM = "confirm"
CORRECTION = "correction"
STOPS = {"stop", "goodbye"}
"""Intents that end a form at every point."""
TASKS = {
    "book_service": "预约",
    "change_order": "改时间",
    "cancel_order": "取消",
    "complain": "投诉",
    "request_assessment": "申请评估",
    "device": "设备",
    "profile": "改资料",
}
"""Intents that are matters of their own: noted, and taken up when the present one is done."""

MOMENT = {"date", "time", "part"}
FOR_THE_DESK = {"repeat", "slower", "emergency"}
"""Intents that the desk answers itself: nothing is asked again after them."""

QUESTIONS = {"find_service", "ask_subsidy", "order_status", "points"}
"""Intents that want to know something; a time or place in such a question is no answer to ours."""
ELSEWHERE = QUESTIONS | FOR_THE_DESK | {"human", "complain", "request_assessment", "device", "profile"}
"""Intents that are no answer to a read-back, whatever they begin with."""
ANSWERED_BY = {
    "date": {"date", "recurrence", "any_time"},
    "time": {"time", "part", "any_time"},
    "full": {"date", "time", "part"},
    "closed": {"date", "time", "part"},
    "new_time": {"date", "time", "part"},
}
"""What may be learned from an answer to a question; from others the datum itself."""

YES_FIRST = re.compile(
    r"^(?:[啊哎诶欸哦噢]+[，,]?)?(嗯+|对+|对头|是的?|好的?|行|中|成|可以|没错|要得|[没冇]毛[错病]|[冇莫]得?错|得行|确认|没问题|得劲|合)"
    r"(?=[，,、。！ 啊呀呐呢嘞咧咯嘛噻吧就])"
)
"""A yes with more behind it; "好像", "是不是", "对了" are none."""
FIRM_YES = re.compile(
    r"^(?:[啊哎诶欸哦噢嗯]+[，,]?|(?:行|好|中|成|可以)[，, ]+)*(?:对+[头的]?|是的?|没错|嗯+呐|确认|要得|没问题)(?=[，,、。！ 啊呀呐呢嘞咯嘛噻吧就])"
)
"""A yes that nothing behind it takes back, unless it doubts."""
BUT = re.compile(r"但|可是|只是|太[早晚贵远多少]|[啥什]么|几[点天个份号]|多少|多久|怎么|咋|哪")
"""What may stand behind a yes and makes it none, beside ``actions.turn.DOUBTED``."""
SECOND_THOUGHT = re.compile(
    r"(?:不对|不是|错了)[，。！\s]*(?=[^，。！\s啊呀的了吧嘛要改])|等等|等一下|改成|换成|我说的是|应该是"
)
"""Something else follows: a bare "不对" is a plain no."""
CALLED_WRONG = re.compile(r"[啊哎诶哦噢嗯，,]*(?:不对|不是|错了|搞错|弄错)")
HARMLESS = re.compile(
    r"确[认定](?:修改|更改|变更)|[别莫](?:忘|迟|晚|来晚|弄错|搞错|耽误)|不见不散|不着?急|不[送要]早|没(?:事[了儿啦]*|(?:别的|啥|什么)(?:事|了)*)|不用了|先(?:敲|打电话|按)"
)
"""Words like those of a doubt that are none."""

NEVER = re.compile(r"(?!)")
PUT_SO = re.compile(r"[改换](?:成|到|为|吧)")
"""Nor are these where what was read back is said again: "是的，改成两份"."""
NOTHING_ELSE = re.compile(r"(?:那|就|也)*没(?:有)?(?:别的|其他的?|旁的)(?:事|要求)?[了啦]?")
"""Behind a yes it takes nothing back: "中，那没别的了"."""
UNCHANGED = re.compile(r"[没不]变|没[换改搬动]|照旧|老样子")
"""At a read-back: all of it, or a part, is as it was."""
COMPLAINS = re.compile(r"投诉|反映|举报")
"""A complaint is made in so many words."""
MOST_REPEATS = 5
"""So often one question is asked again, whatever was said in between; then a person takes over."""
LISTED = {"person"}
"""Questions that offer a choice only where there is one."""


class Frame(BaseModel):
    """What a form knows so far."""

    asked: str | None = None
    misses: int = 0
    repeats: int = 0
    """How often in a row the question was asked again."""
    patience: int = 3
    """After so many answers in a row that tell nothing, a person takes over; a matter of the channel."""
    options: list[Option] = []
    ended: bool = False
    noted: bool = False
    """Begun by an earlier wish that was noted: the last turn was about the matter before it."""
    made: str | None = None
    """Number of the order that was made or looked at last: "刚才那个"."""
    pending: dict[str, Any] | None = None
    """What is offered when the form ends, for a bare yes (``actions.single.Pending``)."""
    later: list[dict[str, Any]] = Field(default_factory=list)
    """Matters raised in between, to be taken up afterwards: ``{"intent", "frame"}``."""


F = TypeVar("F", bound=Frame)


class Form(Action, Generic[F]):  # type: ignore[misc]
    """A form: subclasses say how a frame learns, what is missing, and what is done at the end."""

    form: ClassVar[str]
    intents: ClassVar[frozenset[str]]
    """The intents that are this form's own matter."""

    def __init__(self, api: Client) -> None:
        self.api = api

    def name(self) -> str:
        return f"validate_{self.form}"

    own_words: ClassVar[re.Pattern[str]] = NEVER
    """Words of this form's own matter: beside a yes they say what was read back once more."""

    @abstractmethod
    async def learn(self, frame: F, turn: Turn, *, first: bool) -> set[str]:
        """Take from the turn what it tells; returns the names of the data that changed."""

    @abstractmethod
    async def go_on(self, frame: F, turn: Turn, out: Out) -> None:
        """Ask for what is missing, or read back, or end (``frame.ended``)."""

    @abstractmethod
    async def submit(self, frame: F, turn: Turn, out: Out) -> None:
        """Do it. Sets ``frame.ended`` unless something must be asked again."""

    @abstractmethod
    def summary(self, frame: F) -> str:
        """What is known so far, without personal data, for the person who takes over."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn, out = Turn.of(tracker), Out(dispatcher)
        first = tracker.get_slot("frame") is None
        frame = self._frame(tracker, first)
        frame.patience = turn.patience
        try:
            await self._step(frame, turn, out, first)
        except (Refused, ServiceDown) as error:
            out.tell(error.message)
            out.signal(person=f"{self.summary(frame)}；系统没有办成：{error.code}")
            frame.ended = True
        return [
            SlotSet("frame", None if frame.ended else frame.model_dump(mode="json")),
            SlotSet("later", frame.later),
            SlotSet("offer", None),
            SlotSet("pending", frame.pending),
            SlotSet("last_order", frame.made),
            SlotSet("requested_slot", None if frame.ended else "answer"),
            # No rule knows a form that ends in the turn that began it; it would begin once more.
            *([FollowupAction("action_listen")] if first and frame.ended and not frame.later else []),
        ]

    def _frame(self, tracker: Tracker, first: bool) -> F:
        kind: type[F] = get_args(type(self).__orig_bases__[0])[0]
        if not first:
            return kind.model_validate(tracker.get_slot("frame"))
        offer = tracker.get_slot("offer") or {}
        frame = kind.model_validate({key: value for key, value in offer.items() if key in kind.model_fields})
        frame.later = tracker.get_slot("later") or []
        frame.made = tracker.get_slot("last_order")
        return frame

    async def _step(self, frame: F, turn: Turn, out: Out, first: bool) -> None:
        if first:
            if not frame.noted:
                await self.learn(frame, turn, first=True)
                await self.beside(frame, turn, out)
                if await self.only_asked(frame, turn, out):
                    return
            await self.go_on(frame, turn, out)
            return
        done = frame.asked == CONFIRM and turn.wants_no_more and not self.yes_in_words(turn)
        stops = self.stops(frame, turn)
        if (done and not self.keeps_some(frame, turn)) or (
            stops and not (frame.asked == CONFIRM and self.agrees(turn))
        ):
            self._stop(frame, turn, out)
            return
        if turn.waits and turn.intent not in TASKS.keys() - self.intents and not turn.asked_facts:
            await self._wait(frame, turn, out)
            return
        if frame.asked == CONFIRM and self.tells_over(frame, turn):
            await self.submit(frame, turn, out)
            return
        before = frame.model_copy(deep=True)
        learned = self._choose(frame, turn) | await self.learn(frame, turn, first=False)
        about_a_place = turn.asked_facts - {"price"}
        if turn.intent in QUESTIONS and (about_a_place or not _answers(before.asked, learned)):
            # "你们食堂早上几点开门" tells no time for the cleaning.
            _restore(frame, before)
            learned = set()
        if turn.intent == "complain" and turn.intent not in self.intents and COMPLAINS.search(turn.text):
            # "我还要投诉上次送饭的" is another matter: nothing of it is about this one.
            _restore(frame, before)
            learned = set()
        yes = YES_FIRST.match(turn.text) or turn.ends_in_yes or turn.intent == "affirm"
        again = yes and _said_again(before, frame, learned, turn.when) and not self.doubts(turn, PUT_SO)
        if frame.asked in (CONFIRM, CORRECTION) and again:
            # "对，就端午" and "关了火了，对，两份" are a yes: what was found for it stands.
            _restore(frame, before)
            await self.submit(frame, turn, out)
            return
        if frame.asked in (CONFIRM, CORRECTION) and not learned:
            await self._judge(frame, turn, out)
            return
        if learned:
            frame.misses = 0
            await self.aside(frame, turn, out)
            await self.go_on(frame, turn, out)
            return
        await self._nothing_learned(frame, turn, out)

    async def _judge(self, frame: F, turn: Turn, out: Out) -> None:
        """An answer to a read-back that changes nothing: yes, no, something else."""
        clear = turn.says_yes or turn.ends_in_yes or turn.finds_nothing_wrong
        if clear or (frame.asked == CONFIRM and self.agrees(turn)):
            await self.submit(frame, turn, out)
            return
        if self.doubt(frame, turn) or (frame.asked == CORRECTION and BARE_NO.fullmatch(turn.last_clause)):
            # A bare "没有" to "哪里不对" takes nothing back, and is no clear yes either.
            frame.misses = 0
            await self.go_on(frame, turn, out)
            return
        if UNCHANGED.search(turn.text) and not turn.asks:
            # "地址没变，就南津里那个" takes nothing back.
            frame.misses = 0
            await self.go_on(frame, turn, out)
            return
        if turn.denies and (frame.asked == CORRECTION or not SECOND_THOUGHT.search(turn.text)):
            if frame.asked == CORRECTION:
                self._stop(frame, turn, out)
                return
            self.ask_correction(frame, out)
            return
        await self._nothing_learned(frame, turn, out)

    def stops(self, frame: F, turn: Turn) -> bool:
        """Whether the matter is dropped."""
        return turn.intent in STOPS or turn.gives_up or turn.leaves or turn.postpones

    def keeps_some(self, frame: F, turn: Turn) -> bool:
        """Whether only a part of the matter is dropped."""
        return False

    def tells_over(self, frame: F, turn: Turn) -> bool:
        """Whether a yes says again what was wished for, beyond what was read back."""
        return False

    async def _wait(self, frame: F, turn: Turn, out: Out) -> None:
        """Whoever looks for what was asked is given time; the question comes again as it was."""
        out.say("utter_wait")
        frame.misses, frame.repeats = 0, max(frame.repeats - 1, -1)
        await self.go_on(frame, turn, out)

    async def _nothing_learned(self, frame: F, turn: Turn, out: Out) -> None:
        """A question in between, another matter, or words that tell nothing."""
        if await self._digress(frame, turn, out):
            return
        frame.misses += 1
        if frame.misses >= frame.patience:
            self._give_up(frame, out)
            return
        if frame.asked == CONFIRM and CALLED_WRONG.match(turn.text):
            # "不对 3典": what is right was not understood, and the same reading once more would pass for it.
            self.ask_correction(frame, out)
            return
        await self.go_on(frame, turn, out)

    def doubt(self, frame: F, turn: Turn) -> bool:
        """Forget the datum that was called wrong without a new one ("日子不对"), so that it is asked for."""
        return False

    async def beside(self, frame: F, turn: Turn, out: Out) -> None:
        """Answer what the turn that began the form asks beside its wish."""

    async def only_asked(self, frame: F, turn: Turn, out: Out) -> bool:
        """Whether the turn that began the form was no more than a question, which is then answered instead."""
        return False

    def hand_over(self, frame: F, intent: str, known: dict[str, Any] | None = None) -> bool:
        """End the form that a turn began: another one takes the turn up, or goes on from what is known; always true."""
        frame.later.insert(0, {"intent": intent, "frame": {"noted": False} if known is None else known})
        frame.ended = True
        return True

    async def aside(self, frame: F, turn: Turn, out: Out) -> None:
        """Answer a question that was put in the same breath as an answer."""

    def spoken_of(self, frame: F) -> dict[str, Any]:
        """``service`` and ``place`` that a question is about which names neither."""
        return {}

    def ask_correction(self, frame: F, out: Out) -> None:
        """Ask what is wrong with what was read back."""
        frame.asked = CORRECTION
        out.say("utter_ask_correction", asks=CORRECTION)

    def agrees(self, turn: Turn) -> bool:
        """Whether an answer to the read-back is a clear yes."""
        return turn.affirms or self.yes_in_words(turn)

    def yes_in_words(self, turn: Turn) -> bool:
        """A firm yes with more behind it that neither doubts nor asks: "对，还是后天，就改个钟点"."""
        firm = FIRM_YES.match(turn.text) or (
            YES_FIRST.match(turn.text) and NOTHING_ELSE.fullmatch(turn.last_clause)
        )
        return self.clear(turn) and firm is not None

    def clear(self, turn: Turn) -> bool:
        """Whether nothing beside a yes doubts it, adds to it, or belongs to another matter."""
        return not (self.doubts(turn) or turn.adds or turn.calls_off) and turn.intent not in ELSEWHERE

    def doubts(self, turn: Turn, besides: re.Pattern[str] = NEVER) -> bool:
        """Whether something beside a yes takes it back or asks: "对，但是三点我不在家".

        Args:
            besides: further words that are none of a doubt.
        """
        rest = HARMLESS.sub("", self.own_words.sub("", besides.sub("", turn.text)))
        return bool(DOUBTED.search(rest) or BUT.search(rest))

    async def _digress(self, frame: F, turn: Turn, out: Out) -> bool:
        """Answer a question in between, or note another matter, and come back. False: neither."""
        if turn.intent in self.intents:
            return False
        if turn.intent in TASKS:
            later = {"intent": turn.intent, "frame": _noted(turn)}
            if later not in frame.later:
                frame.later.append(later)
            out.say("utter_later", matter=TASKS[turn.intent])
        elif turn.intent == "human":
            frame.ended = True
            out.signal(person=self.summary(frame))
            return True
        elif turn.intent in ANSWERS:
            of = self.spoken_of(frame) if turn.intent == "find_service" and not turn.names_something else {}
            await ANSWERS[turn.intent](turn, out, self.api, inside=True, **of)
            if turn.intent in FOR_THE_DESK:
                return True
        else:
            return False
        await self.go_on(frame, turn, out)
        return True

    def ask(
        self,
        frame: F,
        out: Out,
        datum: str,
        *,
        options: list[Option] | None = None,
        expects: str | None = None,
        protected: bool = False,
        words: str | None = None,
        **values: Any,
    ) -> None:
        """Ask for one datum; asked again, the words are simpler, the last time there are choices with keys.

        Args:
            words: name of the question, where there is more than one for the datum.
        """
        frame.repeats = frame.repeats + 1 if frame.asked == datum else 0
        if frame.asked != datum:
            frame.misses = 0
        if frame.repeats >= MOST_REPEATS:
            # Each answer told something, and never this: that is a trap, whoever built it.
            self._give_up(frame, out)
            return
        last = frame.misses > 0 and frame.misses >= frame.patience - 1
        level = 2 if last and (options or datum not in LISTED) else min(frame.misses, 1)
        frame.asked, frame.options = datum, options or []
        choices = offered(frame.options)
        out.say(
            f"utter_ask_{words or datum}" + ("", "_again", "_choices")[level],
            asks=datum,
            expects=expects or ("choice" if choices else None),
            choices=choices,
            protected=protected,
            choices_text=self._listed(frame.options),
            **values,
        )

    def read_back(self, frame: F, out: Out, response: str, **values: Any) -> None:
        """Say what would be done and ask for a clear yes."""
        if frame.asked != CONFIRM:
            frame.misses = 0
        frame.asked, frame.options = CONFIRM, []
        out.say(
            response,
            asks=CONFIRM,
            expects="yes_no",
            choices=[("对，就这样", "对"), ("不对，要改", "不对")],
            protected=True,
            **values,
        )

    def _choose(self, frame: F, turn: Turn) -> set[str]:
        """An answer that picks one of the options offered."""
        if not frame.options or frame.asked is None:
            return set()
        index = picked(turn.text, [each.title for each in frame.options])
        if index is None and (turn.leaves_it_open or (turn.affirms and frame.asked in ("full", "closed"))):
            index = 0
        if index is None:
            return set()
        return self.take(frame, frame.asked, frame.options[index])

    def take(self, frame: F, datum: str, option: Option) -> set[str]:
        """Set ``datum`` to an option that was picked; by default the field of that name."""
        if datum in type(frame).model_fields:
            setattr(frame, datum, option.value)
            return {datum}
        return set()

    def _stop(self, frame: F, turn: Turn, out: Out) -> None:
        """End without having done it; whoever leaves is told of everything that was put off and will not be done."""
        frame.ended = True
        bookings, others = self.drop(frame, turn), list[str]()
        if turn.leaves:
            others = [TASKS[each["intent"]] for each in frame.later if each["intent"] != "book_service"]
            frame.later = []
        dropped = list(dict.fromkeys(bookings + others))
        if not dropped or not (len(dropped) > 1 or frame.made):
            out.say("utter_stopped")
            return
        what = "、".join(dropped) + ("都" if len(dropped) > 1 else "")
        out.say("utter_stopped_several", what=what, done="办" if others else "订")

    def drop(self, frame: F, turn: Turn) -> list[str]:
        """Drop the bookings that end with this matter; returns their names."""
        return []

    def _give_up(self, frame: F, out: Out) -> None:
        frame.ended = True
        out.signal(person=f"{self.summary(frame)}；几次没有听明白")

    @staticmethod
    def _listed(options: list[Option]) -> str:
        return "，".join(f"按{key}，{each.title}" for key, each in enumerate(options, start=1))


def _restore(frame: Frame, before: Frame) -> None:
    """Make the frame what it was."""
    for name in type(frame).model_fields:
        setattr(frame, name, getattr(before, name))


def _answers(asked: str | None, learned: set[str]) -> bool:
    """Whether what was learned may be an answer; after a read-back everything may."""
    if asked is None or asked in (CONFIRM, CORRECTION):
        return True
    return bool(learned & ANSWERED_BY.get(asked, {asked}))


def _said_again(before: Frame, after: Frame, learned: set[str], when: Spoken) -> bool:
    """Whether all that was learned was known already, or only names the moment that was read back."""
    return bool(learned) and all(
        _held(before, name) == _held(after, name)
        or (name in MOMENT and _is_at(getattr(before, "slot", None), when))
        for name in learned
    )


def _held(frame: Frame, name: str) -> Any:
    """A datum; one portion or turn where no number was said."""
    value = getattr(frame, name, None)
    return value or 1 if name == "quantity" else value


def _is_at(slot: str | None, when: Spoken) -> bool:
    """Whether a moment is the one that was said, as far as it was."""
    if slot is None:
        return False
    start = datetime.fromisoformat(slot)
    exact = when.time in (None, start.time()) or (
        when.time is not None
        and (when.ambiguous or when.either_half)
        and start.hour % 12 == when.time.hour % 12
        and start.minute == when.time.minute
    )
    part = when.part is None or spoken.in_part(start.time(), when.part)
    return exact and part and when.date in (None, start.date())


def _noted(turn: Turn) -> dict[str, Any]:
    """What a matter raised in between already says."""
    types = turn.values("service_type")
    noted: dict[str, Any] = {"service_type": types[0]} if types else {}
    if turn.intent in ("complain", "device"):
        noted["details"] = turn.text
    return noted
