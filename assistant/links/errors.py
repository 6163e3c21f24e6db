"""What can go wrong about links."""

from __future__ import annotations

from assistant.kit.errors import Conflict, Forbidden, Invalid, NotFound


class InvitationNotFound(NotFound):
    code = "invitation_not_found"
    message = "没有找到这次绑定申请。"


class InvitationOver(Conflict):
    """Refused, expired or not yet used."""

    code = "invitation_over"
    message = "这次绑定申请已经失效了，请重新要一个验证码。"


class NotTheirs(Forbidden):
    """Only the senior, or a worker on record, decides who is linked to them."""

    code = "not_theirs"
    message = "绑定家人要由老人本人同意，或者由工作人员登记。"


class NotLinked(Forbidden):
    code = "not_linked"
    message = "您还没有和老人绑定。请让老人打热线要一个六位验证码，再发给我。"


class AlarmNotFound(NotFound):
    code = "alarm_not_found"
    message = "没有找到这次求助。"


class PhotoRefused(Invalid):
    code = "photo_refused"
    message = "这张照片我收不了，请换一张小一点的 JPG 或 PNG 照片。"
