"""What can go wrong with an order, each with a sentence for a senior."""

from __future__ import annotations

from assistant.kit.errors import Conflict, Forbidden, Invalid, NotFound


class OrderNotFound(NotFound):
    code = "order_not_found"
    message = "没有找到这个订单，请您再核对一下订单号。"


class SeriesNotFound(NotFound):
    code = "series_not_found"
    message = "没有找到这个长期预订，请您再核对一下。"


class OfferingNotFound(NotFound):
    code = "offering_not_found"
    message = "没有找到这项服务。"


class SlotFull(Conflict):
    """No place left. ``details`` carry ``alternatives`` (``schemas.Alternatives``)."""

    code = "slot_full"
    message = "这个时间已经约满了，您看换个时间或者换一家行吗？"


class Closed(Invalid):
    """Not open then. ``details`` carry ``alternatives``."""

    code = "closed"
    message = "这个时间不营业，您看换个时间行吗？"


class InThePast(Invalid):
    code = "in_the_past"
    message = "这个时间已经过去了，请您重新说一个时间。"


class TooFarAhead(Invalid):
    code = "too_far_ahead"


class TooLate(Conflict):
    """Inside the lead time of the service. ``details`` carry ``alternatives``."""

    code = "too_late"


class DeadlinePassed(Conflict):
    """Too close to the service to change or cancel without a person."""

    code = "deadline_passed"


class NotBookable(Conflict):
    """The service cannot be booked here; ``details.person`` says that a person may help."""

    code = "not_bookable"
    message = "这项服务不能在这里直接预约，我可以请工作人员帮您联系。"


class ProviderBarred(Conflict):
    """The provider is on the list of dishonest ones."""

    code = "provider_barred"
    message = "这家服务商在失信名单上，不能预约。我帮您换一家好吗？"


class TooMany(Invalid):
    code = "quantity"


class AddressNeeded(Invalid):
    code = "address_needed"
    message = "这是上门服务，请告诉我详细地址。"


class WrongState(Conflict):
    """The order's state does not allow this step."""

    code = "wrong_state"


class KeyReused(Conflict):
    """The idempotency key was used for another request."""

    code = "key_reused"
    message = "这个请求和之前的不一样，请重新提交。"


class NotTheirOrder(Forbidden):
    code = "not_their_order"
    message = "这个订单不归您这边办理。"
