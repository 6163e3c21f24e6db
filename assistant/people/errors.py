"""What can go wrong about people."""

from __future__ import annotations

from assistant.kit.errors import Conflict, Forbidden, Invalid, NotFound


class PersonNotFound(NotFound):
    code = "person_not_found"
    message = "没有找到这位老人的登记信息。"


class ConsentNotFound(NotFound):
    code = "consent_not_found"
    message = "没有找到这项授权。"


class ConsentNeeded(Forbidden):
    """The actor acts for a senior who has not allowed it."""

    code = "consent_needed"
    message = "替这位老人办理，要先得到老人本人同意。我可以请工作人员跟老人核实。"


class PhoneInvalid(Invalid):
    code = "phone_invalid"


class LastPhone(Conflict):
    code = "last_phone"
    message = "这是唯一的联系电话，请先登记一个新号码，再删除它。"
