"""From HSDS tables to a draft, with what is wrong in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from assistant.catalog.drafts import CatalogDraft, OfferingDraft, PlaceDraft, ProviderDraft, ScheduleDraft
from assistant.catalog.hours import DAYS
from assistant.catalog.hsds.tables import (
    OFFERING_EXTRA,
    PLACE_EXTRA,
    PROVIDER_EXTRA,
    SCHEDULE_PARTS,
    STAND_IN,
    TABLES,
    Record,
)
from assistant.catalog.names import tidy
from assistant.catalog.schemas import RowError
from assistant.catalog.vocabulary import UNITS, service_type_of

D = TypeVar("D", bound=BaseModel)


def from_tables(tables: Mapping[str, list[Record]]) -> tuple[CatalogDraft, list[RowError]]:
    """A draft from HSDS tables, ours or another system's, and what is wrong in them."""
    return _Reader(tables).read()


class _Reader:
    def __init__(self, tables: Mapping[str, list[Record]]) -> None:
        self.rows = {name: list(tables.get(name, [])) for name in TABLES}
        self.errors: list[RowError] = []
        self.extra: dict[str, Record] = {}
        terms = {row.get("id"): row.get("code") for row in self.rows["taxonomy_term"]}
        for number, row in enumerate(self.rows["attribute"], 1):
            label = row.get("label") or "service_type"
            value = terms.get(row.get("taxonomy_term_id")) if label == "service_type" else None
            self.extra.setdefault(str(row.get("link_id")), {})[label] = value or self._json(number, row)

    def _json(self, number: int, row: Record) -> Any:
        try:
            return json.loads(row.get("value") or "null")
        except ValueError:
            return row.get("value")

    def read(self) -> tuple[CatalogDraft, list[RowError]]:
        providers = self._providers()
        places = self._places()
        self._offerings(providers, places)
        known = [each for each in providers.values() if each is not None]
        return CatalogDraft(providers=known, places=list(places.values())), self.errors

    def _draft(self, table: str, number: int, model: type[D], values: Record) -> D | None:
        told = {name: value for name, value in values.items() if value not in (None, "")}
        try:
            return model.model_validate(told)
        except ValidationError as error:
            for one in error.errors():
                column = f"{table}.{one['loc'][0] if one['loc'] else ''}"
                self.errors.append(RowError(row=number, column=column, message=f"填得不对：{one['msg']}。"))
            return None

    def _providers(self) -> dict[str, ProviderDraft | None]:
        found: dict[str, ProviderDraft | None] = {}
        for number, row in enumerate(self.rows["organization"], 1):
            extra = self._extra(row, PROVIDER_EXTRA)
            if self.extra.get(str(row.get("id")), {}).get(STAND_IN):
                found[str(row.get("id"))] = None
            elif draft := self._draft(
                "organization", number, ProviderDraft, {"name": row.get("name"), **extra}
            ):
                found[str(row.get("id"))] = draft
        return found

    def _extra(self, row: Record, fields: tuple[str, ...]) -> Record:
        return {
            name: value for name, value in self.extra.get(str(row.get("id")), {}).items() if name in fields
        }

    def _places(self) -> dict[str, PlaceDraft]:
        phones = {row.get("location_id"): row.get("number") for row in self.rows["phone"]}
        addresses = {row.get("location_id"): row.get("address_1") for row in self.rows["address"]}
        found: dict[str, PlaceDraft] = {}
        for number, row in enumerate(self.rows["location"], 1):
            alias = [row["alternate_name"]] if row.get("alternate_name") else []
            values = {
                "external_id": row.get("external_identifier") or row.get("id"),
                "name": row.get("name"),
                "description": row.get("description"),
                "lat": row.get("latitude"),
                "lng": row.get("longitude"),
                "phone": phones.get(row.get("id")),
                "address": addresses.get(row.get("id")),
                **{"kind": "agency", "aliases": alias},
                **self._extra(row, PLACE_EXTRA),
            }
            if draft := self._draft("location", number, PlaceDraft, values):
                found[str(row.get("id"))] = draft
        return found

    def _offerings(
        self, providers: Mapping[str, ProviderDraft | None], places: Mapping[str, PlaceDraft]
    ) -> None:
        where: dict[str, list[Record]] = {}
        for link in self.rows["service_at_location"]:
            where.setdefault(str(link.get("service_id")), []).append(link)
        costs = {str(row.get("service_id")): row for row in self.rows["cost_option"]}
        for number, row in enumerate(self.rows["service"], 1):
            links = where.get(str(row.get("id")), [])
            if not links:
                self._fail(number, "service.id", "这项服务没有写在哪个地点。")
            for link in links:
                place = places.get(str(link.get("location_id")))
                if place is None:
                    self._fail(number, "service_at_location.location_id", "这项服务的地点不在文件里。")
                    continue
                provider = providers.get(str(row.get("organization_id")))
                values = self._service(number, row, costs.get(str(row.get("id"))), str(link.get("id")))
                values["provider"] = provider.name if provider else None
                if draft := self._draft("service", number, OfferingDraft, values):
                    place.offerings.append(draft)

    def _service(self, number: int, row: Record, cost: Record | None, link: str) -> Record:
        extra = self._extra(row, (*OFFERING_EXTRA, "service_type"))
        name = str(row.get("name") or "")
        kind = service_type_of(str(extra.get("service_type") or "")) or service_type_of(tidy(name))
        if kind is None:
            self._fail(number, "service.name", "看不出是哪一类服务，请加上类别。")
        return {
            "name": name,
            "description": row.get("description"),
            "active": (row.get("status") or "active") == "active",
            "unit": _unit(cost, kind.unit if kind else "次"),
            "unit_price_fen": self._price(number, cost),
            "schedules": self._schedules(link, str(row.get("id"))),
            **extra,
            "service_type": kind.key if kind else "other",
        }

    def _price(self, number: int, cost: Record | None) -> int | None:
        if cost is None or cost.get("amount") in (None, ""):
            return None
        try:
            return round(float(cost["amount"]) * 100)
        except (TypeError, ValueError, OverflowError):
            self._fail(number, "cost_option.amount", "价格不是数字。")
            return None

    def _schedules(self, link: str, service: str) -> list[ScheduleDraft]:
        rows = [
            (number, row)
            for number, row in enumerate(self.rows["schedule"], 1)
            if link == str(row.get("service_at_location_id")) or service == str(row.get("service_id"))
        ]
        drafts = [self._draft("schedule", number, ScheduleDraft, _schedule(row)) for number, row in rows]
        return [draft for draft in drafts if draft is not None]

    def _fail(self, number: int, column: str, message: str) -> None:
        self.errors.append(RowError(row=number, column=column, message=message))


def _unit(cost: Record | None, default: str) -> str:
    option = str((cost or {}).get("option") or "").removeprefix("每")
    return option if option in UNITS else default


def _schedule(row: Record) -> Record:
    parts = [
        ("FREQ", row.get("freq")),
        *((part, row.get(column)) for column, part in SCHEDULE_PARTS.items()),
    ]
    rule = ";".join(f"{part}={value}" for part, value in parts if value not in (None, ""))
    return {
        "rrule": "FREQ=DAILY" if rule == "FREQ=WEEKLY;BYDAY=" + ",".join(DAYS) else rule,
        "opens": row.get("opens_at"),
        "closes": row.get("closes_at"),
        "valid_from": row.get("valid_from"),
        "valid_until": row.get("valid_to"),
    }
