"""For whom a thing is done: the caller, a relative the caller may act for, or somebody by name."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

from actions.turn import Turn
from assistant.client import Client

OWN_ADDRESS = re.compile(r"^(我们?|俺们?|咱们?)(家的?|的)?")
ALSO = re.compile(r"(也|还有|跟|和|一起|一块)")
ROLES = {
    "妈": "母亲", "妈妈": "母亲", "老妈": "母亲", "母亲": "母亲", "娘": "母亲", "老娘": "母亲",
    "爸": "父亲", "爸爸": "父亲", "老爸": "父亲", "父亲": "父亲", "爹": "父亲", "老爹": "父亲",
    "老伴": "老伴", "老伴儿": "老伴", "老头": "老伴", "老头子": "老伴", "老婆子": "老伴", "爱人": "老伴",
    "丈夫": "老伴", "妻子": "老伴",
}  # fmt: skip
SURNAMED = re.compile(r"^[一-鿿]{2,3}$")


class Who(BaseModel):
    """One person: known by id, or described as far as was said."""

    person_id: str | None = None
    name: str | None = None
    relation: str | None = None
    own: bool = False
    """The caller."""

    @property
    def label(self) -> str:
        """How the person is named in a read-back: 您, 您母亲, 赵秀兰."""
        if self.own:
            return "您"
        if self.name:
            return f"您{self.relation}{self.name}" if self.relation else self.name
        return f"您{self.relation}" if self.relation else "老人"


def caller(turn: Turn) -> Who:
    """The caller as the person meant."""
    return Who(person_id=turn.speaker.person_id, own=True)


def relation_of(words: str) -> str | None:
    """母亲 for 我妈; None for words that name no relation."""
    bare = OWN_ADDRESS.sub("", words)
    return ROLES.get(bare, bare if bare and bare in RELATIVES else None)


RELATIVES = frozenset(
    [
        "爷爷",
        "奶奶",
        "姥姥",
        "姥爷",
        "外公",
        "外婆",
        "公公",
        "婆婆",
        "岳父",
        "岳母",
        "丈母娘",
        "老丈人",
        "大伯",
        "伯伯",
        "叔叔",
        "姑姑",
        "姑妈",
        "舅舅",
        "舅妈",
        "大姨",
        "姨妈",
        "儿子",
        "女儿",
        "闺女",
        "哥哥",
        "姐姐",
        "弟弟",
        "妹妹",
        "哥",
        "姐",
        "爸妈",
        "父母",
    ]
)


def named(turn: Turn) -> list[Who]:
    """The people named in the turn, in order; empty when nobody was."""
    found: list[Who] = []
    for words in turn.values("person"):
        if words == "self":
            found.append(caller(turn))
            continue
        relation = relation_of(words)
        if relation:
            found.append(Who(relation=relation))
        elif turn.speaker.kind == "worker" or not words.startswith(("邻居", "隔壁", "楼", "对")):
            found.append(Who(name=words))
    name = turn.value("name")
    if name and not any(who.name and name in who.name for who in found):
        if len(found) == 1 and found[0].relation and not found[0].name:
            found[0].name = name
        elif turn.asked in ("name", "person"):
            found.append(Who(name=name))
    return found


async def resolve(who: Who, turn: Turn, api: Client) -> list[dict[str, Any]]:
    """The people on record that ``who`` may be: those the caller acts for, or by name for a worker."""
    speaker = turn.speaker
    if speaker.kind == "worker" and who.name:
        answer = await api.find_people(speaker.actor, **_parts(who.name))
        return list(answer["candidates"])
    if speaker.person_id is None:
        return []
    seniors = await api.acts_for(speaker.actor, speaker.person_id)
    return [
        {"id": each["person"]["id"], "name": each.get("name") or each["person"]["form_of_address"]}
        for each in seniors
        if _fits(who, each)
    ]


RESIDENT = re.compile(r"^(?P<building>.*?(?:号楼|栋|幢|号院|单元|号))的?(?P<name>[一-鿿]{2,4})$")


def _parts(words: str) -> dict[str, str]:
    """5号楼赵秀兰 is a building and a name."""
    match = RESIDENT.match(words)
    return match.groupdict() if match else {"name": words}


def _fits(who: Who, consent: dict[str, Any]) -> bool:
    if who.name:
        return bool(consent.get("name")) and (who.name in consent["name"] or consent["name"] in who.name)
    if who.relation:
        # The consent names what the delegate is to the senior (女儿); the caller says what the senior is
        # to them (母亲). With sex unknown, any senior fits; several are asked back.
        return True
    return True
