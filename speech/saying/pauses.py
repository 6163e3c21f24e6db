"""Where a voice takes breath: sentences into clauses, each followed by a pause."""

import re
from typing import Final, NamedTuple

# Pauses after a mark, ms. A listener of eighty follows clauses, not sentences: longer than a news reader's.
_PAUSES: Final = {"。": 450, "！": 450, "？": 450, "；": 350, "：": 250, "，": 220, "、": 120, " ": 110}
_LONGEST: Final = 22
_JOINTS: Final = re.compile(r"(?=但是|不过|所以|因为|如果|然后|或者|并且|而且|请您|需要您|以及)")


class Clause(NamedTuple):
    """Spoken characters without marks, and the silence that follows them in ms."""

    text: str
    pause: int


def clauses(spoken: str) -> list[Clause]:
    """Cut spoken text (as `say` gives it) at its marks, and clauses of more than 22 characters at a joint."""
    out: list[Clause] = []
    # A space between letters of one abbreviation is spelling, not breath.
    spoken = re.sub(r"(?<=[A-Z]) (?=[A-Z])", "", spoken)
    for text, mark in re.findall(r"([^。！？；：，、 ]+)([。！？；：，、 ]?)", spoken):
        parts = [part for part in _JOINTS.split(text) if part] if len(text) > _LONGEST else [text]
        out.extend(Clause(part, 90) for part in parts[:-1])
        out.append(Clause(parts[-1], _PAUSES.get(mark, 0)))
    return out
