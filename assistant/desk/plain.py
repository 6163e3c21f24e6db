"""What must be understood even when Rasa is down: a person, yes, no, "it was nothing"."""

from __future__ import annotations

import re

PERSON = re.compile(
    r"(转|接|找|换|叫|要|请)(一下|个|到|成|给我)*(人工|真人|活人|客服|接线员|话务员|工作人员|坐席|座席)"
    r"|^[，。\s]*(人工|人工服务|人工客服|真人|客服)[，。！!\s]*$"
    r"|(不|别)(想|要|愿意)?(跟|和|同|与)(机器|机器人|电脑)(说|讲|聊|谈|打交道)"
    r"|(让|叫|喊|请|找|派|安排)(个|一个|一位|位)[^，。]{0,4}人[^，。]{0,3}([打回]|给我).{0,3}电话"
    r"|(让|叫|喊|请)你们(那边|那儿|这边)?的?人.{0,8}[打回].{0,3}电话"
    r"|(让|叫|找)个?真?人(来|接|跟我|和我|听)+((一下)?(说(?!说?话)|讲|谈|电话)|[吧呀啊嘛，。！!\s]*$)"
)
"""Asking for a person. Honoured at the first ask, at every point (docs/architecture.md)."""

YES = re.compile(
    r"^(嗯+|对+|是+|是的|有|好|要|行|可以|没错|对的|对啊|是啊|嗯嗯|就是|疼|痛|难受|严重|快|救命|需要|不行了)"
)
NO = re.compile(
    r"(^(没|没有|不是|不要|不用|不疼|不痛|不严重|没事|没什么|没啥|好着|挺好|还好|别|没关系|不|无))|没事|不要紧|不碍事|好多了|已经好了|过去了"
)
FALSE_ALARM = re.compile(
    r"(按|碰|点|打|说)错|误(按|触|碰|报|会)|不小心(按|碰|点)|没事(了|儿|啊|的)?|闹着玩|不是真的|虚惊|"
    r"(孙子|孩子|小孩|猫).{0,4}(按|碰|点)|(我们?|都|人)(很好|好好的|挺好|好着)|不用(来|了|救|叫|派)|"
    r"(孙|孩子|小孩|[伢妹]子|娃|崽).{0,10}([乱瞎][喊叫按打点嚷]|玩)|(?<!有)[冇莫没][得有]?事|(莫|别|甭|不要)[再要]?派"
)
STILL = re.compile(
    r"[出流]血|摔|跌|昏|晕|着火|冒烟|喘|疼|痛|不行了|起不来|动不了|抽(?!烟)|烧(?![饭菜水开火])|打我|打人|砸门|撬|刀"
)
NOT = re.compile(r"[没冇不莫无][得有是]?(?:哪个|谁|人)?$")
LIFELESS = re.compile(r"[没冇][得有]?(?:反应|气|动静)|不(?:喘|省|醒)")


_YES = r"嗯|恩|对|是|好|行|中|成|可以|同意|愿意|没问题|要得|当然|就这样|接着办|继续"
_AFTER_YES = r"的|了|呀|啊|吧|呢|我|本人|就是|谢谢|办吧|让[她他]看"
_STOP = r"[，。！!,\s]*"
AGREES = re.compile(rf"^{_STOP}(?:{_YES}){_STOP}(?:(?:{_YES}|{_AFTER_YES}){_STOP})*$")
"""A clear yes to what was asked, and nothing else: consent is never read out of a longer sentence."""
REFUSES = re.compile(
    r"^[，。！\s]*(不(是|用|要|行|可以|同意|愿意|想|了|需要|办|必)?|别|没有|算了|先不|暂时不)"
    r"(了|的|啊|呀|吧|要|用|办|看|给|让|她|他|我|谢谢|同意|需要|本人|，|。|！|!|,|\s)*$"
)


def agrees(text: str) -> bool:
    """A clear yes and nothing more."""
    return AGREES.match(text) is not None


def refuses(text: str) -> bool:
    """A clear no and nothing more."""
    return REFUSES.match(text) is not None


def wants_person(text: str) -> bool:
    return PERSON.search(text) is not None


def says_no(text: str) -> bool:
    """Whether a short answer denies; looked at before ``says_yes``, since 不是 holds 是."""
    return NO.search(text) is not None


def says_yes(text: str) -> bool:
    return not says_no(text) and YES.search(text) is not None


def false_alarm(text: str) -> bool:
    """Whether the caller takes an alarm back."""
    told = (each for each in STILL.finditer(text) if not NOT.search(text[: each.start()]))
    if LIFELESS.search(text) or any(told):
        # Whoever says so and tells of danger beside it is in danger.
        return False
    return FALSE_ALARM.search(text) is not None
