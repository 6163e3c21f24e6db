"""For whom a thing is done: the caller, a relative the caller may act for, or somebody by name."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

from actions.turn import Known, Turn
from assistant.client import Client, relatives

OWN_ADDRESS = re.compile(r"^(我们?|俺们?|咱们?)(家的?|的)?")
ALSO = re.compile(r"(也|还有|跟|和|一起|一块)")
SURNAMED = re.compile(r"^[一-鿿]{2,3}$")


class Who(BaseModel):
    """One person: known by id, or described as far as was said."""

    person_id: str | None = None
    name: str | None = None
    relation: str | None = None
    own: bool = False
    """The caller."""
    new: bool = False
    """Not on record yet; goes there with the booking."""

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
    return relatives.ROLES.get(bare, bare if bare and bare in relatives.RELATIVES else None)


NOT_THEM = re.compile(
    r"(?:不是|别|不)(?:给|帮|替|为|陪|接|送)?$|(?:过户|转|留|传|分|继承|寄|嫁|卖|捐|赔)(?:给|到)?[我俺咱他她]?$"
)
"""Before whoever it is not for: "不是我爸，是我妈", "把房子过户给孙子"."""


NOT_FOR_ME = re.compile(r"不是(?:给|帮|替)?[我俺咱]")
"""Says for whom it is rather than no: "不是我剃，是我老伴剃"."""
GRANDCHILDREN = r"[家屋]?[里头]?(?:看|带|照[看顾]|接|哄)(?:大|小)?(?:孩子|娃|孙|崽)"
"""Behind whoever is only helped with the children: 上青岛给闺女看孩子去了."""


def named(turn: Turn) -> list[Who]:
    """The people for whom it is to be, in order; a daughter who only comes to visit is none."""
    found: list[Who] = []
    for words in turn.values("person"):
        who = None if _refused(words, turn) else _who(words, turn)
        if who is not None and who not in found:
            found.append(who)
    if not found and FOR_THE_NEIGHBOUR.search(turn.text) and turn.speaker.kind != "worker":
        found.append(Who(relation=NEIGHBOURS))
    name = turn.value("name") or (_answered(turn) if not found else None)
    if name and not any(who.name and name in who.name for who in found):
        if len(found) == 1 and found[0].relation and not found[0].name:
            found[0].name = name
        elif turn.asked in ("name", "person"):
            found.append(Who(name=name))
    for known in turn.people:
        if not NOT_THEM.search(turn.text[: known.start]):
            _recognise(found, known, turn)
    if len(found) > 1 and any(who.person_id for who in found):
        # "爸妈都约一下，我爸矣正明…，我妈方兰芝…": who is named singly stands for the word for both.
        found = [who for who in found if who.name or who.relation not in relatives.BOTH]
    return found


def _answered(turn: Turn) -> str | None:
    """The name with which a worker answers the question for one, whatever the surname: "老人那春生"."""
    if turn.asked != "person" or turn.speaker.kind != "worker" or turn.people:
        return None
    name = bare_name(re.sub(r"^(?:老人|是|就是|叫)+|(?:老人家?)$", "", turn.text.strip("。 ")))
    return None if name and NOBODY.search(name) else name


NOBODY = re.compile(r"老人|社区|自己|本人|那个|这个|刚才|算了|取消|稍等|不")
"""Words that are no name."""


def _refused(words: str, turn: Turn) -> bool:
    """Whether every naming of somebody says that it is not for them."""
    before = [turn.text[: match.start()] for match in re.finditer(re.escape(words), turn.text)]
    return bool(before) and all(NOT_THEM.search(each) for each in before)


def _recognise(found: list[Who], known: Known, turn: Turn) -> None:
    """Put who is on record into the place of the words for them: 我爸矣正明, 5号楼赵秀兰."""
    before = turn.text[: known.start]
    for who in found:
        words = {word for word, role in relatives.ROLES.items() if role == who.relation} | {
            who.relation or ""
        }
        called = bool(who.relation) and any(each and before.endswith(each) for each in words)
        if (who.name and known.name in who.name) or (called and not who.name) or who.name == known.name:
            if known.person_id or called:
                # Of several with one name the building said beside it tells which.
                who.name, who.person_id = known.name, known.person_id
            return
    if len(found) == 1 and found[0].relation and not found[0].name and len(turn.people) == 1:
        found[0].name, found[0].person_id = known.name, known.person_id
    else:
        found.append(Who(person_id=known.person_id, name=known.name))


GONE = r"(?:最近|刚|才|都|已经|去年|前年|上个?月|前些[年天]|早就?|也)*(?:走了|没了|不在了|去世|过世|病逝|故去|老了)"
"""Behind whoever has died: 外公最近老伴走了."""


def _who(words: str, turn: Turn) -> Who | None:
    if words == "self":
        return caller(turn)
    if re.search(re.escape(words) + GONE, turn.text):
        return None
    if NEIGHBOUR.match(OWN_ADDRESS.sub("", words)) and turn.speaker.kind != "worker":
        # "是我对门的易爹爹，给他搞一下": the name that goes on record is still to come.
        return Who(relation=NEIGHBOURS) if FOR_NEIGHBOUR.search(turn.text) or turn.asked == "person" else None
    cared_for = relation_of(words) == "老伴" and (CARED_FOR.search(turn.text) is not None or _bedridden(turn))
    for_them = (
        cared_for
        or re.search(
            rf"不是(?:给|帮|替)?[我俺咱][^，。]{{0,4}}[，。\s]*(?:而?是)(?:给|帮|替)?[我俺咱]?们?家?的?{re.escape(words)}",
            turn.text,
        )
        is not None
        or re.search(ESCORTED + re.escape(words), turn.text) is not None
        or (
            re.search(
                rf"(给|帮|替|为|让|接)(我们?|俺们?|咱们?)?(老家|乡下|家里?)?(的)?{re.escape(words)}(?!{GRANDCHILDREN})",
                turn.text,
            )
            is not None
        )
    )
    relation = relation_of(words)
    if relation:
        asked = turn.asked in ("person", "name")
        meant = for_them or asked or (turn.speaker.kind != "senior" and not _only_mentioned(words))
        return Who(relation=relation) if meant else None
    if ELDERS.fullmatch(words):
        return None
    if turn.speaker.kind == "worker" or for_them or turn.asked == "person":
        return Who(name=words)
    return None


ELDERS = re.compile(r"(?:这位|那位)?(?:老人家?|长者|住户|居民|本人)")
"""Words for whoever it is for, which name nobody: "地址是老人家中"."""
PERSONAL = frozenset(("bath", "haircut", "nursing", "rehab", "checkup", "home_bed", "hospice"))
"""Services done to somebody's body."""
BEDRIDDEN = re.compile(
    r"老[伴头婆][^，。]{0,6}(?:瘫|卧床|下不[了来]床|起不[了来]床|躺在?床|不能动|动不了)(?!.*[给帮替][我俺咱](?!们?家|老))"
)


def _bedridden(turn: Turn) -> bool:
    """Whether somebody is to come for a partner who lies in bed: "老伴瘫在床上，头发长得很，请个剪头发的来"."""
    return BEDRIDDEN.search(turn.text) is not None and bool(PERSONAL & set(turn.service_types))


ESCORTED = r"(?:[个有]人|派|找|请|喊|叫|安排|约|订)[^，。]{0,6}(?<![我俺])(?:陪|送|带|推|扶|领)(?:着|一下|下)?(?:我们?|俺们?|咱们?)?(?:老家|家里?)?的?"
"""Before whoever somebody is to go with: 想请个人陪我老伴去看病."""


def _only_mentioned(words: str) -> bool:
    """Whether these are words for somebody who is mostly spoken of, or spoken to ("大姐，我想…"), not booked for."""
    bare = OWN_ADDRESS.sub("", words)
    spoken_to = bare == words and bare in relatives.ALSO_ADDRESS
    return spoken_to or bare in relatives.CHILDREN | relatives.FRIENDS


NEIGHBOURS = "邻居"
NEIGHBOUR = re.compile(r"老?邻居|隔壁|对门|楼[上下]|对面")
FOR_THE_NEIGHBOUR = re.compile(
    r"(?:给|帮|替|为)(?:我|俺|咱)?们?(?:家)?(?:邻居|隔壁|对门|楼[上下]|对面)的?[^，。]{1,5}"
)
"""帮对门的老王头 is for him, whatever he is called."""
FOR_NEIGHBOUR = re.compile(
    r"(?:给|帮|替|为)(?:[他她]|(?:[我俺咱]们?家?的?)?老?(?:邻居|隔壁|对门|楼[上下]|对面))|不是(?:给|帮|替)?(?:我|俺)|"
    r"(?:[个有]人|派|找|请|喊|叫)[^，。]{0,6}(?:陪|送|带|推|扶|领)着?(?:我|俺|咱)?们?(?:家)?的?老?(?:邻居|隔壁|对门|楼[上下]|对面)|"
    r"是(?:我|俺)?(?:们)?(?:家)?(?:邻居|隔壁|对门|楼[上下]|对面)|(?:邻居|隔壁|对门|楼[上下]|对面)[^，。]{1,6}(?:要|想|托我|让我|叫我)"
)
"""That it is for a neighbour who is mentioned, rather than by or like them."""
NAME = re.compile(r"(?:我?(?:叫|是)|姓名是?|名字是?|[他她]叫)?([一-鿿]{2,4})[。，]?")
SURNAME_FIRST = re.compile(
    r"(?:我|他|她|免贵|老人)*姓([一-鿿])[，,、。 ]*(?:名字?|我|他|她)?(?:叫|是)?([一-鿿]{1,3})[。，]?"
)
NO_NAME = re.compile(r"[一两二三四五六七八九十几多]\s*[份个人次盒位]|^[不没有你咋怎哪啥什]|[吗呢吧啊呀了]$")
"""Short words that are an answer to something else."""


def bare_name(text: str) -> str | None:
    """The name where a turn is nothing but one, as an answer to "怎么称呼" is: 杨春梅, 我姓杨，杨春梅, 我姓杨，叫春梅."""
    said = text.strip()
    if match := SURNAME_FIRST.fullmatch(said):
        return match[2] if len(match[2]) > 1 and match[2].startswith(match[1]) else match[1] + match[2]
    match = NAME.fullmatch(said)
    return match[1] if match and not NO_NAME.search(said) else None


CARED_FOR = re.compile(
    r"看不过来|[照看][顾护]?不[了过]来?|伺候不|服侍不|带不动|扶不动|翻不动|背不动|抱不动|[给帮替][他她](?:翻|擦|洗|剪|理|刮|喂|量|换|看(?!家)|送|[订约](?!好))|(?:把|想|要|让)[^，。]{0,8}送(?:到|去|过去|你们|[他她])|送[他她](?:到|去|来)"
)
"""That somebody is to be looked after by others: whoever is mentioned beside it is the one."""
MISNAMED = re.compile(
    r"(?:名字?|姓名?|叫)[^，。]{0,8}?(?:错|不对|不是)|[打写听说念报][错岔][了啦]?.{0,2}名|不是叫|不叫|[打写听说念][错岔]了一?个?字"
)
RIGHT_NAME = re.compile(r"(?<!不)(?:应该?是|改成|改为|而是|是|叫)([一-鿿]{2,4})(?=$|[，,。！!、\s])")


def renamed(text: str) -> str | None:
    """The name that is right, where one read back was wrong: "名字打错了，是韩立明，明天的明"."""
    names = [each for each in RIGHT_NAME.findall(text) if each[0] in SURNAMES]
    return names[-1] if names and MISNAMED.search(text) else None


def listed(turn: Turn) -> list[Who]:
    """The seniors of a worker's list: those on record, and those set off like them who are not, so that nobody is left
    out in silence."""
    known = {each.name: each.person_id for each in turn.people}
    names = list(known)
    if known and turn.speaker.kind == "worker":
        tokens = LISTED.findall(BEFORE_NAME.sub(" ", turn.text)) if "、" in turn.text else []
        tokens += COUNTED.findall(turn.text)
        names += [token for token in tokens[:MOST_NAMES] if token[0] in SURNAMES]
    names = [name for name in names if name in known or not any(one.startswith(name) for one in known)]
    names = [name for name in names if not WEEKDAY.match(name)]
    ordered = sorted(dict.fromkeys(names), key=turn.text.find)
    return [Who(person_id=known.get(name), name=name) for name in ordered]


LISTED = re.compile(
    r"(?:(?<=[、，,和及与为给帮替：:\s])|^)([一-鿿]{2,4}?)(?=[、，,和及与各每预申的老需两一那这今明后下本上周要想订约改有来\s\d]|$)"
)
"""A name in a list: short, and set off by what sets names off."""
WEEKDAY = re.compile(r"周[一二三四五六日天]")
"""周一、周四 are set off like names, and 周 is a surname."""
COUNTED = re.compile(r"(?:(?<=[、，,；;：:\s])|^)([一-鿿]{2,4}?)(?=[\d一两二三四五六七八九十]+份)")
"""A name before its number of portions: 龚德厚1份."""
BEFORE_NAME = re.compile(r"给|帮|替|为|查一下|查查|看看|请|让|把|取消|(?<=[，,。\s])改|^改")
"""Words that stand before a name."""
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文普"
)
"""The most frequent surnames."""
MOST_NAMES = 30


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
    title = str(consent["person"].get("form_of_address") or "")
    # The consent names what the delegate is to the senior (女儿), the caller what the senior is to them (母亲):
    # only the sex tells two seniors apart, as far as it is on record.
    if who.relation in relatives.MOTHERS:
        return not title.endswith(("爷爷", "叔叔", "先生"))
    if who.relation in relatives.FATHERS:
        return not title.endswith(("奶奶", "阿姨", "女士"))
    return True
