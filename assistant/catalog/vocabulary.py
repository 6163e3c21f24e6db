"""The closed vocabularies of the catalogue and the Mandarin words for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

AreaLevel = Literal[
    "city", "county", "district", "street", "township", "community", "village", "neighbourhood", "group"
]
"""The levels that the cities' networks name: 县(市、区)–街道–社区–居民区 and 县–乡镇–村–组."""

PlaceKind = Literal[
    "city_centre",
    "district_centre",
    "street_centre",
    "community_station",
    "canteen",
    "rural_centre",
    "institution",
    "care_home_for_destitute",
    "hospital",
    "call_centre",
    "agency",
]
Credit = Literal["ok", "watch", "dishonest"]
Unit = Literal["份", "次", "小时", "天", "月"]

UNITS: Final[tuple[str, ...]] = get_args(Unit)


@dataclass(frozen=True)
class ServiceType:
    """One kind of service: its key, the word people hear, other words for it, what it is counted in."""

    key: str
    name: str
    unit: Unit
    aliases: tuple[str, ...] = ()
    at_home: bool = False
    """Whether it is usually given at the senior's home."""
    plain: str = ""
    """The word of everyday speech, where ``name`` is one of administration."""

    @property
    def called(self) -> str:
        """How it is called when somebody is spoken to."""
        return self.plain or self.name

    @property
    def names(self) -> tuple[str, ...]:
        """Every word that names it in speech: 助餐, 送饭, 午饭."""
        return (self.name, *self.aliases, *((self.plain,) if self.plain else ()))


_TYPES: Final = (
    ServiceType("meal", "助餐", "份", ("送餐", "老年餐", "午饭", "食堂", "用餐", "配餐"), plain="送饭"),
    ServiceType("bath", "助浴", "次", ("洗澡", "沐浴", "上门助浴"), at_home=True, plain="洗澡"),
    ServiceType("cleaning", "助洁", "小时", ("保洁", "打扫", "家政", "清洁"), at_home=True, plain="打扫"),
    ServiceType("medical_escort", "助医", "次", ("陪诊", "陪同就医", "陪护就医"), plain="看病陪同"),
    ServiceType("mobility_escort", "助行", "次", ("陪同出行", "陪走", "接送"), plain="出门陪同"),
    ServiceType(
        "urgent_repair",
        "助急",
        "次",
        ("维修", "修理", "水电维修", "家电维修"),
        at_home=True,
        plain="上门修理",
    ),
    ServiceType(
        "shopping", "代购代办", "次", ("代购", "代办", "跑腿", "买菜", "买药"), at_home=True, plain="跑腿代办"
    ),
    ServiceType("nursing", "护理", "小时", ("上门护理", "照护", "生活照料", "护工"), at_home=True),
    ServiceType("rehab", "康复", "次", ("康复训练", "理疗")),
    ServiceType("day_care", "日间照料", "天", ("日托", "日照", "白天托管"), plain="日托"),
    ServiceType("short_stay", "短期托养", "天", ("短托", "短住", "喘息服务", "短期入住"), plain="短期住养"),
    ServiceType("residential", "机构养老", "月", ("全托", "养老院", "住养老院", "长住"), plain="住养老院"),
    ServiceType("counselling", "心理慰藉", "次", ("精神慰藉", "心理疏导", "心理咨询"), plain="心理疏导"),
    ServiceType("companionship", "陪伴聊天", "小时", ("陪聊", "陪伴", "探访", "亲情陪护"), at_home=True),
    ServiceType("legal_aid", "法律援助", "次", ("法律咨询", "律师")),
    ServiceType("culture", "文化娱乐", "次", ("文娱活动", "唱歌跳舞", "棋牌", "文体娱乐")),
    ServiceType("training", "培训教育", "次", ("老年大学", "培训", "上课", "护理培训")),
    ServiceType("health_guidance", "健康指导", "次", ("健康讲座", "健康咨询", "健康管理")),
    ServiceType("checkup", "体检", "次", ("体检", "上门就医", "量血压", "检查身体")),
    ServiceType("home_adaptation", "适老化改造", "次", ("适老改造", "装扶手", "居家改造"), at_home=True),
    ServiceType("home_bed", "家庭养老床位", "月", ("家庭床位", "养老床位"), at_home=True),
    ServiceType("haircut", "理发", "次", ("剪头", "剃头", "上门理发")),
    ServiceType("family_doctor", "家庭医生签约", "次", ("家庭医生", "签约医生")),
    ServiceType("hospice", "安宁疗护", "天", ("临终关怀",)),
)
SERVICE_TYPES: Final[dict[str, ServiceType]] = {each.key: each for each in _TYPES}
"""Every service type by its key, in the order of the hotline's list."""

SERVICE_NUMBERS: Final[dict[str, int]] = {each.key: number for number, each in enumerate(_TYPES)}
"""A fixed number for each type; it is stored (``Offering.spot``), so append, never reorder."""

PLACE_KINDS: Final[dict[PlaceKind, str]] = {
    "city_centre": "市级养老服务中心",
    "district_centre": "区县养老服务中心",
    "street_centre": "街道养老服务中心",
    "community_station": "社区养老服务站",
    "canteen": "老年食堂",
    "rural_centre": "农村养老服务中心",
    "institution": "养老机构",
    "care_home_for_destitute": "特困供养机构",
    "hospital": "医疗机构",
    "call_centre": "呼叫中心",
    "agency": "居家养老服务组织",
}

CREDITS: Final[dict[Credit, str]] = {"ok": "正常", "watch": "关注", "dishonest": "失信"}


def service_type_of(words: str) -> ServiceType | None:
    """The service type with exactly this key, name or alias."""
    if words in SERVICE_TYPES:
        return SERVICE_TYPES[words]
    return next((each for each in _TYPES if words == each.name or words in each.aliases), None)
