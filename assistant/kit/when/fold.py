"""Folds the runs of a turn, in order, into one reading: what is said later corrects or completes it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from assistant.kit.when.pieces import Clock, Day, Except, Length, Moment, Part, Piece, Repeat, Shift
from assistant.kit.when.resolve import fits
from assistant.kit.when.runs import Run
from assistant.kit.when.words import CODES, codes

_FILLER: Final = re.compile(r"[\s,，。、…!！?？.~吧呢啊嗯哎呃哦噢那就的吗嘛个是]+")
_INSTEAD: Final = re.compile(r"(?:就|只)(?:要|是|在)?$")
_STARTS: Final = re.compile(r"(?:的?那天)?(?:[早中上下晚]\S?)?(?:起|开始|开头|打头|算起)")
_FROM: Final = re.compile(r"(?:从|打|自|由)$")
_ANY_OF: Final = re.compile(r"\s*(?:随便|都行|都可以|都成|哪天|任选|任意|随你|其中)")
_BOTH: Final = re.compile(r"[、和跟与同]|还有|以及")
_ALSO: Final = re.compile(r"(?:\S{0,2}[午上晨晚])?(?:也|照样|照旧)(?!不)")
_REPEATED: Final = re.compile(r"每|天天|工作日")
_ANOTHER_STATEMENT: Final = 3
"""More characters than this between two days, fillers aside, and they belong to two statements."""


@dataclass
class Reading:
    """What holds so far."""

    day: Day | None = None
    clock: Clock | None = None
    part: Part | None = None
    further: tuple[date, ...] = ()
    moment: Moment | None = None
    shift: int = 0
    repeat: Repeat | None = None
    length: Length | None = None
    until: Day | None = None
    excluded: tuple[int, ...] = ()
    corrected: bool = False
    unsure: bool = False
    past: bool = False
    vague: bool = False
    """A week or month was named, and no day."""
    day_end: int = -1
    """Where the last day ended."""


def fold(runs: list[Run]) -> Reading:
    reading = Reading()
    for index, run in enumerate(runs):
        corrects = index > 0 and run.corrects
        if _another_statement(reading, run) and not corrects:
            reading.day = reading.clock = reading.part = reading.moment = None
            reading.further = ()
        if corrects or not _another_order(reading, run):
            _absorb(reading, run, corrects)
    return reading


def _of_something_else(reading: Reading, part: Part) -> bool:
    """下午两点半吧，我上午得听评书; 三点半吧，上午我要睡觉."""
    return reading.clock is not None and (reading.part is not None or not fits(reading.clock, part))


def _is_lone(run: Run) -> bool:
    """Whether a run names a part of the day and nothing else."""
    return all(isinstance(piece.value, Part) for piece in run.pieces)


def _another_statement(reading: Reading, run: Run) -> bool:
    """Another day, after other words: 我明天上午去医院，后天给我送饭."""
    day = run.first(Day)
    if not isinstance(day, Day) or not reading.day or reading.repeat or run.alternative or run.until:
        return False
    return day.on not in (None, reading.day.on) and len(_FILLER.sub("", run.gap)) > _ANOTHER_STATEMENT


def _another_order(reading: Reading, run: Run) -> bool:
    """Other weekdays beside the first (一三五上午，二四下午): one order at a time."""
    said, held = run.first(Repeat), reading.repeat
    if not isinstance(said, Repeat) or not held or not held.byday or not said.byday:
        return False
    return said.byday != held.byday and not _INSTEAD.search(run.gap)


def _absorb(reading: Reading, run: Run, corrects: bool) -> None:
    clock_before: Clock | None = None
    part_end = -1
    for piece in run.pieces:
        match piece.value:
            case Day():
                _take_day(reading, piece.value, piece, run, corrects)
                reading.day_end = piece.end
            case Clock() as clock:
                clock_before = clock if _take_clock(reading, clock, run, corrects) else None
            case Part() as part:
                additional = run.alternative or clock_before is not None or part_end == piece.start
                if _of_something_else(reading, part) and not corrects and _is_lone(run):
                    continue
                _take_part(reading, part, corrects, additional=additional)
                part_end = piece.end
            case Moment() as moment:
                reading.moment = moment
                reading.past |= moment.past
            case Repeat() as repeat:
                _take_repeat(reading, repeat, corrects)
            case Length() as length:
                reading.length = length
            case Shift(days):
                reading.shift = days
            case Except(weekdays):
                reading.excluded += weekdays


# --- days -----------------------------------------------------------------------------------------------------


def _take_day(reading: Reading, day: Day, piece: Piece, run: Run, corrects: bool) -> None:
    if day.weekdays and not day.week_named and set(day.weekdays) <= set(reading.excluded):
        return  # 礼拜天不要，礼拜天孩子都回来: why it is left out
    starts = bool(_STARTS.match(run.behind) or _FROM.search(run.before))
    if reading.repeat and not starts and not corrects and _beside(reading.repeat, day):
        if _ALSO.match(run.behind) and reading.repeat.byday:
            reading.repeat = replace(reading.repeat, byday=_with(reading.repeat.byday, day))
        return
    if day.on is None:
        if not day.vague or not (starts or reading.repeat or run.first(Repeat) or "每" in run.behind):
            reading.past |= day.past
            reading.vague |= day.vague
            return
        day = replace(day, on=day.starts)
    if (
        run.until
        and piece is run.pieces[0]
        and (reading.day or reading.repeat or _REPEATED.search(run.behind))
    ):
        reading.until = day
    elif day.through:
        reading.day, reading.until = day, replace(day, on=day.through)
        reading.repeat = reading.repeat or Repeat("DAILY")
    elif len(day.weekdays) > 1 and not _ANY_OF.match(run.behind):
        _take_weekdays(reading, day, corrects)
    elif day.of_month and day.on and not starts and _lacks_days_of_month(reading.repeat):
        _take_repeat(reading, Repeat("MONTHLY", bymonthday=(day.on.day,)), corrects)
    elif day.weekdays and not day.week_named and not starts and _lacks_weekdays(reading.repeat):
        _take_repeat(reading, Repeat("WEEKLY", byday=codes(day.weekdays)), corrects)
    else:
        _take_one_day(reading, day, run, corrects, touches=reading.day_end == piece.start)


def _lacks_weekdays(repeat: Repeat | None) -> bool:
    """每两周……周六上午: the weekday belongs to the rule."""
    return repeat is not None and repeat.freq == "WEEKLY" and not repeat.byday


def _lacks_days_of_month(repeat: Repeat | None) -> bool:
    """每两个月一次，8号: the day belongs to the rule."""
    return repeat is not None and repeat.freq == "MONTHLY" and not (repeat.byday or repeat.bymonthday)


def _beside(repeat: Repeat, day: Day) -> bool:
    """工作日送，周末我自己搞: told of days that the rule leaves out; 每年九月十号教师节: one day twice."""
    if day.on is None:
        return False
    if repeat.bymonth:
        return (day.on.month, day.on.day) == (*repeat.bymonth, *repeat.bymonthday)
    of_week = set(CODES) >= set(repeat.byday) and CODES[day.on.weekday()] not in repeat.byday
    lone = not day.through and (not day.week_named if day.weekdays else day.weekend)
    return bool(repeat.byday) and of_week and lone and len(day.weekdays) < 2


def _with(byday: tuple[str, ...], day: Day) -> tuple[str, ...]:
    """工作日送，周六也送."""
    further = day.weekdays or (5, 6)
    return tuple(code for index, code in enumerate(CODES) if code in byday or index in further)


def _take_weekdays(reading: Reading, day: Day, corrects: bool) -> None:
    """周二、周四 come every week; 下周二、周四 once each."""
    _take_repeat(reading, Repeat("WEEKLY", byday=codes(day.weekdays)), corrects)
    if day.week_named:
        reading.day = day
        reading.length = reading.length or Length(len(day.weekdays), "time")


def _take_one_day(reading: Reading, day: Day, run: Run, corrects: bool, *, touches: bool) -> None:
    """The day said last stands, unless it is only another possibility or part of the first (周三二十五号)."""
    held = reading.day
    reading.unsure |= day.unsure
    if held is None:
        _stand(reading, day, run)
    elif held.on == day.on:
        reading.day = held if day.otherwise else day
    elif held.on and not corrects and not day.week_named and day.weekdays == (held.on.weekday(),):
        return  # 六月十八号，礼拜五: the same day twice
    elif held.on and held.through and day.weekdays and not day.week_named:
        _choose_weekday(reading, held.on, day)
    elif day.past and not held.past:
        return
    elif corrects or not (run.alternative or (touches and not day.weekdays and not held.weekdays)):
        reading.unsure |= touches and not corrects
        reading.corrected |= not held.past
        _stand(reading, day, run)
    elif day.on and (touches or _BOTH.search(run.gap)) and not (_ANY_OF.match(run.behind) or "或" in run.gap):
        reading.further += (day.on,)


def _stand(reading: Reading, day: Day, run: Run) -> None:
    """The day said last, with the other one of its word, unless either will do."""
    reading.day = day
    reading.further = (day.also,) if day.also and not _ANY_OF.match(run.behind) else ()


def _choose_weekday(reading: Reading, first: date, day: Day) -> None:
    """下周一到周五都在家，周三最好: of the days in a row one is chosen."""
    chosen = first + timedelta(days=(day.weekdays[0] - first.weekday()) % 7)
    reading.day = replace(day, on=chosen, otherwise=None, week_named=True)
    reading.repeat = reading.until = None


# --- times ----------------------------------------------------------------------------------------------------


def _take_clock(reading: Reading, clock: Clock, run: Run, corrects: bool) -> bool:
    if reading.clock and run.alternative and not corrects:
        return False
    reading.corrected |= corrects and reading.clock not in (None, clock)
    reading.clock = clock
    return True


def _take_part(reading: Reading, part: Part, corrects: bool, *, additional: bool) -> None:
    """A meal gives way to any other part; an addition to what was said before."""
    held = reading.part
    if held and not corrects and (part.meal or (additional and not held.meal)):
        return
    if corrects and reading.clock and not additional:
        reading.corrected = True
        reading.clock = reading.clock if fits(reading.clock, part) else None
    reading.corrected |= corrects and held not in (None, part)
    reading.part = part


# --- rules ----------------------------------------------------------------------------------------------------


def _take_repeat(reading: Reading, said: Repeat, corrects: bool) -> None:
    """每天 yields to weekdays, 每两周 takes them, and weekdays yield to others said instead."""
    held = reading.repeat
    if said == Repeat("DAILY") and reading.further:
        return  # 明天和后天的午饭，每天一份: on these days
    reading.unsure |= said.unsure
    if held is None or corrects:
        reading.corrected |= corrects and held is not None
        reading.repeat = said
    elif held.freq == said.freq and not held.byday and not held.bymonthday:
        reading.repeat = replace(said, interval=max(held.interval, said.interval))
    elif (held.freq, held.interval, said.freq) == ("DAILY", 1, "WEEKLY") or (held.byday and said.byday):
        reading.repeat = said
