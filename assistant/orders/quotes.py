"""What a service costs and who pays, as far as anyone has told."""

from __future__ import annotations

from assistant.kit.text import yuan
from assistant.orders.models import Payer
from assistant.orders.openings import Bookable
from assistant.orders.schemas import Quote

UNKNOWN_PRICE = "价格没有登记，以服务机构当面说的为准。"
DEMO_PRICE = "这是演示数据里的价格，不是真实价格。"


def quote(bookable: Bookable, quantity: int) -> Quote:
    """The price of ``quantity`` units.

    ``covered_fen`` stays 0: none of the documents gives an amount by which a government purchase lowers a
    price. Where a document promises the service at public cost, the quote says so and that it needs an
    assessment first.
    """
    price = bookable.unit_price_fen
    total = None if price is None else price * quantity
    payer: Payer = "unknown" if price is None else "self"
    notes = [UNKNOWN_PRICE] if total is None else [f"一共{yuan(total)}，自己付。"]
    if bookable.demo and price is not None:
        notes.append(DEMO_PRICE)
    if note := benefit_note(bookable):
        notes.append(note)
    return Quote(
        offering_id=bookable.id,
        unit=bookable.unit,
        quantity=quantity,
        unit_price_fen=price,
        total_fen=total,
        covered_fen=0,
        payable_fen=total,
        payer=payer,
        notes=notes,
        demo=bookable.demo,
    )


def benefit_note(bookable: Bookable) -> str | None:
    """What to say of public payment, with its source; None where no document speaks of it."""
    if bookable.covered_by is None:
        return None
    return f"{bookable.covered_by}提到政府会为符合条件的老人购买这类服务，您能不能享受要先做评估。"
