"""The tables of HSDS and which fields of a draft stand in attributes."""

from __future__ import annotations

from typing import Any, Final

Record = dict[str, Any]
Tables = dict[str, list[Record]]

TABLES: Final = (
    "organization",
    "service",
    "location",
    "service_at_location",
    "schedule",
    "cost_option",
    "phone",
    "address",
    "attribute",
    "taxonomy",
    "taxonomy_term",
)
STAND_IN: Final = "stand_in"
"""Label of the attribute on an organization that only fills HSDS's required column: the provider is unknown."""

PLACE_EXTRA: Final = (
    "kind",
    "aliases",
    "areas",
    "provider",
    "demo",
    "source_document",
    "verified_at",
    "verified_by",
)
OFFERING_EXTRA: Final = (
    "online_booking",
    "at_home",
    "unit",
    "capacity_per_slot",
    "slot_minutes",
    "lead_minutes",
    "change_deadline_minutes",
    "open_on_holidays",
    "circle_m",
    "demo",
)
PROVIDER_EXTRA: Final = ("credit", "credit_note", "demo", "source_document")
SCHEDULE_PARTS: Final = {
    "interval": "INTERVAL",
    "byday": "BYDAY",
    "bymonthday": "BYMONTHDAY",
    "byyearday": "BYYEARDAY",
    "byweekno": "BYWEEKNO",
    "count": "COUNT",
    "until": "UNTIL",
    "wkst": "WKST",
}
