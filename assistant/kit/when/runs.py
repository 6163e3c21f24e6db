"""Groups pieces said in one breath, and drops what the speaker rejects or only recalls."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from assistant.kit.when.pieces import Clock, Day, Except, Moment, Part, Piece, Repeat, Value
from assistant.kit.when.words import CODES

_CORRECTION: Final = re.compile(
    r"""不对|不是|不不|[哦噢啊哎呀嗯]不|[,，。、…]+不[,，。、…]+|错了|说错|记错|算了|还是
    |改|换[成到]?|推[到迟]?|挪到|提前到|延到|要不|要么|不如|应该是|我是说|不行(?!的话|就)|不成|来不了|没空""",
    re.VERBOSE,
)
_ALTERNATIVE: Final = re.compile(
    r"要是|如果|不行的话|不行就|万一|或|又好像|又是|也行|也可以|再不|实在不|还有|[和跟]|^(?:、|都|到|至|[-~—]+)$",
    re.VERBOSE,
)
_UNTIL: Final = re.compile(r"(?<![改推等挪换调延拖排约])[到至]$|[-~—]$")
_REJECTED: Final = re.compile(
    r"""(?:那天|的话|我|家里|家|就|也|都|是|可能|恐怕|怕是|人|上午|下午)*
    (?:(?:要是|如果)?(?:[约订排]?满了?|没位)|不行(?!的话|就)|不成|不方便|不在|没空|没时间|来不了|去不了|不合适|有事|没人|不想|不对|不算|不好|都?过了
    |不[要用送去来](?!太|那么|忘))""",
    re.VERBOSE,
)
_RECALLED: Final = re.compile(
    r"(?:本来|原来|原先|原定|之前|以前|原本)(?:是|说|订|定|约|的|好|在)*$|都过了$|"
    r"(?:去年|前年|上[次回趟]|那[次回])[^，。,；;]{0,6}[了是在到]$|过[完了]$"
)
_DENIED: Final = re.compile(r"(?<!是)不是$|不要$|(?<!特)别$")
_TODAY_IS: Final = re.compile(
    r"今[天日儿](?:个|是|都|已经|就)*(?:周|星期|礼拜|[\d一二三四五六七八九十]+[月号日])\S{0,3}?(?=[，。,；;了吧嘛啊]|$)"
)
"""今天二十七号: tells what day it is."""
_NOT_WANTED: Final = re.compile(r"(?:你们|就|都|也)*[不莫甭别](?:用|要|必)(?![太那忘])")
_TO_BE_CHANGED: Final = re.compile(r"\S{0,8}[改换挪推调]")
_AND: Final = re.compile(r"[和跟与、]|还有")
_TIMETABLE_BEFORE: Final = re.compile(
    r"(?:车票|机票|[火班客]车|高铁|动车|飞机|航班)(?:票|是|在|买的|订的)*$|挂(?:的|了|到)?$"
)
_TIMETABLE_BEHIND: Final = re.compile(
    r"(?:的号(?!码)|的?(?:车票|[火班客]车|高铁|动车|飞机|航班)|才?(?:开门|关门|发车|开车|起飞))"
)
_APART: Final = re.compile(r"[,，。;；!！?？…、不到至~—-]")


@dataclass(frozen=True)
class Run:
    """Pieces with next to nothing between them."""

    pieces: tuple[Piece, ...]
    gap: str
    """The text between the run before and this one."""
    before: str
    """All text before it."""
    behind: str
    """All text behind it."""

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end

    @property
    def corrects(self) -> bool:
        """Whether it takes back what stood before (不对，还是…)."""
        return bool(_CORRECTION.search(self.gap))

    @property
    def alternative(self) -> bool:
        """Whether it only adds to what stood before (或者, 要是…就, 到)."""
        return bool(_ALTERNATIVE.search(self.gap))

    @property
    def until(self) -> bool:
        """Whether something goes on until then (送到…)."""
        return bool(_UNTIL.search(self.gap))

    @property
    def touching(self) -> list[Run]:
        """The run, parted where anything stands between its pieces (周六爸|上午十点)."""
        groups: list[list[Piece]] = []
        for piece in self.pieces:
            if groups and groups[-1][-1].end == piece.start:
                groups[-1].append(piece)
            else:
                groups.append([piece])
        return [replace(self, pieces=tuple(group)) for group in groups]

    def first(self, kind: type[Value]) -> Value | None:
        return next((piece.value for piece in self.pieces if isinstance(piece.value, kind)), None)


def runs(said: str, pieces: list[Piece]) -> list[Run]:
    """The runs that count. A day is dropped only if another is left: the last one said stands."""
    grouped: list[list[Piece]] = []
    for piece in pieces:
        if grouped and _joined(said[grouped[-1][-1].end : piece.start]):
            grouped[-1].append(piece)
        else:
            grouped.append([piece])
    found = [_run(said, group, grouped[i - 1][-1].end if i else 0) for i, group in enumerate(grouped)]
    dropped = [run for run in found if _dropped(run) or _tells_today(said, run)]
    dropped += [run for run, behind in pairwise(found) if behind in dropped and _AND.fullmatch(behind.gap)]
    told = _of_a_timetable(found)
    kept = [run for run in found if run not in dropped and run not in told]
    kept = _without_unwanted(kept)
    if dropped and not any(run.first(Day) or run.first(Moment) for run in kept):
        kept += [run for run in dropped[-1:] if not _DENIED.search(run.before)]
    return sorted(kept, key=lambda run: run.start)


def _of_a_timetable(found: list[Run]) -> list[Run]:
    """Hours of trains, doors and doctors beside the one that is wanted: 三点四十，车票是四点半的; 六点半出门，透析室七点开门."""
    timed = [run for run in found if run.first(Clock)]
    others = [
        run
        for run in timed
        if not (run.first(Day) or run.first(Part))
        and (_TIMETABLE_BEFORE.search(run.before) or _TIMETABLE_BEHIND.match(run.behind))
    ]
    return others if len(others) < len(timed) else []


def _joined(gap: str) -> bool:
    return len(gap) <= 2 and not any(sign.search(gap) for sign in (_APART, _CORRECTION, _ALTERNATIVE))


def _run(said: str, pieces: list[Piece], end_before: int) -> Run:
    start, end = pieces[0].start, pieces[-1].end
    return Run(tuple(pieces), said[end_before:start], said[:start], said[end:])


def _tells_today(said: str, run: Run) -> bool:
    return all(isinstance(piece.value, Day) for piece in run.pieces) and bool(
        _TODAY_IS.match(said, run.start)
    )


def _without_unwanted(kept: list[Run]) -> list[Run]:
    """周一到周五不用管，每个周六都来: of several rules the one that is declined only leaves its days out."""
    ruled = [run for run in kept if run.first(Repeat)]
    unwanted = [run for run in ruled if _NOT_WANTED.match(run.behind)]
    if unwanted == ruled:
        return kept
    return [_left_out(run) if run in unwanted else run for run in kept]


def _left_out(run: Run) -> Run:
    days = (code for piece in run.pieces if isinstance(piece.value, Repeat) for code in piece.value.byday)
    weekdays = tuple(CODES.index(code) for code in days if code in CODES)
    return replace(run, pieces=(Piece(run.start, run.end, Except(weekdays)),))


def _dropped(run: Run) -> bool:
    if run.first(Repeat) or run.first(Except):
        return False
    changed = run.before.endswith("把") and _TO_BE_CHANGED.match(run.behind)
    return bool(
        changed or _DENIED.search(run.before) or _RECALLED.search(run.before) or _REJECTED.match(run.behind)
    )
