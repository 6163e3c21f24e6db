"""Questions about public money: what is asked, of whom it is told, and what is asked next of the answer."""

from __future__ import annotations

import re
from typing import Any

from actions.out import Out
from actions.turn import PUBLIC_MONEY, Turn

SEVERAL, WHOLE = 3, 8
"""From so many clauses on one of so many characters is taken by itself: it names its subject."""
NAMELESS = re.compile(
    r"(?:那|这|到底|现在|国家|政府|公家|上[头面]|民政|社区|[我俺咱他她你您]们?|可以|一?个?[月年次天]|[给能会要管有没不是的得了点个]|"
    r"补[贴助]?|报销?|[发出领拿]|多少|好多|几|[块元钱]|[吗么呢啊呀嘛吧咧])+"
)
"""A question for money that does not say for what: "国家给补多少钱啊"."""
WHO_HE_IS = re.compile(
    r"特困|五保|低保|低收入|失能|瘫|高龄|独居|空巢|留守|一个人(?:过|住|在家)|无儿无女|没儿没女|孤寡|失独|计划生育|重病|残疾"
)
"""What people tell of themselves because it decides what is due to them."""
ALONE = re.compile(
    r"独居|空巢|留守|孤寡|无儿无女|没儿没女|(?:[我俺他她妈爸奶爷]|自己)(?:就|是|都)?一个人(?:过|住|生活|在家)"
)
RURAL = re.compile(r"农村|乡下|村[里上]|[我俺]们?村")
OF_THE_ANSWER = {
    "condition": re.compile(
        r"不想|愿不?愿|自愿|强制|必须|一定[要得]|非[要得去住]|(?:也|还)得[去住]|硬要|条件|资格|够不够|符合|[哪啥什][些么]?人|谁[能可]|算不算"
    ),
    "amount": re.compile(
        r"^(?:那|这个?|到底|大概|一?个?每?[月年餐次天]|能|可以|给|发|补|拿|领|报|得|有|我|俺|一共|总共)*(?:多少|好多|几)个?(?:钱|块|元)?[^，。]{0,3}$"
    ),
    "next_step": re.compile(
        r"(?:怎么|咋|如何)(?:个|样)?(?:办|申请|弄|报|领)|(?:去|到|在|上)哪(?:里|儿|个)?(?:办|申请|报|领)?|找(?:谁|哪)|[啥什]么?(?:材料|手续)"
    ),
}
"""What is asked of a benefit that was told of: who gets it, how much it is, where one applies."""
QUESTION = re.compile(r"[吗么没不呢][?？。]?$|[?？]$|是不是|哪|几|多少|怎么|咋|[啥什]么")
LONG = 24
"""A question of more characters is one of its own."""


def subject(turn: Turn) -> str:
    """What is asked of public money; of several wishes in one breath the clause that asks it, and who is told of.

    "俺七十三了，那个家庭医生签约，国家给补多少钱啊" names its one service in another clause.
    """
    clauses = [clause.text for clause in turn.clauses if PUBLIC_MONEY.search(clause.text)]
    if len(turn.clauses) < SEVERAL or len(clauses) != 1 or len(clauses[0]) < WHOLE:
        return turn.text
    named_elsewhere = len(turn.service_types) == 1 and turn.names_a_service and not turn.wishes
    if named_elsewhere or NAMELESS.fullmatch(clauses[0]):
        return turn.text
    told = [clause.text for clause in turn.clauses if WHO_HE_IS.search(clause.text)]
    return " ".join(dict.fromkeys([clauses[0], *told]))


def circumstances(turn: Turn) -> dict[str, Any]:
    """What the turn tells of whom it is about, as far as a benefit may depend on it; None where nothing is told."""
    return {
        "age": turn.value("age"),
        "ability": turn.value("ability"),
        "income": turn.value("income"),
        "lives_alone": True if ALONE.search(turn.text) else None,
        "rural": True if RURAL.search(turn.text) else None,
    }


def as_told(answer: dict[str, Any], service_type: str | None = None) -> dict[str, Any]:
    """What is kept of an answer, so that more may be asked of it, or the service it was about be wished for."""
    about = {"service_type": service_type} if service_type else {}
    return {"kind": "told", "parts": answer.get("parts", {}), "year": answer.get("year"), **about}


def tell_more(turn: Turn, out: Out, pending: dict[str, Any]) -> bool:
    """Tell what is asked of the benefit told of last, or of those listed, as the document has it; False: nothing is."""
    listed = [pending["parts"]] if pending.get("parts") else pending.get("each", [])
    if not any(listed) or turn.when or len(turn.text) > LONG:
        return False
    said = turn.text.rstrip("？?。！ ")
    asked = next((name for name, words in OF_THE_ANSWER.items() if words.search(said)), None)
    if asked is None:
        return False
    for parts in filter(None, listed):
        out.tell(parts[asked])
    return True


def not_written(turn: Turn, out: Out, pending: dict[str, Any]) -> bool:
    """Say of any other short question about it that the documents do not answer it, and offer a person."""
    parts = pending.get("parts")
    if not parts or turn.when or turn.service_types or not QUESTION.search(turn.text):
        return False
    out.tell(parts["not_written"], asks="yes_no", expects="yes_no")
    return True
