"""What can go wrong with a ticket."""

from __future__ import annotations

from assistant.kit.errors import Conflict, NotFound


class TicketNotFound(NotFound):
    code = "ticket_not_found"
    message = "没有找到这个工单，请您再核对一下编号。"


class WrongState(Conflict):
    code = "wrong_state"
    message = "这个工单已经办结了。"


class KeyReused(Conflict):
    """The idempotency key was used for another request."""

    code = "key_reused"
    message = "这个请求和之前的不一样，请重新提交。"
