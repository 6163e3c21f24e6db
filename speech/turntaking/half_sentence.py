"""Sentences that are not over: what a caller says before a breath, not before an answer."""

import re
from typing import Final

_FILLERS: Final = "嗯呃啊哦哎额唔"
# Words after which Mandarin needs more: "我想", "因为", "在", "给我", a bare number before its measure word.
_OPEN: Final = re.compile(
    r"(?:我想|想要|我要|我就是|就是|就是说|那个|这个|那|这|因为|所以|但是|可是|不过|然后|还有|而且|如果|要是|或者|"
    r"和|跟|给|把|被|让|叫|在|从|到|对于|关于|比如|的话|一个|帮我|给我|我家|我的|他的|她的|是不是|能不能|可不可以|有没有|"
    r"什么|怎么|为了|第|零|幺|的是|住在|地址是|电话是|号码是|名字叫|我叫|我姓|等一下|等会儿|我看看|我想想|我找找)$"
)
_SHORT_ANSWERS: Final = frozenset(
    [
        "是",
        "对",
        "好",
        "行",
        "嗯",
        "要",
        "不",
        "有",
        "没",
        "中",
        "成",
        "可",
        "喂",
        "哎",
        "那个",
        "这个",
        "给",
        "到",
        "在",
        "就是",
        "一个",
        "零",
        "幺",
    ]
)


def without_fillers(text: str) -> str:
    """Without hesitations at its end: 我想嗯 → 我想."""
    return re.sub(rf"[{_FILLERS}，、 ]+$", "", text)


def is_unfinished(text: str, *, asked: str = "free") -> bool:
    """Whether a partial result waits for its rest.

    A short word alone is an answer, not a beginning, when a yes, a choice or a number was asked for.
    """
    rest = without_fillers(text.replace(" ", ""))
    if not rest:
        return bool(text)
    if asked in {"yes_no", "choice", "digits"} and rest in _SHORT_ANSWERS:
        return False
    if asked == "phone":
        return 0 < len(re.findall(r"[零幺一二三四五六七八九两]", rest)) < 7
    return _OPEN.search(rest) is not None
