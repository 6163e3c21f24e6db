"""Where somebody is to be accompanied to: said by itself, or asked for where nobody knows who it is."""

from __future__ import annotations

import re

from actions.booking.frame import Booking
from actions.turn import AFFIRM, Turn

ESCORTS = ("medical_escort", "mobility_escort")
"""Services that fetch somebody at home and go somewhere with them."""
GOAL = (
    r"(?:医院|卫生院|卫生室|卫生所|诊所|门诊部?|保健院|[眼骨牙耳鼻喉口腔内外妇产神经心康复老年中]{1,4}科|公园|广场|银行|信用社|邮局|"
    r"菜市?场|市场|超市|商场|大厅|车站|火车站|派出所|社保局|民政局|居委会|街道办|体育馆|图书馆|[寺庙])"
)
TO = re.compile(
    rf"(?=(?:去|到|上|克|赴|回)(?:一[下趟])?((?:[一-鿿]{{1,10}}?)?{GOAL}(?:[^\W看瞧做复检挂]{{1,3}}科)?)(?=[^一-鿿]|看|瞧|做|复|检|办|转|走|拿|取|换|打|坐|买|存|领|吧|呢|啊|呗|咯|嘛|的|就|那|$))"
)
"""去市医院眼科看眼睛; looked for from every word that may lead to it: the 上 of 上午 is none."""
MISTAKEN = re.compile(r"[我俺咱你您他她]|[陪接送来去想要帮]|[今明后]天|[上下]午|点")
"""Words that are no part of the name of a place."""
ANY = re.compile(r"(?:大|小)?医院")
"""Names no place yet."""
AIRING = re.compile(r"走走|走动|转转|逛|遛|散步|晒太阳|透透?气|出[去门](?=[，。吧]|$)|下楼")
"""An outing that goes nowhere in particular."""
LEAD = re.compile(r"^(?:[嗯啊哦呃那就是要想我俺咱们他她带陪送][，,]?)*(?:去|到|上|克|在|往)?")
TAIL = re.compile(r"(?:那[里边儿]?|就行|就好|吧|呢|啊|呗|咯|嘛|哒|的话)*$")
NONE = frozenset(("affirm", "deny", "stop", "repeat", "slower", "human", "help", "cancel_order", "thank"))
"""Intents that tell no place."""
SHORTEST, LONGEST = 2, 24
"""Characters of an answer that may be a place."""


def destination(frame: Booking, turn: Turn) -> str | None:
    """Where the turn says that it goes; None where it tells nothing of that."""
    if frame.service_type not in ESCORTS:
        return None
    named = [each for each in TO.findall(turn.text) if not MISTAKEN.search(each)]
    if said := [each for each in named if not ANY.fullmatch(each)]:
        return str(said[-1])
    if frame.asked != "destination" or turn.intent in NONE or turn.asks or turn.value("phone"):
        return None
    bare = TAIL.sub("", LEAD.sub("", re.split(r"[，,。；;！!]", turn.text.strip())[0]))
    if AFFIRM.match(bare):
        return None
    return bare if SHORTEST <= len(bare) <= LONGEST else None


def goes_nowhere(turn: Turn) -> bool:
    """Whether it is only for a walk."""
    return AIRING.search(turn.text) is not None


def fetched_where(frame: Booking) -> bool:
    """Whether it must be asked where somebody is fetched: an escort comes to the door of whoever is not on record."""
    return frame.service_type in ESCORTS and not frame.people[0].person_id
