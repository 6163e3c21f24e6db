"""One turn as the actions see it: what Rasa understood and what the desk sent along."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from rasa_sdk import Tracker

from actions import cities
from assistant.client import SERVICE_TYPES, Actor

NOISE = re.compile(r"[^\w]+|_")
AFFIRM = re.compile(
    r"^(也|那|就|你|您|请|麻烦|啊|哎|诶|哦|噢|喔|这[次回下]|先|全部?|都|[两俩三四五六七八九\d]+[单个样位项户](?=都))*(嗯+|恩|对|是|好|行|中|成|要得|可以|确认|确定|没错|不错|没问题|ok|就这样|就这么着|就这么办|"
    r"就这么定|就[订约定办]|就按这个|照办|订吧|定吧|约吧|办吧|来吧|得劲|莫问题|要的|可得|"
    r"对头|[没冇]毛病|[冇莫]得?错|妥了?|就酱|得行|[约订定办报登]上|下单|提交|就是这样子?|"
    r"就?[约订定要]?(?:这|那)个(?:时候|时间|钟点|点|日子)?(?![^了的呢呐呀啊吧嘛哈啦])|👌)+"
    r"(了|的|呢|呐|呀|啊|吧|嘛|哈|啦|哟|滴|嘞|咯|着|报上去?|登上|记上|就这样|就这么着|谢谢|麻烦|你了|您了|对|是|好|行|嗯|没错|确认|修改|更改|订|定|约|办|整|弄|搞)*$",
    re.IGNORECASE,
)
DOUBTED = re.compile(
    r"[?？吗]|不(?!用改|要紧|错)|别|没(?!错|问题)|改|换|(?<![没不])错|先|等|问|考虑|想想|再说|回头|商量"
)
"""Beside such words a yes is none that one may act on."""
AS_READ = re.compile(
    r"(?:就|还是|那|先)*(?:(?:照|按|依)(?:着|照)?(?:(?:刚[才刚]|[你您咱]们?|原来|原先|上面)+(?:说|念|讲|定|读|报|约|订)?(?:好)?的?|这个|这样|这么)(?:那个|这个)?|(?<=先)(?:这样|这么)(?=[订定办约]))"
    r"(?:来|订|定|办|约|弄|搞|走|下单|行|好)*(?:就行|就好)?(?:吧|呗|啊|咯|了|哒|嘛)*$"
)
"""The end of a clause that takes what was read back as it is: "保洁就照刚才说的订"."""
DISMISSED = re.compile(
    r"[^，。,\s]{0,8}?先?(?:不管|不说|不问|不提|莫管|莫问|放一?放|搁[着下]|回头再[说问]|以后再[说问])[它他了吧哒咯]*"
)
"""Something else that is let be."""
ASKING = re.compile(r"(?:[吗么没不]|是不是.*)[?？。]*$|[?？]$")
YES_SIGNS = ("👌", "👍", "✅", "🆗", "💯")
WHATEVER = re.compile(
    r"随便|都行|都可以|都好|你看着|你定|你安排|无所谓|哪个都|啥时候都|什么时候都|听你的|尽快|越快越好|最早"
)
NOTHING_WRONG = re.compile(
    r"(?:都|全|也|其实|应该|刚才|刚刚|[你您]?[说念]的|这[次回])*(?:没有?|冇)(?:哪里|哪儿|哪|什么|啥|地方)*(?:不对|有错|错|问题|毛病|要改)(?:的|了|啊|呀|嘛|地方)*|"
    r"(?:[你您]?[说念]的)?(?:都|全)+是?(?:对|没错|没问题|好|行|可以)(?:的|了|啊|呀|嘛|得很|着呢|呢)*|不用改了?|"
    r"(?:是|我|刚才|刚刚)*[听看说想记](?:错|岔|差|混)(?:了|啦|话了)?"
)
"""That all of what was read back is right after all: "没有哪里不对", "都对", "我听岔了"."""
BARE_NO = re.compile(r"没有?|冇|没了|没啥")
"""Before such words: "没有，都对"."""
THANKS = re.compile(r"谢|劳慰|难为你|难为您|费心|辛苦|得亏|多亏|劳神|受累|有劳|麻烦你了|麻烦您了")
"""Thanks in the words of several regions; where nothing else is said, they are no yes to an offer."""
AT_HOME = re.compile(
    r"送|上门|到家|家里来|来家|来人|来个人|来(?:我|俺)?屋|屋里来|[喊叫派找]个?人(?:过)?来|上我家|来我家|下不[了来得]楼|出不[了来得]门|卧床|瘫"
)
"""It is to come to the door."""
PRICE = re.compile(
    r"(?:多少|几多|好多|几[块文毛角元]|几个|多钱|啥价|什么价|哪个价).{0,2}(?:钱|价|费|元|块)|"
    r"(?<!电话)(?<!号码)(?<!手机)(?<!号是)(?<!话是)(?<!码是)(?<!地址)多少(?=[呀啊呢嘛吗?？。]*$)|多钱|[啥什]么?价|"
    r"(?:怎么|咋|如何|怎样)(?:个|样)?(?:算|收|要|扣)(?:钱|费|价|的)|收费|(?:要|收|花)不?(?:要|收|花)?钱[吗不没嘛]|贵不贵|价[格钱]"
)
"""A question for the price."""
PUBLIC_MONEY = re.compile(
    r"补(?!个?[课种牙])|津贴|报销|报不报|[能给]报(?!名|个|上|一[个下]|[我俺咱]|哪)|这个?钱|"
    r"(?:上头|上面|国家|政府|公家|低保|特困).{0,8}(?:给|发|出|掏|补|管不管|[减免])|(?:一个|每)月.{0,3}[能可]?以?[发领]"
)
"""Words about public money: the subject of a question, and where a service is named beside them, the question."""
POLICY_ASKED = re.compile(
    r"政策[^，。]{0,6}(?:怎么|怎样|如何|[啥什]么?|哪些|多少)|(?:[啥什]么?|哪些|有没有)[^，。]{0,4}政策"
)
"""It is asked what the policies say: "政策上怎么保障"."""
MONEY_ASKED = re.compile(
    r"多少|几[多块百千]|好多|给[我俺咱]?[不吗么没]|有没|能不能|拿|[吗么不没呗][?？。]?$|[?？]$"
)
"""That it is asked for."""
PUBLIC_SERVICES = re.compile(
    r"(?:政府|国家|公家|民政|财政|上头|上面)[^，。,]{0,6}(?:出的?|掏|花|付|给|补|拿)?的?(?:钱|买单|购买?|买|免费|包)[^。？?]{0,14}?"
    r"(?:(?:哪些|有些|有哪|哪几|么子|[啥什]么?|几样)[^，。,]{0,3}(?:服务|项目|好处|政策)|"
    r"(?:服务|项目|好处|政策)[^，。,]{0,6}(?:哪些|有些|有哪|哪几|么子|[啥什]么?|几样))|"
    r"(?:哪些|哪几样|么子|[啥什]么?)[^，。,]{0,4}(?:服务|项目)[^，。,]{0,4}(?:政府|国家|公家|民政|财政)[^，。,]{0,4}(?:[出掏花付]钱|买单|免费|包)"
)
"""It is asked which services are paid by the government."""
ORDERED = re.compile(r"订|预约|约[个一上下]|[送来][一两个份]|登记|报名|安排")
WISH = re.compile(
    r"(?:想|要|给|帮|替|请|麻烦|先|再|就)[^，。,？?]{0,6}(?:订|定|约|预约|办|签|来[一个份人趟]|送[一两几份]|登记|报名|安排)|"
    r"^(?:订|约|预约)|给(?:我|俺|咱|他|她)|[约订](?:一?[下个份次]|上|吧)"
)
"""Words that ask for it to be done, not only what it costs."""
ORDERS = re.compile(r"要|想|[给帮替请]|订|约|[来送]")
NO_ORDER = re.compile(r"不|没|别|取消|退|改|换|投诉|反映|上[次回]|昨|[?？吗呢]|多少|[啥什]么|几[点号]|哪")
ADDED = re.compile(
    r"再(?:帮|给|替)?(?:我|俺|咱|他|她)?(?:加|来|订|定|要|约|送|添)|另外|另(?=[为给帮替订约预])|还要|还想|"
    r"(?:还有|再|另|下)一[单样件桩项]|第[二两三四五2-5][单样件桩项]"
)
"""Words that add something to what was said, rather than putting it in its place."""
WHICH_MOMENT = r"(?:哪[一几]?天|哪个?(?:时候|时间|钟点|日子)|几时|几号|几点钟?|什么时(?:候|间)|啥(?:时候|时间|钟点)|(?:星期|礼拜|周)几|最早|最快)"
ASKS_DAY = re.compile(
    r"哪[一几]?天|什么时(?:候|间)|啥(?:时候|时间)|哪个?(?:时候|时间|日子)|几时|几号|(?:星期|礼拜|周)几|最早|最快"
)
"""The day itself is asked for, not only its hour."""
FREE = (
    r"(?:(?<![没冇无])(?:有|得)空(?:位子?|档|当|闲|余)?|(?<![没冇无])有(?:位[置子]|名额|档期)|空着|约得[上到]|排得[开上下]|"
    r"还?(?:能|可以)(?:再)?(?:预约|[约订定排]))(?:得?[上到])?"
)
ASKS_FREE = re.compile(
    rf"{WHICH_MOMENT}[^，。,？?]{{0,8}}?{FREE}(?![^，。,？?]*(?:钱|价|补|我|俺|再|就|哪天|时候))|"
    r"有没有空(?:位子?|档|当|闲|余)?|有没有(?:位[置子]|名额|档期)|"
    r"(?<![没冇无])(?:有|得)空(?:位子?|档|当|闲|余)?(?:没有?|[吗么不嘛啵没]|[?？])|"
    r"(?<![没冇无])有(?:位[置子]|名额|档期)(?:没有?|[吗么不嘛啵没]|[?？])|"
    r"还(?:能|可以)(?:预约|[约订定排])(?:得?[上到])?(?:[吗么不嘛啵没]|[?？])|"
    r"(?:能|可以)(?:预约|[约订定排])得?[上到](?:[吗么不嘛啵没]|[?？])|(?:约得[上到]|排得[开上下])(?:[吗么不嘛啵没]|[?？])|"
    r"(?:约|订|排)(?:都|得)?满了?(?:没有?|[吗么不嘛啵没]|[?？])|是不是(?:都)?(?:约|订|排)满"
)
"""It is asked what is free: 周六九点有空吗, 明天下午还能约吗, 哪天有空位."""
TAG = re.compile(
    r"[，,\s]*(?:行不行?|行[吗么嘛]|可以[吗么嘛不]|可不可以|成不成?|成[吗嘛]|中不中?|中[吗嘛]|好不好?|好[吗嘛])[?？。]*$"
)
"""A wish put as a question: "周五上午十点行不行"."""
THEIR_TIME = re.compile(
    r"(?:[我俺咱他她]|闺女|女儿|儿子|孩子|老[伴头]|家里?人)(?:们|家|自己)*[^，。,你您]{0,8}?(?:有|得)空"
)
"""The time that the caller or a relative has."""
ORDER_CLAUSE = re.compile(
    r"(?:你好|喂|那|就|先|我|俺|咱|想|要|得|[给帮替](?:我|俺|咱|他|她|老[伴头])?|麻烦[你您]?|请|[,，])*(?:预约|[订定约])(?![了过的])"
)
"""A clause that begins with ordering something."""
NO_NOTE = re.compile(
    r"[?？吗呢么]|几点|多少|哪|怎么|咋|[啥谁]|为什么|[改换挪查退撤催]|推迟|提前|取消|不[要用去来订约行能]|没|别|投诉|反映|评|记录|订单|单号|"
    r"开门|关门|营业|上班|有空|有位|电话|地址|价|钱|多久|附近|到了|来了|去了|送了|迟到|刚才|昨天|上[次回]|补贴|补助|已经|原来|过了|满意|差|坏"
)
"""What makes of a service and a moment more than a note of what is wanted."""
HEARD = re.compile(r"明白|懂|清楚|(?:知道|晓得|记住|记下)[了啦哒咯]")
"""Words that say what was told has been taken in: no yes to an offer."""
NO_MORE = re.compile(r"(?:那|就|也)*没事[了儿啦]*|没(?:别的|啥|什么)(?:事|了)*[了啦]?|不用了")
"""Nothing more is wanted: whatever yes stands before it, it is none."""
AWAY = re.compile(
    r"老家|人在|[我俺]在[一-鿿]{2,4}(?=[，。,\s]|$)|在[^，。]{1,6}(?:上班|打工|工作|做事|读书|出差)|不在.{0,4}(?:跟前|身边|家)|外地|回不[去来]|离得远"
)
"""Whoever speaks lives elsewhere than the one it is for."""
LIVES_IN = r"[我俺咱](?:们|人|自己|现在|平时|常年|一直|还|都)*(?:住|人)?在"
OTHERS = re.compile(r"[他她]|老人|[爸妈爹娘父母爷奶公婆]")
ASKS_PLACE = re.compile(
    r"有没有[^，。,]{0,14}(?:地方|站点?|中心|机构|食堂|点|院|店|的)[吗啊呀嘛呢]?(?=$|[，,。？?])|"
    r"哪(?:里|儿|家|个地方|块|疙瘩)(?:有|能|可以)|(?<!没)哪有(?!钱|空|功夫|工夫|时间|那么|这么|的事)"
)
"""A question for a place that does something."""
ASKED_OF_A_PLACE = {
    "address": re.compile(
        r"在哪(?!天)|哪疙瘩|哪块儿?|[啥什]么?(?:地方|位置)|怎么(?:走|去)|咋走|地址(?:是|在)?(?:多少|哪|啥|什么|呢|[?？])|离(?:我|俺|这).{0,4}[远近]"
    ),
    "phone": re.compile(
        r"有(?:没有|个)?(?:电话|联系方式)(?:号码?)?(?:[吗不没么呢啵]|可以|能)|(?:电话|号码|手机|联系方式)(?:号码?)?(?:是)?(?:多少|几多|好多|几号|啥|什么|有没有|呢|[?？])|怎么联系|(?:告诉|给)我.{0,6}(?:电话|号码)$"
    ),
    "hours": re.compile(
        r"(?:几点|啥时候|什么时候|几时)[钟]?(?:能|可以|才)?(?:开(?!始)|关|上班|下班|营业)|营业时间|上班时间|开放时间|开到几点|到几点"
    ),
}
"""What is asked of a place: where it is, its telephone, its hours."""
COUNTS = re.compile(r"(?:几|多少)[家所处](?![人里])")
"""It is asked how many places there are."""
STILL_SO = re.compile(
    r"(?:现在|如今|今年|眼下|目前).{0,3}(?:这个|这样|那么|这么|一样|多少|呢)|还是这[个么样些]|(?:最|更)新的?|变了?[没吗]|涨了?[没吗]"
)
"""Whether what a document of years ago says still holds."""
POSTPONES = re.compile(
    r"(?!.*(?:不用|不必|不要|没|别|甭|莫))[^，。,？?]{0,12}?(?:商量|考虑|合计(?=合计|一?下)|琢磨)(?:商量|考虑|合计|琢磨|一?下|看看?|着)*"
    r"(?:再(?:说|讲|看|定|订|约|打|回[你您]|来|联系|找)[^，。,？?]{0,5}|吧|啊|呀|哈|嘛|咯|哦)*"
)
"""A last clause that leaves it undecided: "好的，我跟家里商量一下", whatever yes stands before it."""
ANOTHER_ASKED = re.compile(r"(?:那|还有|要是|如果|换成?)*(?![我俺咱]|人家).{2,10}呢[?？。]*")
STILL_COMING = re.compile(r"怎么|咋|还没|[啥什]么|哪|几|的人|师傅|人呢|[定订约]的|谁")
"""What makes of "保洁呢" a question for the order or a part of it."""
WAIT = re.compile(
    r"(?:等等|等一?下|等会儿?|等一会儿?|稍等|等我|[你您]等|先别挂).{0,8}?(?:[翻找查瞅瞧](?!理)|看看|看一|问|想想|想一|戴|拿|商量|合计)|"
    r"(?:我|俺|让我|容我)(?:先|去|来|给你)?"
    r"(?:(?:翻一?翻|找一?找|查一?查|问一?问|想一?想|瞅一?瞅|看一?看)(?=[他她我咱]|[，。]|$)|(?:翻|找|查|问|想)(?:一下|个)(?=[他她]|[，。]|$))|"
    r"(?:想不起|记不[得清住起]|忘[了记](?!说|讲|告)|不记得)(?!吃|关|带)"
)
"""Somebody looks for what was asked."""
DOOR = re.compile(r"[\d一二三四五六七八九十]\s*(?:号楼?|栋|幢|单元|室)")
GIVES_UP = re.compile(
    r"(?:哦|啊|唉|哎呀?|好吧|那就?|还是|先|就|也)*(?:算[了哒啦球]|拉倒|不用|不消[订约办弄搞]?|不[订约办弄搞要]|莫[订约办搞])[了哒啦吧咯]*(?:算[了哒啦])?"
)
"""A clause that drops what was begun."""
NOBODY_COMES = re.compile(
    r"(?:就|都|也|你们)*(?:别|莫|甭|不用|不要|不必)(?:再)?(?:派|喊|叫|让|安排)?(?:人|师傅|车)?(?:来|送|跑|上门|过来|安排|派人?)+[了吧啊哈啦咯]*|麻烦.{0,3}"
)
"""What may stand behind it: 莫派人来."""
CALLED_OFF = re.compile(
    r"(?:那|就|都|我|还是|先)*(?:算了|不[要订约办](?:来|送)?[了啦]+|[退撤]掉|取消掉?)[吧啊呢]*"
)
"""The same in words that no yes goes with: "是的，不要了"."""
LEAVES = re.compile(r"(?:那|我|就|先|哎|好|行|了|啊|要|得)*(?:再见|拜拜|挂电?话?)[了啊吧哈啦哒咯]*")
"""A last clause with which somebody hangs up."""
REMARK = re.compile(
    r"([莫别甭](?:放|加)(?!心|在)[^，。,！？]{1,8}|不(?:吃|要|放|能吃)(?![了紧哒])[^，。,！？]{1,8}|少放?(?:油|盐|糖|辣)[^，。,！？]{0,6}|清淡[^，。,]{0,4}|软(?:一?点|烂)[^，。,]{0,4}|"
    r"糖尿病餐?|(?:不|别)敲门|敲门[^，。,]{1,8}|放(?:在)?门口|低糖|低盐|忌口[^，。,]{1,8}|打(?:我|这个)电话再上|"
    r"[一二三四五六七八九\d]楼[，,]?[^，。,\s]{0,2}[没冇无][^，。,]{0,2}电梯|(?<!没)[有养](?!没)[^，。,]{0,3}狗|门铃[^，。,]{0,3}坏了?)"
)
"""How something is to be done, or what whoever comes finds: 少放盐, 别敲门, 六楼没电梯."""
BRIEF = 14
"""A question of so many characters that names nothing is about what was just told."""
NEGATION = re.compile(r"不|没|[别莫甭冇]|算了|免|再说|以后|回头|改天|下[次回]")
"""Words that a no may be said in."""
NOTHING = re.compile(r"^(没有|没了|没|无|不用|不要|不需要|没什么|没啥)[了的呀啊吧。，]*$")


Day = date
"""The type beside the field of its name."""


@dataclass(frozen=True)
class Spoken:
    """A time as read by the desk (``assistant.desk.reading``)."""

    date: date | None = None
    time: time | None = None
    part: str | None = None
    further: tuple[Day, ...] = ()
    """The other days, where several were said that are no rule."""
    recurrence: str | None = None
    excluded: tuple[str, ...] = ()
    """Weekdays left out, as MO … SU."""
    ambiguous: bool = False
    past: bool = False
    either_half: bool = False
    """The hour was said without its half of the day."""

    @classmethod
    def of(cls, raw: dict[str, Any] | None) -> Spoken:
        if not raw:
            return cls()
        return cls(
            date=date.fromisoformat(raw["date"]) if raw.get("date") else None,
            time=time.fromisoformat(raw["time"]) if raw.get("time") else None,
            part=raw.get("part"),
            further=tuple(date.fromisoformat(each) for each in raw.get("further") or ()),
            recurrence=raw.get("recurrence"),
            excluded=tuple(raw.get("excluded") or ()),
            ambiguous=bool(raw.get("ambiguous")),
            past=bool(raw.get("past")),
            either_half=bool(raw.get("either_half")),
        )

    def __bool__(self) -> bool:
        return bool(self.date or self.time or self.part or self.recurrence)


@dataclass(frozen=True)
class Clause:
    """A part of what was said, with the time said in it."""

    text: str
    when: Spoken
    reason: bool = False
    """Told only as the reason for another time, or to say that it is to stay as it is."""
    moved: int | None = None
    """Minutes by which it moves what stands, later or (negative) sooner: "往后推一天"."""


@dataclass(frozen=True)
class Timed:
    """A time by itself, where it stands in what was said."""

    start: int
    end: int
    when: Spoken


@dataclass(frozen=True)
class Known:
    """Somebody on record whose name stands in what was said."""

    person_id: str | None
    """None where several have the name."""
    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Speaker:
    """Who speaks, as far as the desk knows."""

    person_id: str | None
    kind: Literal["senior", "relative", "worker"] | None
    confirmed: bool
    phone: str | None
    """The number they call from or gave."""
    city: str
    channel: str
    direction: str
    conversation: str

    @property
    def actor(self) -> Actor:
        return Actor.model_validate(
            {
                "kind": self.kind or "unknown",
                "channel": self.channel,
                "person_id": self.person_id,
                "conversation": self.conversation,
            }
        )


@dataclass(frozen=True)
class Turn:
    """What was said, what Rasa made of it, under which clock and by whom."""

    text: str
    intent: str
    confidence: float
    entities: tuple[dict[str, Any], ...]
    now: datetime
    """China time, naive: the one clock of this turn."""
    asked: str | None
    when: Spoken
    clauses: tuple[Clause, ...]
    """As the desk parted it: the one place where that is done."""
    times: tuple[Timed, ...]
    """Every time by itself, in order."""
    people: tuple[Known, ...]
    """Who of those the speaker may act for is named, in order."""
    changed_to: Clause | None
    """What follows "改成" and its kin."""
    changed_from: Spoken
    """The time said before "改成" and its kin."""
    location: tuple[float, float] | None
    """Latitude and longitude that the caller shared."""
    speaker: Speaker
    patience: int = 3
    """After so many answers in a row that tell nothing a person takes over (``assistant.desk.personas``)."""

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        metadata = tracker.latest_message.get("metadata") or {}
        # As long as what was said, so that the places of entities hold.
        message = {
            **tracker.latest_message,
            "text": metadata.get("common") or tracker.latest_message.get("text"),
        }
        heard = metadata.get("heard") or {}
        new = heard.get("new")
        location = metadata.get("location")
        clauses = tuple(
            Clause(each["text"], Spoken.of(each["when"]), bool(each.get("reason")), each.get("moved"))
            for each in heard.get("clauses") or ()
        )
        aside = _aside(message, clauses)
        return cls(
            text=message["text"] or "",
            intent=(message.get("intent") or {}).get("name") or "other",
            confidence=(message.get("intent") or {}).get("confidence") or 0.0,
            entities=_wanted(message, aside),
            now=datetime.fromisoformat(metadata["now"]),
            asked=metadata.get("asked"),
            when=Spoken.of(heard.get("when")),
            clauses=clauses,
            times=tuple(
                Timed(each["start"], each["end"], Spoken.of(each["when"]))
                for each in heard.get("times") or ()
            ),
            people=tuple(
                Known(each["id"], each["name"], each["start"], each["end"])
                for each in metadata.get("people") or ()
                if not any(start <= each["start"] < end for start, end in aside)
            ),
            changed_to=Clause(new["text"], Spoken.of(new["when"])) if new else None,
            changed_from=Spoken.of((new or {}).get("old")),
            location=(location["lat"], location["lng"]) if location else None,
            speaker=Speaker(**metadata["speaker"]),
            patience=int(metadata.get("patience") or cls.patience),
        )

    @property
    def moved(self) -> timedelta | None:
        """By how much what stands is to come later, or sooner."""
        told = (clause.moved for clause in self.clauses if clause.moved is not None)
        minutes = next(told, None)
        return None if minutes is None else timedelta(minutes=minutes)

    def values(self, entity: str) -> list[Any]:
        """All values of an entity, in the order said, each once."""
        found: list[Any] = []
        for each in self.entities:
            if each["entity"] == entity and each["value"] not in found:
                found.append(each["value"])
        return found

    @property
    def wanted(self) -> str:
        """What was said without the clauses that only give a reason or tell what stays."""
        said = self.text
        for clause in self.clauses:
            said = said.replace(clause.text, "") if clause.reason else said
        return said

    @property
    def place(self) -> str | None:
        """The place named; a district or street within an address is none."""
        spans = [self._mention(each)[1:] for each in self.entities if each["entity"] == "address"]
        named = [self._mention(each) for each in self.entities if each["entity"] == "place"]
        apart = [
            name
            for name, first, last in named
            if not any(start <= first and last <= end for start, end in spans)
        ]
        return apart[-1] if apart else None

    @property
    def city(self) -> str | None:
        """The city named in which it is to be.

        "我在深圳，给老家的父亲…" names one in which it is not: there lives the child who asks.
        """
        mentions = [self._mention(each) for each in self.entities if each["entity"] == "city"]
        named = cities.wanted(self.text, mentions, senior=self.speaker.kind == "senior")
        if AWAY.search(self.text) and OTHERS.search(self.text):
            named = [each for each in named if not re.search(LIVES_IN + re.escape(each), self.text)]
        return named[-1] if named else None

    def _mention(self, entity: dict[str, Any]) -> tuple[str, int, int]:
        """Value, start and end of an entity where its words stand."""
        words = str(entity.get("text") or entity["value"])
        start = int(entity.get("start", 0))
        if not self.text.startswith(words, start):
            start = max(self.text.find(words), 0)
        return str(entity["value"]), start, start + len(words)

    @property
    def service_types(self) -> list[str]:
        """The types of service named or implied."""
        return [each for each in self.values("service_type") if each in SERVICE_TYPES]

    def names(self, entity: str, value: Any) -> bool:
        """Whether a value stands in the text, rather than being only implied by all of it."""
        return any(
            each["entity"] == entity
            and each["value"] == value
            and each.get("end", 0) - each.get("start", 0) < len(self.text)
            for each in self.entities
        )

    def value(self, entity: str) -> Any:
        """The last value of an entity, since people correct themselves; None when there is none."""
        found = self.values(entity)
        return found[-1] if found else None

    @property
    def affirms(self) -> bool:
        bare = NOISE.sub("", self.text)
        if not bare:
            return any(sign in self.text for sign in YES_SIGNS)
        if self.wants_no_more or self.postpones or self.text.rstrip().endswith(("?", "？")):
            return False
        if AFFIRM.match(bare):
            return True
        return self.intent == "affirm" and not (self.when or self.thanks or self.asks_after_another)

    @property
    def says_yes(self) -> bool:
        """A yes in so many words."""
        return AFFIRM.match(NOISE.sub("", self.text)) is not None and not self.asks

    @property
    def ends_in_yes(self) -> bool:
        """Whether a yes is the last of several clauses: "哦，刚才在关火，对，订吧", "补贴先不管，就照刚才说的订"."""
        said = [each for clause in self.clauses for each in clause.text.split() if not THANKS.search(each)]
        last = NOISE.sub("", said[-1]) if said else ""
        as_read = AS_READ.search(last)
        rest = self.text.replace(as_read[0], "") if as_read else self.text
        return bool(as_read or AFFIRM.match(last)) and not DOUBTED.search(DISMISSED.sub("", rest))

    @property
    def finds_nothing_wrong(self) -> bool:
        """Whether every clause says that what was read back is right, after all: "没有，都对", "哦对的，听岔了"."""
        said = self._bare_clauses
        right = [each for each in said if AFFIRM.match(each) or NOTHING_WRONG.fullmatch(each)]
        others = [each for each in said if each not in right]
        return bool(right) and not self.asks and all(BARE_NO.fullmatch(each) for each in others)

    @property
    def _bare_clauses(self) -> list[str]:
        """What was said, clause by clause, without punctuation and thanks."""
        said = [NOISE.sub("", each) for clause in self.clauses for each in clause.text.split()]
        return [each for each in said if each and not THANKS.search(each)]

    @property
    def asks(self) -> bool:
        """Whether it ends as a question: "是九点吗"."""
        return ASKING.search(self.text.strip()) is not None

    @property
    def takes_in(self) -> bool:
        """Whether what was told is only acknowledged: "嗯，听明白了"."""
        return HEARD.search(self.text) is not None and not self.when

    @property
    def wants_no_more(self) -> bool:
        """ "好，没事了": the last clause says that nothing more is wanted."""
        return NO_MORE.fullmatch(self.last_clause) is not None

    @property
    def postpones(self) -> bool:
        """Whether it is to be thought over, or talked over with somebody, first."""
        return POSTPONES.fullmatch(self.last_clause) is not None and not self.waits

    @property
    def asks_after_another(self) -> bool:
        """ "保洁一次呢", "那洗澡呢": what was asked last is asked of another service."""
        short = ANOTHER_ASKED.fullmatch(self.text.strip()) and not STILL_COMING.search(self.text)
        return bool(short) and bool(self.service_types) and not self.when

    @property
    def last_clause(self) -> str:
        """The end of what was said, without punctuation."""
        said = " ".join(clause.text for clause in self.clauses).split()
        return next((bare for each in reversed(said) if (bare := NOISE.sub("", each))), "")

    @property
    def adds(self) -> bool:
        """Whether something is wanted beside what was said: "好，再加一份中午饭"."""
        return ADDED.search(self.text) is not None

    @property
    def remarks(self) -> list[str]:
        """What is said of how it is to be done: "少放盐"."""
        return [re.sub(r"[啊呀哦吧咯哈嘛呢]+$", "", each) for each in REMARK.findall(self.text)]

    @property
    def thanks(self) -> bool:
        """Whether thanks are all that is said, or nearly so."""
        return self.intent == "thank" or THANKS.search(self.text) is not None

    @property
    def wanted_at_home(self) -> bool:
        """Whether it is to come to the door."""
        return AT_HOME.search(self.text) is not None

    @property
    def asks_price(self) -> bool:
        """Whether the price is asked for, alone or beside something else."""
        return PRICE.search(self.text) is not None

    @property
    def asks_subsidy(self) -> bool:
        """Whether public money is asked about, and nothing ordered."""
        asked = PUBLIC_MONEY.search(self.text) and MONEY_ASKED.search(self.text)
        return bool(
            asked or self.asks_public_services or POLICY_ASKED.search(self.text)
        ) and not ORDERED.search(self.text)

    @property
    def asks_public_services(self) -> bool:
        """ "政府出钱的有些么子服务": which services public money pays for, whatever is guessed from the words."""
        return PUBLIC_SERVICES.search(self.text) is not None

    @property
    def wishes(self) -> bool:
        """Whether something is to be done, in so many words."""
        return WISH.search(self.text) is not None or bool(self.when)

    @property
    def names_a_service(self) -> bool:
        """Whether a service stands in the words, rather than being only guessed from all of them."""
        return any(self.names("service_type", each) for each in self.service_types)

    @property
    def orders(self) -> bool:
        """Whether a named service is wished for on a day, or for somebody, in plain words."""
        return (
            self.names_a_service
            and (bool(self.when) or self.wishes)
            and ORDERS.search(self.text) is not None
            and not NO_ORDER.search(TAG.sub("", self.text))
        )

    @property
    def orders_in_a_clause(self) -> bool:
        """Whether a clause orders something for a day, whatever else is asked beside it: "俺订个明天中午的饭，再问问…"."""
        return any(
            each.when.date
            and not each.when.past
            and ORDER_CLAUSE.match(each.text)
            and not NO_ORDER.search(each.text)
            for each in self.clauses
        )

    @property
    def notes_a_booking(self) -> bool:
        """Whether no more is said than which service and when, as one notes it down: "周五上午九点卢玉成理发"."""
        moment = self.when.date and not self.when.past
        named = [each for each in self.service_types if each not in ("residential", "home_bed")]
        return bool(moment and named) and not NO_NOTE.search(TAG.sub("", self.text))

    @property
    def names_something(self) -> bool:
        """Whether a service, a place or a city is named."""
        return bool(self.service_types or self.value("place") or self.city)

    @property
    def asks_place(self) -> bool:
        """Whether it is asked where something is done, and nothing ordered."""
        return ASKS_PLACE.search(self.text) is not None and not self.wishes

    @property
    def counts(self) -> bool:
        """Whether it is asked how many places there are."""
        return COUNTS.search(self.text) is not None

    @property
    def asks_free(self) -> bool:
        """Whether it is asked what is free: "周六九点有空吗", "哪天有空位"."""
        asked = ASKS_FREE.search(self.text) and not THEIR_TIME.search(self.text)
        return bool(asked) and not PUBLIC_MONEY.search(self.text)

    @property
    def asks_day(self) -> bool:
        """Whether the day itself is asked for: "最早哪天有空"."""
        return ASKS_DAY.search(self.text) is not None and self.when.date is None

    @property
    def asks_if_still_so(self) -> bool:
        """ "现在还是这个数吗", of what was just told."""
        return STILL_SO.search(self.text) is not None and not (self.names_something or len(self.text) > BRIEF)

    @property
    def asked_facts(self) -> set[str]:
        """What is asked of a place: ``address``, ``phone``, ``hours``, ``price``."""
        found = {name for name, words in ASKED_OF_A_PLACE.items() if words.search(self.text)}
        return found | ({"price"} if self.asks_price else set())

    @property
    def waits(self) -> bool:
        """Whether we are only to wait: "想不起来了，我翻翻手机"."""
        told = bool(self.when or self.changed_to or DOOR.search(self.text))
        told |= any(self.values(each) for each in ("phone", "quantity", "name", "service_type"))
        return not told and WAIT.search(self.text) is not None

    @property
    def leaves(self) -> bool:
        """Whether whoever speaks ends the conversation: "我先挂了啊"."""
        return self.intent == "goodbye" or LEAVES.fullmatch(self.last_clause) is not None

    @property
    def gives_up(self) -> bool:
        """Whether the last clause, thanks aside, drops the matter: "哦，那算了，谢谢", "不订了，别派人来"."""
        said = self._bare_clauses
        dropped = [at for at, each in enumerate(said) if GIVES_UP.fullmatch(each)]
        return bool(dropped) and all(NOBODY_COMES.fullmatch(each) for each in said[dropped[-1] + 1 :])

    @property
    def calls_off(self) -> bool:
        """Whether a clause says that it is not to be done: no yes beside it is one to doing it."""
        return any(CALLED_OFF.fullmatch(each) for each in self._bare_clauses)

    @property
    def denies(self) -> bool:
        """Whether it is a no; "那还可以，今晚给我送一份" is none, whatever it was taken for."""
        wished = self.when and WISH.search(self.text) and not NEGATION.search(self.text)
        return self.intent == "deny" and not (self.affirms or wished)

    @property
    def leaves_it_open(self) -> bool:
        """ "随便", "你看着办": any offer will do."""
        return WHATEVER.search(self.text) is not None

    @property
    def says_nothing_more(self) -> bool:
        return NOTHING.match(self.text.strip()) is not None


def _wanted(message: dict[str, Any], spans: list[tuple[int, int]]) -> tuple[dict[str, Any], ...]:
    """The entities of what was said, without those of a mere reason: "15:00他要去接孙子，改16:00" is for no grandson.

    Args:
        spans: where such reasons stand, start and end. A service guessed from all of an answer may come from them.
    """
    text, entities = message.get("text") or "", tuple(message.get("entities") or ())
    if (message.get("metadata") or {}).get("asked") == "service" or ANOTHER_ASKED.fullmatch(text.strip()):
        entities += _service_named(text, entities)
    entities = _formally_named(text, _without_parts_of_names(entities, message))
    if not spans:
        return entities
    within = (message.get("metadata") or {}).get("asked")
    return tuple(
        each
        for each in entities
        if not (
            any(start <= each.get("start", 0) and each.get("end", 0) <= end for start, end in spans)
            or (
                within
                and each["entity"] == "service_type"
                and each.get("end", 0) - each.get("start", 0) >= len(text)
            )
        )
    )


def _without_parts_of_names(
    entities: tuple[dict[str, Any], ...], message: dict[str, Any]
) -> tuple[dict[str, Any], ...]:
    """阮四妹, who is on record, is nobody's 四妹."""
    known = [(each["start"], each["end"]) for each in (message.get("metadata") or {}).get("people") or ()]

    def is_part(entity: dict[str, Any]) -> bool:
        here = entity.get("start", 0), entity.get("end", 0)
        return any(name != here and name[0] <= here[0] and here[1] <= name[1] for name in known)

    return tuple(each for each in entities if each["entity"] != "person" or not is_part(each))


FORMAL = re.compile(r"(?<![帮救补互辅协资求])助[餐浴洁医行急](?![器架])")
"""Official names, which mean nothing else."""


def _formally_named(text: str, entities: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """The service that the text calls by its official name ("下周一助浴两人"), where another was made of it."""
    formal = {name[0]: name.span() for name in FORMAL.finditer(text)}
    named = {kind.key: formal[kind.name] for kind in SERVICE_TYPES.values() if kind.name in formal}
    found = [each for each in entities if each["entity"] == "service_type"]
    if len(named) != 1:
        return entities
    ((key, (start, end)),) = named.items()
    if any(each["value"] in named for each in found):
        # "每礼拜二要去老年大学，想找个人搀着俺，你们那叫助行是吧": that one is meant, and the rest is told of.
        called = "叫" in text[max(start - 2, 0) : start]
        return tuple(each for each in entities if each not in found or each["value"] == key or not called)
    others = tuple(each for each in entities if each["entity"] != "service_type")
    return (*others, {"entity": "service_type", "value": key, "start": start, "end": end})


def _service_named(text: str, entities: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """The service whose name answers the question for one ("洗澡"), where the classifier was not sure of it."""
    if any(each["entity"] == "service_type" for each in entities):
        return ()
    return tuple(
        {"entity": "service_type", "value": key, "start": start, "end": end}
        for key, start, end in services_named(text)[:1]
    )


def services_named(text: str) -> list[tuple[str, int, int]]:
    """The services whose names stand in a text, whatever was understood of the whole: key, start and end of each.

    The longest name comes first; of equals the last by its key.
    """
    found = {
        kind.key: max((len(name), name) for name in kind.names if name in text)[1]
        for kind in SERVICE_TYPES.values()
        if any(name in text for name in kind.names)
    }
    ordered = sorted(found.items(), key=lambda each: (len(each[1]), each[0]), reverse=True)
    return [(key, start, start + len(name)) for key, name in ordered if (start := text.find(name)) >= 0]


def _aside(message: dict[str, Any], clauses: tuple[Clause, ...]) -> list[tuple[int, int]]:
    """Where the clauses stand that only give a reason, or tell what is to stay as it is."""
    text = message.get("text") or ""
    aside = [clause.text for clause in clauses if clause.reason]
    return [(start, start + len(each)) for each in aside if (start := text.find(each)) >= 0]
