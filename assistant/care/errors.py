"""What can go wrong about check-ins."""

from __future__ import annotations

from assistant.kit.errors import Conflict, Invalid, NotFound


class PlanNotFound(NotFound):
    code = "checkin_plan_not_found"
    message = "这位老人没有约定问候。"


class TooEarlyOrLate(Invalid):
    """The time lies in the quiet hours."""

    code = "quiet_hours"
    message = "这个时间太早或者太晚了，请换一个白天的时间。"


class NoWay(Conflict):
    """The senior cannot be asked in the way that was wanted."""

    code = "no_way_to_ask"
    message = "按这种方式联系不上老人，请换一种方式。"
