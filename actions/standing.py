"""An order that stands, spoken of in words like those of a booking: it is withdrawn, changed or asked after."""

from __future__ import annotations

import re
from typing import Any

from actions.answers import order_number, upcoming
from actions.naming import HINTS, services
from actions.orders import OneOrder, fits, learn_order
from actions.turn import WISH, Spoken, Turn, services_named
from assistant.client import Client

WITHDRAWN = re.compile(
    r"取消|(?<!后)撤[了掉销吧]|退[了掉]|作废|不(?:整|要|做|去|用|订|约|弄|办|搞|需要)(?:它|了)|[别甭莫](?:再)?来了|[别甭莫]送了|"
    r"(?:不[要用]|[别甭莫])(?:叫|让|喊)?(?:[他她]们?|人家|师傅)(?:再)?(?:过?来|跑|上门)"
)
"""That what stands is not wanted any more."""
SOMEBODY_COMES = re.compile(
    r"不是有(?:一?个)?[^，。]{0,4}(?:人|师傅|阿姨|姑娘|小伙|妹子|护士|护工|大夫|医生|老师)[^，。]{0,3}来|"
    r"不是有[一二两俩三\d]?个?(?:活儿?|单子?|预约|订单)|(?:也|都|还|到现在)[没冇无](?:得|有)?个?人(?:上门|过)?来|"
    r"(?:忘|漏)(?:记|掉|了)+(?:我|俺|咱)"
)
CHANGE_OF_ORDER = re.compile(
    r"改期|原[定约订]|(?:[订约定]|预约)(?:了|好|过)?的[^。]{0,40}?(?:改(?!造)|挪|推迟|提前)"
)
"""That an order is to be changed."""
STANDING = re.compile(
    r"(?:不是|上[次回]|前[天几]|之前|原来|本来|早就)[^，。]{0,6}(?:约|订|定|报)(?:了|好|过|的)|"
    r"(?:上[次回]|前[天几两些]天?|之前|原来|本来)[^，。]{0,3}[喊叫请][^，。]{1,12}(?:[的呢]|[，。])|"
    r"(?:[约订叫请]|报名?)(?:了|得|好|过)(?!吧|吗|没|再|就|算|，)"
)
"""That an order was made before."""
THAT_ONE = re.compile(r"那个(?!时候|地方|人|啥|什么|谁)")
"""Points at an order where its service and day are told as well: "我那个康复，明儿早上九点那个"."""
HINDERED = re.compile(
    r"来不[及赢]|赶不[上及赢]|[没冇]得?[空人]|不得空|有事|去不[了成]|不在(?!乎)|走不开|不方便|那天[^，。]{0,3}不[行中成]|冲突|撞[了上]|碰[到上]一?起|"
    r"[太忒][早晚迟]|[要得]去|出门|住院"
)
"""That its hour does not suit."""
ORDERED_ANEW = re.compile(
    r"(?:取消|撤|退|不[^，。]{1,3}了).*(?:[订约送来]一?[份个次]|再[订约送来]|重新|另[外约订])"
)
"""Something else is wanted instead."""


async def withdraws(turn: Turn, api: Client) -> bool:
    """Whether an order that stands is no longer wanted: "明早不是有个大夫要来签家庭医生嘛，我不整了"."""
    if not WITHDRAWN.search(turn.wanted) or ORDERED_ANEW.search(turn.wanted):
        return False
    pointed = OneOrder()
    learn_order(pointed, turn, turn.when)
    return bool(pointed.service_type or pointed.day or pointed.number) and await _stands(pointed, turn, api)


async def hindered(turn: Turn, api: Client) -> dict[str, Any] | None:
    """The order that is told of as standing and cannot be kept, as fields of ``Change``: "后天不是约了个做康复的师傅来么…来不赢"."""
    if not HINDERED.search(turn.text) or ORDERED_ANEW.search(turn.text):
        return None
    pointed = _pointed(turn)
    whole = pointed.service_type and pointed.day and THAT_ONE.search(turn.text) and not WISH.search(turn.text)
    told = pointed.service_type or pointed.day
    if not (told and (whole or STANDING.search(turn.text))):
        return None
    stands = await _stands(pointed, turn, api)
    return {"service_type": pointed.service_type, "day": pointed.day} if stands else None


async def changes(turn: Turn, api: Client) -> bool:
    """Whether an order that stands is to be changed, though it sounds like a booking: "申请改期：订单5429…原定…"."""
    if not CHANGE_OF_ORDER.search(turn.text) or ORDERED_ANEW.search(turn.text):
        return False
    if order_number(turn) is not None:
        return True
    pointed = _pointed(turn)
    return bool(pointed.service_type or pointed.day) and await _stands(pointed, turn, api)


async def asks_after(turn: Turn, api: Client) -> bool:
    """Whether an order that stands is only asked after, or told of: "明天上午不是有个人来帮我买米的啵"."""
    comes, made = SOMEBODY_COMES.search(turn.text), STANDING.search(turn.text) and not WISH.search(turn.text)
    if not (comes or made) or ORDERED_ANEW.search(turn.text):
        return False
    pointed = _pointed(turn)
    told = pointed.service_type and (pointed.day or made)
    return bool(told) and await _stands(pointed, turn, api)


def _pointed(turn: Turn) -> OneOrder:
    """What the turn says of an order that stands: its day is the first that is told."""
    pointed = OneOrder()
    told = Spoken() if turn.when.past else turn.when
    dated = (each.when for each in turn.clauses if each.when.date and not each.when.past)
    learn_order(pointed, turn, next(dated, told))
    return pointed


async def _stands(pointed: OneOrder, turn: Turn, api: Client) -> bool:
    """Whether an order of that service and day is still to come; of several services named it is the one of which one is."""
    orders = await upcoming(turn, api)
    # A clause that gives the reason for a change may name the order: "我后天不是约了人来搞卫生的么".
    named = [key for key, _, _ in services_named(turn.text)]
    named += [key for key, words in HINTS.items() if any(word in turn.text for word in words)]
    for service in dict.fromkeys([pointed.service_type, *services(turn), *named]):
        if any(fits(pointed.model_copy(update={"service_type": service}), order) for order in orders):
            pointed.service_type = service
            return True
    return False
