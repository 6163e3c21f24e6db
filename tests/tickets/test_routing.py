"""Which department a complaint goes to, and by when."""

from __future__ import annotations

from datetime import datetime

import pytest

from assistant.kit.clock import china
from assistant.tickets.routing import due, route, routing
from tests.world import at

DEPARTMENTS = {
    "民政",
    "发展改革",
    "教育",
    "公安",
    "财政",
    "人力资源社会保障",
    "自然资源",
    "生态环境",
    "住房城乡建设",
    "卫生健康",
    "应急管理",
    "市场监管",
    "医疗保障",
    "地方金融监管",
    "银保监",
    "消防救援",
    "事业单位登记管理机关",
}


def test_all_seventeen_are_there_once() -> None:
    assert {matter.department for matter in routing().matters} == DEPARTMENTS
    assert len({matter.key for matter in routing().matters}) == len(routing().matters) == 17


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("护工打我妈，身上都青了", "公安"),
        ("有人拿养老的名头骗老人钱，高息集资", "公安"),
        ("昨天那个打扫的人没来，态度还差", "民政"),
        ("送餐老是晚，饭都凉了", "民政"),
        ("食堂的菜有虫子", "市场监管"),
        ("养老院乱收费，墙上没贴价格", "市场监管"),
        ("电梯老坏，没人管", "市场监管"),
        ("他们套取政府的补贴款", "财政"),
        ("那个护工没有护理员证", "人力资源社会保障"),
        ("我的社保卡刷不了", "人力资源社会保障"),
        ("楼里消防通道堆满了东西", "消防救援"),
        ("新盖的活动室墙上全是裂缝", "住房城乡建设"),
        ("养老院的污水直接倒河里", "生态环境"),
        ("医务室的人没有执照就给老人输液", "卫生健康"),
        ("养老院拿我的医保卡乱刷", "医疗保障"),
        ("银行的人来院里卖理财", "银保监"),
        ("小额贷款公司在养老院门口拉人", "地方金融监管"),
        ("这养老院占地手续不全，是违建", "自然资源"),
        ("我要投诉", "民政"),
    ],
)
def test_complaints_find_their_department(text: str, department: str) -> None:
    assert route(text).department == department


def _local(moment: datetime) -> str:
    return china(moment).strftime("%m-%d %H:%M")


def test_due_dates_count_working_days() -> None:
    assert _local(due(at(11, 10), 1)) == "06-12 18:00"
    assert _local(due(at(11, 10), 5)) == "06-18 18:00"
    assert _local(due(at(14, 10), 1)) == "06-16 18:00"
    before_national_day = datetime.fromisoformat("2025-09-30T10:00+08:00")
    assert _local(due(before_national_day, 1)) == "10-09 18:00"
