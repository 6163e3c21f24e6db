"""The columns of the sheet and the words that its cells may have."""

from __future__ import annotations

from typing import Final

from assistant.catalog.vocabulary import CREDITS, PLACE_KINDS, SERVICE_TYPES, AreaLevel, Credit, PlaceKind

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "编号": ("机构编号", "设施编号"),
    "名称": ("机构名称", "设施名称", "服务点名称"),
    "别名": ("简称", "曾用名"),
    "类别": ("机构类别", "设施类别", "类型"),
    "区县": ("县市区", "区市", "所属区县"),
    "街道乡镇": ("街道", "乡镇", "镇街"),
    "社区村": ("社区", "村", "村社区"),
    "地址": ("详细地址",),
    "电话": ("联系电话", "服务电话"),
    "经度": (),
    "纬度": (),
    "服务项目": ("服务类别", "服务类型"),
    "服务名称": (),
    "单价(元)": ("单价", "价格", "价格(元)", "收费标准(元)"),
    "计价单位": ("单位",),
    "服务时间": ("开放时间", "营业时间"),
    "每时段名额": ("名额",),
    "时段分钟": ("时段(分钟)",),
    "是否上门": ("上门",),
    "可否预约": ("可预约",),
    "提前预约分钟": (),
    "改退提前分钟": (),
    "服务半径(米)": ("服务半径",),
    "服务商": ("运营单位", "服务组织"),
    "信用状态": ("信用",),
    "信用说明": (),
    "说明": ("备注", "服务说明"),
    "地点简介": ("简介",),
    "核实日期": ("核实时间",),
    "核实人": (),
    "演示数据": (),
}
"""The headings, with other words for them."""
REQUIRED: Final = ("名称", "类别")

KIND_WORDS: Final[dict[str, PlaceKind]] = {name: kind for kind, name in PLACE_KINDS.items()} | {
    "养老院": "institution",
    "敬老院": "care_home_for_destitute",
    "特困供养": "care_home_for_destitute",
    "日间照料中心": "community_station",
    "社区站": "community_station",
    "服务站": "community_station",
    "街道中心": "street_centre",
    "综合养老服务中心": "street_centre",
    "食堂": "canteen",
    "助餐点": "canteen",
    "幸福食堂": "canteen",
    "农村幸福院": "rural_centre",
    "医院": "hospital",
    "卫生院": "hospital",
    "家政公司": "agency",
    "服务组织": "agency",
}
CREDIT_WORDS: Final[dict[str, Credit]] = {word: credit for credit, word in CREDITS.items()}
SERVICE_WORDS: Final = {word: t.key for t in SERVICE_TYPES.values() for word in (t.key, t.name, *t.aliases)}

AREA_COLUMNS: Final[tuple[tuple[str, dict[str, AreaLevel], AreaLevel], ...]] = (
    ("区县", {"区": "district", "县": "county", "市": "county"}, "district"),
    ("街道乡镇", {"街道": "street", "镇": "township", "乡": "township"}, "street"),
    ("社区村", {"社区": "community", "村": "village"}, "community"),
)

URBAN: Final[dict[AreaLevel, bool]] = {"street": True, "community": True, "township": False, "village": False}
"""Which levels tell town from country; counties and districts have both."""
