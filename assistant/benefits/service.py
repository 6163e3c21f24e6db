"""Answers about benefits: what, how much, on which condition, from which document, what to do next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.benefits import repository, topics
from assistant.benefits.matching import NO, Conditions, Person, Verdict, judge
from assistant.benefits.models import Benefit
from assistant.benefits.schemas import Answer, DocumentView, MatchQuery, MatchResult, Role
from assistant.benefits.topics import Asked
from assistant.catalog import repository as catalog
from assistant.catalog.models import City

HEARD_BY: Final[dict[Role, frozenset[str]]] = {
    "senior": frozenset({"senior", "family"}),
    "family": frozenset({"senior", "family"}),
    "worker": frozenset({"senior", "family", "worker", "institution"}),
    "institution": frozenset({"senior", "family", "worker", "institution"}),
}
"""Which benefits an asker hears of. A senior is never told of an institution's or a carer's money."""

OWN: Final[dict[Role, frozenset[str]]] = {
    "senior": HEARD_BY["senior"],
    "family": HEARD_BY["family"],
    "worker": frozenset({"worker"}),
    "institution": frozenset({"institution"}),
}
"""What an asker hears first."""
MONEY: Final = re.compile(
    r"报销|[报补发领]给?(?:[我你您他她咱俺]们?)?多少|[报补]几|补[贴助]|津贴|给[补钱报]|出钱|买单|掏钱"
)
"""Words that ask for public money."""
SENIOR_AGE: Final = 60
"""Who is a senior: 《老年人权益保障法》 art. 2."""

FOR_WHOM: Final[dict[str, str]] = {
    "senior": "老人",
    "family": "照顾老人的家属",
    "worker": "养老护理人员",
    "institution": "养老机构",
}
_RANK: Final = {"yes": 0, "unknown": 1, "no": 2}


async def match(session: AsyncSession, query: MatchQuery) -> MatchResult:
    """The benefits that a question is about, those first that fit the person."""
    if not query.city:
        return _nothing("no_city", "请问您在哪个城市？", known_city=False)
    city = await catalog.city(session, query.city)
    if city is None:
        return _nothing(
            "unknown_city", f"{query.city}的补贴政策我没有资料，可以帮您转人工。", known_city=False
        )
    asked = _asked(query, await repository.of_city(session, city.code))
    about = list(asked.benefits)
    if query.topic and MONEY.search(query.topic):
        # How many homes there are is no answer to how much is paid back.
        about = [each for each in about if each.kind != "fact"]
    theirs = [each for each in about if each.who in HEARD_BY[query.role]]
    if not theirs:
        return _none(city, about)
    judged = [(each, _judge(each, query)) for each in theirs]
    if asked.kind == "general":
        judged = [(each, verdict) for each, verdict in judged if verdict.fits != "no"]
    own_first = sorted(judged, key=lambda pair: _order(pair[0], pair[1], query))
    answers = [answer(each, verdict) for each, verdict in own_first[: query.limit]]
    if not answers:
        return _none(city, [])
    return MatchResult(answers=answers, known_city=True, found=True, message=_opening(city, answers))


def _order(benefit: Benefit, verdict: Verdict, query: MatchQuery) -> tuple[bool, bool, bool, int]:
    """What is the asker's own first, grants before facts, those that fit before those that do not.

    Of whoever told what they are, what depends on it comes before what everybody gets.
    """
    told = any((query.age, query.ability, query.income, query.lives_alone))
    for_all = told and (verdict.fits == "no" or not benefit.conditions)
    return benefit.who not in OWN[query.role], benefit.kind == "fact", for_all, _RANK[verdict.fits]


def _asked(query: MatchQuery, benefits: Sequence[Benefit]) -> Asked:
    if query.key:
        return Asked("named", [each for each in benefits if each.key == query.key])
    if query.topic:
        asked = topics.read(query.topic, benefits)
        if asked.kind != "general" or not query.service_type:
            return asked if asked.kind != "general" else Asked("general", _grants(benefits))
    if query.service_type:
        return Asked(
            "named", [each for each in _grants(benefits) if query.service_type in each.service_types]
        )
    return Asked("general", _grants(benefits))


def _grants(benefits: Sequence[Benefit]) -> list[Benefit]:
    return [each for each in benefits if each.kind not in ("fact", "rule")]


def _judge(benefit: Benefit, person: Person) -> Verdict:
    """The verdict of the conditions that can be checked; one that is only told in words leaves it open."""
    younger = person.age is not None and person.age < SENIOR_AGE
    if younger and benefit.who == "senior" and benefit.kind != "fact":
        return NO
    if benefit.condition_text and not benefit.conditions:
        return Verdict("unknown")
    return judge(Conditions.model_validate(benefit.conditions), person)


# --- telling ---


def answer(benefit: Benefit, verdict: Verdict) -> Answer:
    """One benefit as it is told to one person."""
    return Answer(
        key=benefit.key,
        who=benefit.who,
        kind=benefit.kind,
        title=benefit.title,
        what=benefit.what_text,
        how_much=benefit.amount_text,
        amount_min_fen=benefit.amount_min_fen,
        amount_max_fen=benefit.amount_max_fen,
        per=benefit.per,
        condition=benefit.condition_text,
        status=benefit.status_text,
        source_text=benefit.source_text,
        year=benefit.year,
        document=DocumentView(
            id=benefit.document_id,
            title=benefit.document_title,
            number=benefit.document_number,
            issuer=benefit.issuer,
            signed=benefit.signed,
            published=benefit.published,
        ),
        next_step=benefit.next_step_text,
        fits=verdict.fits,
        missing=list(verdict.missing),
        text=_spoken(benefit, verdict),
        parts=_parts(benefit),
    )


def _parts(benefit: Benefit) -> dict[str, str]:
    """One thing of a benefit at a time, each as far as the document has it."""
    by = f"按{benefit.source_text}，{benefit.title}"
    condition = f"{by}的条件是{benefit.condition_text}。" if benefit.condition_text else f"{by}没有写条件。"
    amount = f"{by}，{benefit.amount_text}。" if benefit.amount_text else f"{by}，文件没有写多少钱。"
    return {
        "condition": condition,
        "amount": amount,
        "next_step": f"{benefit.title}，{benefit.next_step_text}",
        "not_written": "这一点文件里没有写，我不敢乱说。要不要我转工作人员帮您问清楚？",
    }


def _spoken(benefit: Benefit, verdict: Verdict) -> str:
    """Two sentences: what the document says, and where that leaves the person."""
    first = [f"按{benefit.source_text}，{_named(benefit)}{benefit.what_text}"]
    if benefit.amount_text and not _said_already(benefit):
        first.append(benefit.amount_text)
    if benefit.condition_text:
        first.append(f"条件是{benefit.condition_text}")
    if benefit.status_text:
        first.append(benefit.status_text)
    second = benefit.next_step_text.rstrip("。")
    if verdict.fits == "no":
        second = "按您说的情况可能不符合，要核实的话我可以帮您转人工"
    return "；".join(first) + "。" + second + "。"


def _named(benefit: Benefit) -> str:
    """The name of a grant; money for carers and institutions is named as theirs."""
    if benefit.kind == "fact":
        return ""
    whose = f"给{FOR_WHOM[benefit.who]}的" if benefit.who in ("worker", "institution") else ""
    return f"{whose}{benefit.title}：" if whose or benefit.title not in benefit.what_text else ""


def _said_already(benefit: Benefit) -> bool:
    return benefit.amount_min_fen is not None and f"{benefit.amount_min_fen // 100}元" in benefit.what_text


def _opening(city: City, answers: Sequence[Answer]) -> str:
    if len(answers) == 1:
        return f"{city.name}有这一项。"
    return f"{city.name}查到{len(answers)}项。"


def _none(city: City, for_others: Sequence[Benefit]) -> MatchResult:
    if for_others:
        whom = FOR_WHOM[for_others[0].who]
        return _nothing(
            "for_others", f"{city.name}文件里的这一项是给{whom}的，不发给老人个人；要再问问的话我帮您转人工。"
        )
    return _nothing("no_source", f"这件事在{city.name}的文件里没有查到，我不敢乱说，可以帮您转人工问清楚。")


def _nothing(reason: str, message: str, known_city: bool = True) -> MatchResult:
    return MatchResult(
        answers=[],
        known_city=known_city,
        found=False,
        reason=reason,
        message=message,
    )
