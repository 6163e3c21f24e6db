"""What can go wrong about calls."""

from __future__ import annotations

from assistant.kit.errors import Conflict, NotFound


class CallNotFound(NotFound):
    code = "call_not_found"
    message = "没有找到这通电话。"


class OutboundNotFound(NotFound):
    code = "outbound_not_found"
    message = "没有找到这次外呼。"


class CallOver(Conflict):
    """Nothing can be done in a call that has ended."""

    code = "call_over"
    message = "这通电话已经结束了。"
