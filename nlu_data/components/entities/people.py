"""Who is meant: a relation, a neighbour, a resident by building and name; age, ability, income."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.entities.entity import Entity
from components.entities.numbers import NUMERAL, number
from components.entities.relatives import relatives

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜"
    "倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳"
    "裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来苟全褚廉"
    "简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗"
    "匡宗应台巫鞠桑荆谌银扬明沙薄伏岑习胥保和蔺盛尚矣蒲湛帅仝綦亓逄鹿雒矫檀浦隗阚赫尉訾闻巢桓粟昝沃蔚戎韶蓟溥咸籍"
)
_OTHER_KIN = "老公公|老婆婆|老太太|老爷子|老人家|老两口|媳妇|老邻居"
"""Words for somebody old or near that name no relation to the speaker."""
_NOT_BEFORE = {"娘": "(?<![姑新老厨婆])", "姐": "(?<!小)", "姑娘": "(?<=[我俺咱家的])"}
_NOT_BEHIND = {"娘": "娘|们|家", "姑": "娘|息", "哥": "们", "弟": "兄", "事": "们|情", "友": "圈"}
"""What must not stand beside a relative, by its last character: 小姑娘 is no 小姑, "姑娘啊" none of one's own."""


def _guarded(word: str) -> str:
    """The pattern of one relative."""
    behind = f"(?!{_NOT_BEHIND[word[-1]]})" if word[-1] in _NOT_BEHIND else ""
    return _NOT_BEFORE.get(word, "") + word + behind


_KIN = f"{_OTHER_KIN}|{'|'.join(_guarded(word) for word in relatives())}"
_ELDER = "大爷|大妈|大娘|奶奶|爷爷|阿姨|叔叔|婆婆|老太太|老爷子|老师|师傅|大叔|大婶|伯伯|嫂子|大姐|大哥|娭毑|嗲嗲|爹爹|嗲|老倌子?|婶子?|孃孃"
_BUILDING = r"[\d一二三四五六七八九十]+\s*(?:号楼|栋|幢|单元|号院|号)"
_NAMED = rf"[{SURNAMES}][\u4e00-\u9fff]{{1,2}}"
_AFTER_NAME = r"(?=[、,，和跟与的要预约想订这是]|$|老人|申请|取消|安排|两|周|下|明|今|每)"
_NOT_A_NAME = re.compile(
    r"的|了|要|想|是|不|在|有|我|你|他|她|个|吗|呢|点|次|天|周[一二三四五六日天末]|明[天儿]|时候?|马上|安排|方便|高兴|高龄|常年|全[部家天托]|金额"
)

_PERSON = re.compile(
    rf"(?P<resident>{_BUILDING}的?(?:老)?(?:{_NAMED}{_AFTER_NAME}|[{SURNAMES}]?(?:{_ELDER})))"
    rf"|(?P<neighbour>(?:邻居|隔壁|对门|楼上|楼下|对面)(?:家)?(?:的|那个?|有个)?(?:[{SURNAMES}]?(?:{_ELDER}|老头儿?|老太)|老?[{SURNAMES}](?=[的家他]))|邻居)"
    rf"|(?P<kin>(?:(?:我们?|俺们?|咱们?|他们?|她)(?:家|的)?)?(?:{_KIN}))"
    rf"|(?P<titled>[{SURNAMES}](?:{_ELDER}))"
    rf"|(?P<myself>(?<!不是给)(?<!不是)(?<!不是替)(?<!不是帮)(?:我自己|我本人|本人|自个儿?|俺自己|给我自己|就我一个人?|(?<!不)是我(?=$|[,，。])))"
)
_SELF_WHEN_ASKED = re.compile(r"^(?:嗯|是|就是|就|给)*(?:我|俺|我自己|自己|本人)(?:啊|呀|自己|用|吃|的)*$")
_NAME = re.compile(
    rf"(?:我叫|名叫|名字叫|名字是|姓名[是:：]?|叫做|他叫|她叫|叫|我是|户主是?)\s*(?P<name>{_NAMED})"
)
_CALLED = re.compile(r"(?:老人|[爸妈爹娘他她]|名字?)叫(?P<name>[\u4e00-\u9fff]{2,3})(?=[，,。.\s]|$)")
"""Whatever the surname, behind so many words for a name."""
_LISTED = re.compile(
    rf"(?:为|给|帮|替|老人(?:[^，。：:、]{{0,14}}[：:])?)\s*(?P<names>(?:{_BUILDING}的?)?{_NAMED}(?:[、,，和跟](?:{_BUILDING}的?)?{_NAMED})*){_AFTER_NAME}"
)
_ONE_LISTED = re.compile(rf"(?:{_BUILDING}的?)?(?P<name>{_NAMED})")
_BARE_NAME = re.compile(
    rf"^(?:嗯|啊|呀|哦|是|叫|我|姓名|名字|[,，:： ])*(?P<name>{_NAMED})(?:老人家?|先生|女士)?(?:啊|呀|嘛|吧)?(?:[。.]?$|[,，].{{0,2}}[\u4e00-\u9fff]的)"
)
_OF_KIN = re.compile(
    rf"(?:给|帮|替|为|陪|接|请|让|是)(?:我们?|俺们?|咱们?)?(?:家|的)?(?:{_KIN}|邻居|隔壁|对门|楼[上下])的?"
    rf"(?P<name>[{SURNAMES}](?:(?![爸妈爹娘爷奶姥姨叔婶嫂哥姐])[\u4e00-\u9fff]){{1,2}}?)"
    r"(?=[、,，。\s和跟与的要预约想订定办申登请明后今下上周星礼这每送来洗理打做安报\d]|[一两二三四五]份|$)"
)
"""给我大姑盛玉珠订…"""
_AGE = re.compile(
    rf"({NUMERAL})\s*(?:多|来)?周?岁|(?:今年|年龄|虚岁|快|都)\s*(?:都|有|快)?\s*([五六七八九]十[一二三四五六七八九]?|一百零?[一二三四五六七八九]?|\d{{2,3}})(?=了|$|[,，。])"
)
_BARE_AGE = re.compile(rf"({NUMERAL})")

_ABILITY = (
    ("semi_disabled", r"半失能|半自理|部分(?:不能)?自理"),
    (
        "disabled",
        r"(?<!半)失能(?!半)|不能自理|自理不了|无法自理|完全不能自理|全瘫|瘫(?:痪|在床|了)|卧床|下不了床|起不来床|植物人|大小便.{0,3}(?:不能自理|失禁)|动不了|一点不能自理|全靠人",
    ),
    ("semi_disabled", r"半瘫|坐轮椅|拄(?:着)?拐|要人扶|得人扶|需要人扶|偏瘫|走不利索|自己洗不了|半边不灵"),
    (
        "self_care",
        r"(?<!不能)(?<!半)(?<!不了)(?:完全)?(?:能|可以)?自理(?!不)|生活(?:都)?能自己|自己(?:都|还)?能(?:动|走|吃|做)|能走能动|腿脚(?:还)?(?:利索|好)|身体硬朗",
    ),
)
_INCOME = (
    ("dibao", r"低保|最低生活保障|吃低保"),
    ("tekun", r"特困|五保"),
    ("low_income", r"低收入|困难家庭|困难户|低边|边缘户"),
    ("ordinary", r"普通(?:家庭|收入|户|职工)?|退休金|有退休工资|一般家庭|不是低保|没有?低保"),
)
_ABILITIES = [(value, re.compile(pattern)) for value, pattern in _ABILITY]
_INCOMES = [(value, re.compile(pattern)) for value, pattern in _INCOME]


def read(text: str, asked: str | None) -> Iterator[Entity]:
    """Person (`self` for the caller), name, age (years), ability and income (codes)."""
    yield from _people(text, asked)
    yield from _names(text, asked)
    yield from _ages(text, asked)
    yield from _coded("ability", _ABILITIES, text)
    yield from _coded("income", _INCOMES if asked == "income" else _INCOMES[:3], text)


def _people(text: str, asked: str | None) -> Iterator[Entity]:
    if asked in ("person", "for_whom") and _SELF_WHEN_ASKED.match(text.strip("。,， ")):
        yield Entity("person", "self", 0, len(text))
        return
    taken: list[tuple[int, int]] = []
    for match in _LISTED.finditer(text):
        for one in _ONE_LISTED.finditer(match["names"]):
            if not _NOT_A_NAME.search(one["name"]):
                taken.append((match.start("names") + one.start(), match.start("names") + one.end()))
                yield Entity("person", one[0], *taken[-1])
    for match in _PERSON.finditer(text):
        inside = any(start < match.end() and match.start() < end for start, end in taken)
        if inside:
            continue
        if match["resident"] and _NOT_A_NAME.search(re.sub(_BUILDING, "", match[0]).lstrip("的")):
            continue
        yield Entity("person", "self" if match["myself"] else match[0], match.start(), match.end())


def _names(text: str, asked: str | None) -> Iterator[Entity]:
    patterns = (_NAME, _OF_KIN, _CALLED)
    if asked in ("name", "person"):
        patterns = (_BARE_NAME, *patterns)
    for pattern in patterns:
        match = pattern.search(text)
        if match and not _NOT_A_NAME.search(match["name"]):
            yield Entity("name", match["name"], match.start("name"), match.end("name"))
            return


def _ages(text: str, asked: str | None) -> Iterator[Entity]:
    found = False
    for match in _AGE.finditer(text):
        years = number(match[1] or match[2])
        if years is not None and 0 < years < 130:
            found = True
            yield Entity("age", years, match.start(), match.end())
    if asked == "age" and not found:
        bare = _BARE_AGE.search(text)
        years = number(bare[1]) if bare else None
        if bare and years and 18 <= years < 130:
            yield Entity("age", years, bare.start(), bare.end())


def _coded(name: str, codes: list[tuple[str, re.Pattern[str]]], text: str) -> Iterator[Entity]:
    for value, pattern in codes:
        match = pattern.search(text)
        if match:
            yield Entity(name, value, match.start(), match.end())
            return
