"""Reads a spoken time: finds its pieces, lets corrections win, and resolves them against the moment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from assistant.kit.clock import CHINA
from assistant.kit.text import MAX_INPUT, number
from assistant.kit.when import clocks, days, repeats
from assistant.kit.when.hearing import mend
from assistant.kit.when.model import WINDOWS, When
from assistant.kit.when.pieces import Clock, Day, Except, Length, Moment, Part, Piece, Repeat
from assistant.kit.when.rule import render
from assistant.kit.when.scan import scan

Hours = list[tuple[time, time]]

_RULES: Final = (*repeats.RULES, *days.RULES, *clocks.RULES)
_STARTERS: Final = frozenset(
    "0123456789零〇一二两三四五六七八九十廿卅俩仨初半今明后昨前大赶再过等隔刚下上这本那当周星礼拜双月正冬腊闰农阴旧老公阳新"
    "年去来转春元灯龙端七中鬼团重敬小情三植劳五青六儿建党八教国平圣除母父感立雨惊清谷夏芒暑处白秋寒霜现马当差午"
    "早一天麻晨凌更头晌正晚傍擦黄掌黑夜深吃睡起每逢日见成工上统共总连送订定住持先为除刨夕"
) | {c for name in days._NAMED for c in name[0]}

_REJECTED: Final = re.compile(
    r"^(?:那天|的话|我|就|也|都|是|可能|恐怕|怕是|人|上午|下午)*(?:不行|不成|不方便|不在|没空|没时间|来不了|去不了|不合适|有事|没人|不对|不算|不要了|都?过了|不好)"
)
_ORIGINAL: Final = re.compile(r"(?:本来|原来|原先|原定|之前|以前|原本)(?:是|说|订|定|约|的|好|在)*$")
_CORRECTION: Final = re.compile(
    r"不对|不是|不不|[哦噢啊哎呀嗯]不|[,，。、…]+不[,，。、…]+|错了|说错|记错|算了|还是|改[到成在为]?|换[成到]?|推[到迟]?|挪到|提前到|延到|要不|要么|不如|应该是|我是说|不行|不成|来不了|没空"
)
_ALTERNATIVE: Final = re.compile(
    r"要是|如果|万一|或者?|也行|也可以|再不|实在不|[和跟]|^[、都]$|^到$|^至$|^[-~—]+$|^或"
)
_UNTIL: Final = re.compile(r"(?:送到|一直到|直到|吃到|来到|住到|订到|到|至|[-~—])$")
_NOT_UNTIL: Final = re.compile(r"(?:改|推|等|挪|换|调|延|拖|排|约)到$")
_START: Final = re.compile(r"^(?:的?那天)?(?:[早中上下晚]\S?)?(?:起|开始|开头|打头|算起)")
_FROM: Final = re.compile(r"(?:从|打|自|由|自从)$")
_FILLER: Final = re.compile(r"[\s,，。、…!！?？.~吧呢啊嗯哎呃哦噢那就的吗嘛个是]+")
_NEGATED_PAIR: Final = re.compile(r"^[\s,，。、…]*(?:不是|而不是)")
DAYTIME: Final[Hours] = [(time(7), time(19))]
"""When home services usually come; decides a bare 八点 where nothing else does."""


@dataclass
class _Run:
    """Pieces said in one breath."""

    pieces: list[Piece]
    before: str
    """The text between the run before and this one."""

    def first(self, kind: type) -> Piece | None:
        return next((piece for piece in self.pieces if isinstance(piece.value, kind)), None)


@dataclass
class _State:
    """What holds so far; a correction overwrites one field."""

    day: Day | None = None
    clock: Clock | None = None
    part: Part | None = None
    moment: Moment | None = None
    repeat: Repeat | None = None
    length: Length | None = None
    until: Day | None = None
    excluded: tuple[int, ...] = ()
    corrected: bool = False
    unsure: bool = False
    past: bool = False
    spans: list[tuple[int, int]] = field(default_factory=list)


def read(text: str, now: datetime, *, asked: str | None = None, hours: Hours | None = None) -> When:
    """The time that a text names, said at ``now`` (China time if naive); never raises.

    ``asked`` is what was just asked for: after ``date`` or ``time`` a bare number is a day or an hour. ``hours``
    are the service's hours, opening included and closing not; they decide a bare 八点, which otherwise stays
    ``ambiguous`` with its morning reading.
    """
    now = _local(now)
    said = mend(text[:MAX_INPUT])
    pieces = scan(said, now, _RULES, _STARTERS) or _answer(said, now, asked)
    if not pieces:
        return When()
    state = _fold(_runs(said, pieces), said, now)
    return _resolve(state, now, hours)


def _local(now: datetime) -> datetime:
    local = now.astimezone(CHINA).replace(tzinfo=None) if now.tzinfo else now
    return min(max(local, datetime(1901, 1, 1)), datetime(2099, 1, 1)).replace(second=0, microsecond=0)


_BARE: Final = re.compile(rf"^\D{{0,4}}?({days.COUNT})[吧啊呀嘛的。，!]*$")


def _answer(said: str, now: datetime, asked: str | None) -> list[Piece]:
    """A bare number as the answer to a question: 八 is an hour, 二十五 a day, 二四六 are weekdays."""
    match = _BARE.match(said.strip())
    value = number(match[1]) if match else None
    if not match or value is None:
        return []
    if asked == "time" and 0 < value <= 24:
        return [Piece(match.start(1), match.end(1), Clock(value))]
    if asked == "date" and 0 < value <= 31:
        return scan(match[1] + "号", now, days.RULES, _STARTERS)[:1]
    return []


# --- which pieces count ---------------------------------------------------------------------------------------


def _runs(said: str, pieces: list[Piece]) -> list[_Run]:
    """Groups pieces that stand together, and drops what was rejected or was only the former time."""
    runs: list[_Run] = []
    end = 0
    for piece in pieces:
        gap = said[end : piece.start]
        if runs and len(gap) <= 2 and not re.search(r"[,，。;；!！?？…、不]|到|至|[-~—]", gap):
            runs[-1].pieces.append(piece)
        else:
            runs.append(_Run([piece], gap))
        end = piece.end
    kept = [run for run in runs if not _dropped(run, said)]
    return kept or runs[-1:]


def _dropped(run: _Run, said: str) -> bool:
    behind, ahead = said[run.pieces[-1].end :], said[: run.pieces[0].start]
    if any(isinstance(piece.value, Repeat | Except) for piece in run.pieces):
        return False
    former = _ORIGINAL.search(ahead) or (ahead.endswith("把") and re.match(r"^\S{0,8}[改换挪推调]", behind))
    return bool(former or _REJECTED.match(behind) or (ahead.endswith("不是") and len(said) > 8))


# --- folding --------------------------------------------------------------------------------------------------


def _fold(runs: list[_Run], said: str, now: datetime) -> _State:
    state = _State()
    for index, run in enumerate(runs):
        gap = run.before
        correction = index > 0 and bool(_CORRECTION.search(gap))
        if index > 0 and not correction and _starts_anew(state, run, gap):
            state.day, state.clock, state.part, state.moment = None, None, None, None
        _absorb(
            state,
            run,
            said,
            now,
            correction=correction,
            alternative=index > 0 and bool(_ALTERNATIVE.search(gap)),
        )
        state.spans.append((run.pieces[0].start, run.pieces[-1].end))
    return state


def _starts_anew(state: _State, run: _Run, gap: str) -> bool:
    """Another day after other words is another statement: 我明天上午去医院，后天给我送饭."""
    day = run.first(Day)
    if not day or not state.day or state.repeat or _ALTERNATIVE.search(gap) or _UNTIL.search(gap):
        return False
    value = day.value
    different = isinstance(value, Day) and value.date is not None and value.date != state.day.date
    return different and len(_FILLER.sub("", gap)) > 3


def _absorb(
    state: _State, run: _Run, said: str, now: datetime, *, correction: bool, alternative: bool
) -> None:
    if not correction and _other_rule(state, run):
        return
    took_clock = False
    for piece in run.pieces:
        value = piece.value
        if isinstance(value, Day):
            _take_day(state, piece, said, correction=correction, alternative=alternative)
        elif isinstance(value, Moment):
            state.moment, state.past = value, state.past or value.past
        elif isinstance(value, Clock):
            if alternative and state.clock and not correction:
                continue
            state.corrected |= correction and state.clock not in (None, value)
            state.clock, took_clock = value, True
            if not any(isinstance(other.value, Part) for other in run.pieces) and not state.part:
                state.part = None
        elif isinstance(value, Part):
            _take_part(state, value, correction=correction, alternative=alternative, clock_said=took_clock)
        elif isinstance(value, Repeat):
            _take_repeat(state, value, correction=correction)
        elif isinstance(value, Length):
            state.length = value
        elif isinstance(value, Except):
            state.excluded += value.weekdays


def _other_rule(state: _State, run: _Run) -> bool:
    """A second rule beside the first (一三五上午，二四下午): one order at a time, the first."""
    second = run.first(Repeat)
    held, said = state.repeat, second.value if second else None
    return (
        isinstance(said, Repeat)
        and held is not None
        and bool(held.byday and said.byday)
        and held.byday != said.byday
    )


def _take_day(state: _State, piece: Piece, said: str, *, correction: bool, alternative: bool) -> None:
    day = piece.value
    assert isinstance(day, Day)
    before, behind = said[: piece.start], said[piece.end :]
    start = bool(_START.match(behind) or _FROM.search(before))
    if day.date is None and not (day.vague and (start or state.repeat or "每" in behind)):
        state.past |= day.past
        state.unsure |= bool(day.vague) and not day.past
        return
    if day.date is None:
        day = replace(day, date=day.starts)
    if (
        _UNTIL.search(before)
        and not _NOT_UNTIL.search(before)
        and (state.day or state.repeat or "每" in behind or "天天" in behind)
    ):
        state.until = day
        return
    if len(day.weekdays) > 1 and not day.week_named:
        _take_repeat(
            state, Repeat("WEEKLY", byday=repeats.codes(day.weekdays), implied=True), correction=correction
        )
        return
    if len(day.weekdays) > 1:
        state.repeat = Repeat("WEEKLY", byday=repeats.codes(day.weekdays), implied=True)
        state.length = state.length or Length(len(day.weekdays), "time")
    if (
        day.weekdays
        and not day.week_named
        and not start
        and state.repeat
        and not state.repeat.byday
        and state.repeat.freq == "WEEKLY"
    ):
        state.repeat = replace(state.repeat, byday=repeats.codes(day.weekdays))
        return
    if state.day is None or state.day.date == day.date:
        state.day = day if state.day is None or day.otherwise is None else state.day
    elif day.past and not state.day.past:
        return
    elif correction or not alternative:
        agrees = bool(day.weekdays) != bool(state.day.weekdays) and not correction
        state.unsure |= agrees and _touches(state, piece)
        state.corrected |= not state.day.past
        state.day = day
    state.unsure |= day.unsure


def _touches(state: _State, piece: Piece) -> bool:
    return bool(state.spans) and state.spans[-1][1] == piece.start


def _take_part(state: _State, part: Part, *, correction: bool, alternative: bool, clock_said: bool) -> None:
    if part.meal and state.part and not correction:
        return
    if (
        state.part
        and not state.part.meal
        and not correction
        and (alternative or clock_said or part == state.part)
    ):
        return
    if correction and state.clock and not clock_said:
        state.clock = state.clock if _fits(state.clock, part) else None
        state.corrected = True
    state.corrected |= correction and state.part not in (None, part)
    state.part = part


def _fits(clock: Clock, part: Part) -> bool:
    """Whether an hour said with another part may be meant with this one: 两点 may be 下午, 九点 not."""
    hour = _hour(clock.hour, part)[0]
    first, last = WINDOWS[part.name]
    return hour < 24 and first <= time(hour, clock.minute) <= last


def _take_repeat(state: _State, said: Repeat, *, correction: bool) -> None:
    held = state.repeat
    if held is None or correction:
        state.corrected |= correction and held is not None
        state.repeat = said
    elif held.freq == "DAILY" and held.interval == 1 and said.freq == "WEEKLY":
        state.repeat = said
    elif held.freq == said.freq and not (held.byday or held.bymonthday):
        state.repeat = replace(said, interval=max(held.interval, said.interval))
    elif held.freq == "WEEKLY" and said.freq == "DAILY" and said.interval > 1:
        state.repeat = said
    state.unsure |= said.unsure


# --- resolving ------------------------------------------------------------------------------------------------


def _resolve(state: _State, now: datetime, hours: Hours | None) -> When:
    at, spill, unsure = _time_of_day(state, now, hours)
    day = _day(state, at, now)
    recurrence, day = _recurrence(state, day, now)
    if day and spill and not recurrence:
        day += timedelta(days=1)
    if state.moment and not at:
        day, at = state.moment.at.date(), state.moment.at.time()
    span = (min(start for start, _ in state.spans), max(end for _, end in state.spans))
    return When(
        date=day,
        time=at,
        part_of_day=state.part.name if state.part and not at else None,
        recurrence=recurrence,
        ambiguous=unsure or state.unsure,
        span=span,
        corrected=state.corrected,
        past=bool(state.past or (state.day and state.day.past)),
    )


def _day(state: _State, at: time | None, now: datetime) -> date | None:
    """The day, or the next such day where today's hour is over."""
    day = state.day
    if not day:
        return None
    if day.date == now.date() and day.otherwise:
        over = at or (WINDOWS[state.part.name][1] if state.part else time.max)
        return day.otherwise if over <= now.time() else day.date
    return day.date


def _time_of_day(state: _State, now: datetime, hours: Hours | None) -> tuple[time | None, bool, bool]:
    """The time on the clock, whether it falls on the next day, and whether it must be asked back."""
    clock = state.clock
    if not clock:
        return None, False, False
    if state.part:
        hour, spill = _hour(clock.hour, state.part)
        return time(hour % 24, clock.minute), spill, False
    if clock.hour == 0 or clock.hour > 12:
        return time(clock.hour % 24, clock.minute), clock.hour == 24, False
    return _bare(clock, state, now, hours)


def _hour(hour: int, part: Part) -> tuple[int, bool]:
    """An hour within a part of the day (0–23), and whether it falls on the next day: 夜里两点, 晚上十二点."""
    if hour > 12:
        return hour % 24, hour == 24
    if part.name == "morning":
        return (0 if hour == 12 and part.kind == "dawn" else hour), False
    if part.name == "noon":
        return (hour + 12 if hour <= 3 else hour), False
    if part.name == "afternoon":
        return (12 if hour == 12 else hour + 12), False
    if hour == 12:
        return 0, True
    small = hour <= 4 if part.kind != "dusk" else False
    return (hour, True) if small else (hour + 12, False)


def _bare(clock: Clock, state: _State, now: datetime, hours: Hours | None) -> tuple[time, bool, bool]:
    """An hour without a part of the day: what lies ahead today, then what the service's hours hold."""
    readings = [time(clock.hour % 12, clock.minute), time(clock.hour % 12 + 12, clock.minute)]
    if clock.hour == 12:
        readings.reverse()
    today = state.day is not None and state.day.date == now.date() and not state.day.otherwise
    ahead = [reading for reading in readings if not today or reading > now.time()] or readings
    if clock.hour == 12 or len(ahead) == 1:
        return ahead[0], False, False
    open_then = [r for r in ahead if any(first <= r < last for first, last in hours or [])]
    return (open_then or ahead)[0], False, not open_then


_PER: Final = {"day": 1, "week": 7, "month": 30}


def _recurrence(state: _State, day: date | None, now: datetime) -> tuple[str | None, date | None]:
    """The rule and its first day. 连送两周 counts days (14) or, with weekdays, their times."""
    repeat, length = state.repeat, state.length
    if state.excluded and (repeat or length):
        kept = tuple(d for d in range(7) if d not in state.excluded)
        held = repeat.byday if repeat and repeat.byday else repeats.codes(kept)
        repeat = Repeat("WEEKLY", repeat.interval if repeat and repeat.freq == "WEEKLY" else 1)
        repeat = replace(repeat, byday=tuple(code for code in held if code in repeats.codes(kept)))
    elif state.excluded and not repeat:
        kept = tuple(d for d in range(7) if d not in state.excluded)
        repeat = None if state.day else Repeat("WEEKLY", byday=repeats.codes(kept))
    if not repeat and length and length.daily and length.unit != "time":
        repeat = Repeat("DAILY")
    if not repeat:
        return None, day
    if state.day and state.day.vague and repeat.byday and day:
        day = _first_on(repeat, day)
    count, until = _end(repeat, length, state, day)
    return render(repeat, count, until), day


def _first_on(repeat: Repeat, day: date) -> date:
    """The first of the weekdays on or after a day: 从下周起每周三."""
    wanted = {repeats.CODES.index(code) for code in repeat.byday if code in repeats.CODES}
    return next(
        (day + timedelta(days=n) for n in range(7) if (day + timedelta(days=n)).weekday() in wanted), day
    )


def _end(
    repeat: Repeat, length: Length | None, state: _State, day: date | None
) -> tuple[int | None, date | None]:
    until = state.until.date if state.until else None
    if until:
        if day and repeat.freq == "DAILY" and repeat.interval == 1 and until >= day:
            return (until - day).days + 1, None
        return None, until
    if not length:
        return None, None
    if length.unit == "time":
        return length.count, None
    total = length.count * _PER[length.unit]
    if repeat.freq == "DAILY":
        return max(1, -(-total // repeat.interval)), None
    if repeat.freq == "WEEKLY":
        return max(1, total // 7 // repeat.interval) * max(1, len(repeat.byday)), None
    return (max(1, length.count // repeat.interval), None) if length.unit == "month" else (None, None)
