"""The console's words for the keys of the database, and how it writes times."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from assistant.catalog.vocabulary import SERVICE_TYPES
from assistant.kit.clock import china
from assistant.kit.text import yuan as _yuan

ROLES: Final = {
    "worker": "社区工作人员",
    "operator": "接线员",
    "auditor": "审计员",
    "administrator": "管理员",
}
GENDER: Final = {"female": "女", "male": "男"}
ABILITY: Final = {"self_care": "能自理", "semi_disabled": "半失能", "disabled": "失能"}
INCOME: Final = {"dibao": "低保", "tekun": "特困", "low_income": "低收入", "ordinary": "一般"}
SCOPES: Final = {
    "see_orders": "看订单",
    "book": "代预约",
    "notify": "收通知",
    "emergency_contact": "紧急联系人",
    "profile": "看和改资料",
}
ORDER: Final = {
    "requested": "待接单",
    "accepted": "已接单",
    "on_the_way": "在路上",
    "done": "已完成",
    "rated": "已评价",
    "cancelled": "已取消",
    "rejected": "未接单",
    "no_show": "没服务成",
}
TICKET: Final = {
    "open": "待处理",
    "acknowledged": "已受理",
    "in_progress": "处理中",
    "done": "已办结",
    "cancelled": "已取消",
}
KIND: Final = {
    "emergency": "紧急求助",
    "callback": "回电",
    "handoff": "转人工",
    "complaint": "投诉",
    "assessment": "评估申请",
    "device": "设备申请",
    "checkin": "问候没有应答",
}
HAZARD: Final = {
    "unconscious": "失去意识",
    "fall": "跌倒",
    "gas": "燃气",
    "fire": "火情",
    "choking": "噎住",
    "breathing": "喘不上气",
    "chest": "胸痛",
    "stroke": "疑似中风",
    "bleeding": "出血",
    "electric": "触电",
    "drowning": "落水",
    "poison": "中毒",
    "suicide": "轻生",
    "violence": "暴力",
    "intruder": "有人闯入",
    "fraud": "诈骗",
    "seizure": "抽搐",
    "low_sugar": "低血糖",
    "heatstroke": "中暑",
    "hypothermia": "失温",
    "allergy": "过敏",
    "burn": "烫伤",
    "bite": "咬伤",
    "accident": "事故",
    "abdomen": "腹痛",
    "trapped": "被困",
    "lost": "走失",
    "silence": "没有回应",
    "illness": "急病",
    "help": "求助",
    "sos": "按了求助键",
    "button": "按了求助键",
}
CHANNEL: Final = {
    "phone": "电话",
    "telegram": "Telegram",
    "web": "网页",
    "console": "工作台",
    "terminal": "终端",
    "api": "接口",
}
ACTOR: Final = {
    "senior": "老人本人",
    "relative": "家属",
    "worker": "工作人员",
    "provider": "服务商",
    "system": "系统",
    "unknown": "来电人",
}
ACTION: Final = {
    "opened": "开单",
    "acknowledged": "受理",
    "started": "开始处理",
    "noted": "备注",
    "phone_given": "留了电话",
    "closed": "办结",
    "cancelled": "取消",
    "booked": "预约",
    "changed": "修改",
    "accepted": "接单",
    "finished": "完成",
    "rated": "评价",
    "rejected": "拒单",
    "missed": "没服务成",
}
CREDIT: Final = {"ok": "正常", "watch": "关注", "dishonest": "失信"}
FITS: Final = {"yes": "符合", "no": "可能不符合", "unknown": "还要核实"}
PART: Final = {"morning": "上午", "noon": "中午", "afternoon": "下午", "evening": "晚上"}
EVIDENCE: Final = {"spoken": "口头", "key": "按键", "written": "书面", "code": "验证码"}
CHECKIN: Final = {
    "asked": "等回答",
    "ok": "挺好",
    "bad": "不太舒服",
    "reached": "联系上了",
    "missed": "没有应答",
    "cancelled": "没有自动打电话",
}
PURPOSE: Final = {"checkin": "问候", "link": "确认绑定家属", "notice": "通知", "recall": "回拨"}
ENDED: Final = {
    "caller": "对方挂断",
    "assistant": "银铃结束",
    "operator": "工作人员结束",
    "transferred": "已转接",
    "limit": "到了最长时间",
    "lost": "断线",
    "error": "出了故障",
}
ENTRY: Final = {
    "start": "接通",
    "turn": "",
    "digits": "按键",
    "silence": "没有说话",
    "operator": "工作人员说",
    "note": "",
    "hangup": "挂断",
}
STAGE: Final = {"endpoint": "听完", "final_result": "听写", "desk": "想好", "first_audio": "出声"}
WAY: Final = {"telegram": "Telegram", "sms": "短信", "call": "电话"}
DELIVERY: Final = {
    "pending": "等待发送",
    "sending": "正在发送",
    "sent": "已送到",
    "failed": "没有送到",
    "suppressed": "没有发（对方没有授权或没有绑定）",
    "no_channel": "没有可用的渠道",
}
DELIVERY_ERROR: Final = {
    "blocked": "对方停用了机器人",
    "no chat": "没有绑定聊天",
    "no consent": "没有授权",
    "unreadable": "内容读不出来",
    "settled": "已经不需要了",
    "no number": "没有电话号码",
    "no_answer": "没有人接",
    "busy": "占线",
    "answering_machine": "是语音信箱",
    "too_late": "过了时间",
    "call: no_answer": "电话没有人接",
    "call: busy": "电话占线",
    "call: answering_machine": "电话是语音信箱",
    "call: failed": "电话打不通",
    "call: no_number": "没有电话号码",
    "call: too_late": "过了时间没有打",
}
"""Why a notice went another way; codes of the network say nothing to a reader."""
EVENT: Final = {
    "order.booked": "订好了",
    "order.changed": "订单改了",
    "order.cancelled": "订单取消",
    "order.accepted": "已接单",
    "order.rejected": "没接单",
    "order.on_the_way": "已出发",
    "order.delivered": "已送到或完成",
    "order.no_show": "没见到人",
    "series.booked": "长期预约订好了",
    "series.changed": "长期预约改了",
    "series.cancelled": "长期预约取消",
    "meal_missed": "餐送到没人开门",
    "checkin_missed": "问候没有应答",
    "checkin_bad": "问候时说不舒服",
    "checkin_asked": "问候",
    "booking_unfinished": "预约没订完",
    "callback_done": "已回电",
    "ticket.registered": "登记好了",
    "ticket.done": "事情办完了",
    "ticket.cancelled": "登记撤销",
    "emergency": "紧急求助",
    "false_alarm": "误报",
    "link_asked": "请老人确认绑定",
    "link_confirmed": "同意绑定",
    "link_refused": "没有同意绑定",
    "link_left": "家属解除绑定",
    "said.operator": "工作人员说的话",
    "said.notice": "接管和交还的提示",
}
WEEKDAYS: Final = "一二三四五六日"

TABLES: Final[dict[str, Mapping[str, str]]] = {
    "role": ROLES,
    "gender": GENDER,
    "ability": ABILITY,
    "income": INCOME,
    "scope": SCOPES,
    "order": ORDER,
    "ticket": TICKET,
    "kind": KIND,
    "hazard": HAZARD,
    "channel": CHANNEL,
    "actor": ACTOR,
    "action": ACTION,
    "credit": CREDIT,
    "fits": FITS,
    "part": PART,
    "evidence": EVIDENCE,
    "checkin": CHECKIN,
    "purpose": PURPOSE,
    "ended": ENDED,
    "entry": ENTRY,
    "stage": STAGE,
    "way": WAY,
    "delivery": DELIVERY,
    "error": DELIVERY_ERROR,
    "event": EVENT,
    "service": {key: each.name for key, each in SERVICE_TYPES.items()},
}


def say(key: object, table: str) -> str:
    """The word for a key; the key itself where there is none, nothing for nothing."""
    return "" if key is None else TABLES[table].get(str(key), str(key))


def day(moment: date | datetime | None) -> str:
    """6月12日（周四）, of China."""
    if moment is None:
        return ""
    local = china(moment).date() if isinstance(moment, datetime) else moment
    return f"{local.month}月{local.day}日（周{WEEKDAYS[local.weekday()]}）"


def clock(moment: datetime | None) -> str:
    """11:30, of China."""
    return "" if moment is None else f"{china(moment):%H:%M}"


def second(moment: datetime | None) -> str:
    """11:30:05, of China."""
    return "" if moment is None else f"{china(moment):%H:%M:%S}"


def moment(at: datetime | None) -> str:
    """6月12日（周四）11:30, of China."""
    return "" if at is None else f"{day(at)}{clock(at)}"


def phone(number: str | None) -> str:
    """A number of E.164 as it is dialled within the country."""
    if not number:
        return ""
    return number.removeprefix("+86") if number.startswith("+861") else number.replace("+86", "0", 1)


def yuan(fen: int | None) -> str:
    return "价格没有登记" if fen is None else _yuan(fen)


def minutes(seconds: float | None) -> str:
    return "—" if seconds is None or math.isnan(seconds) else f"{seconds / 60:.1f}分钟"


def who(actor: Mapping[str, Any] | None, names: Mapping[str, str] | None = None) -> str:
    """Who did something: a colleague by name, anybody else by kind."""
    if not actor:
        return ""
    known = (names or {}).get(str(actor.get("person_id")))
    return known or say(actor.get("kind"), "actor")
