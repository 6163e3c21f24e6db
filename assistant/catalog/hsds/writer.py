"""From a draft to HSDS tables."""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

from pydantic import BaseModel

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
    Tables,
)
from assistant.catalog.vocabulary import SERVICE_TYPES

NAMESPACE: Final = uuid.UUID("6f0b7f2e-2f0d-5c39-9b0a-79696e6c696e")
"""Ids in a file follow from city and name, so that two exports of the same thing agree."""


class _Writer:
    """The tables of one city while they are filled."""

    def __init__(self, city: str, province: str) -> None:
        self.city, self.province = city, province
        self.tables: Tables = {name: [] for name in TABLES}
        taxonomy = self._id("taxonomy", "service_type")
        self.tables["taxonomy"].append(
            {"id": taxonomy, "name": "银铃服务类别", "description": "养老服务的类别"}
        )
        for each in SERVICE_TYPES.values():
            self.tables["taxonomy_term"].append(
                {
                    "id": self._id("taxonomy_term", each.key),
                    "code": each.key,
                    "name": each.name,
                    "description": each.name,
                    "taxonomy_id": taxonomy,
                }
            )

    def _id(self, *path: str) -> str:
        return str(uuid.uuid5(NAMESPACE, json.dumps([self.city, *path], ensure_ascii=False)))

    def organization(self, draft: ProviderDraft, stand_in: bool = False) -> str:
        found = self._id("organization", draft.name, str(stand_in))
        if not any(row["id"] == found for row in self.tables["organization"]):
            self.tables["organization"].append({"id": found, "name": draft.name, "description": ""})
            self._attributes("organization", found, draft, () if stand_in else PROVIDER_EXTRA)
            if stand_in:
                self._attribute("organization", found, STAND_IN, True)
        return found

    def location(self, place: PlaceDraft) -> str:
        found = self._id("location", place.external_id)
        self.tables["location"].append(
            {
                "id": found,
                "location_type": "physical",
                "name": place.name,
                "alternate_name": place.aliases[0] if place.aliases else None,
                "description": place.description,
                "latitude": place.lat,
                "longitude": place.lng,
                "external_identifier": place.external_id,
                "external_identifier_type": "yinling",
            }
        )
        if place.address:
            self.tables["address"].append(self._address(found, place))
        if place.phone:
            self.tables["phone"].append(
                {"id": self._id("phone", place.external_id), "location_id": found, "number": place.phone}
            )
        self._attributes("location", found, place, PLACE_EXTRA)
        return found

    def _address(self, location: str, place: PlaceDraft) -> Record:
        return {
            "id": self._id("address", place.external_id),
            "location_id": location,
            "address_1": place.address,
            "city": self.city,
            "state_province": self.province,
            "postal_code": "",
            "country": "CN",
            "address_type": "physical",
        }

    def service(self, place: PlaceDraft, location: str, draft: OfferingDraft, organization: str) -> None:
        path = (place.external_id, draft.service_type, draft.name)
        found, at = self._id("service", *path), self._id("service_at_location", *path)
        self.tables["service"].append(
            {
                "id": found,
                "organization_id": organization,
                "name": draft.name,
                "description": draft.description,
                "status": "active" if draft.active else "inactive",
                "assured_date": place.verified_at.isoformat() if place.verified_at else None,
            }
        )
        self.tables["service_at_location"].append({"id": at, "service_id": found, "location_id": location})
        for number, schedule in enumerate(draft.schedules):
            row = schedule_row(schedule)
            self.tables["schedule"].append(
                {"id": self._id("schedule", *path, str(number)), "service_at_location_id": at, **row}
            )
        if draft.unit_price_fen is not None:
            self.tables["cost_option"].append(
                {
                    "id": self._id("cost_option", *path),
                    "service_id": found,
                    "option": f"每{draft.unit}",
                    "currency": "CNY",
                    "amount": draft.unit_price_fen / 100,
                }
            )
        self._attributes("service", found, draft, OFFERING_EXTRA)
        term = self._id("taxonomy_term", draft.service_type)
        self._attribute("service", found, "service_type", draft.service_type, term)

    def _attributes(self, entity: str, link: str, draft: BaseModel, fields: tuple[str, ...]) -> None:
        values = draft.model_dump(mode="json", include=set(fields))
        for name in fields:
            if values[name] not in (None, [], ""):
                self._attribute(entity, link, name, values[name])

    def _attribute(self, entity: str, link: str, label: str, value: Any, term: str | None = None) -> None:
        self.tables["attribute"].append(
            {
                "id": str(uuid.uuid5(NAMESPACE, f"{link}:{label}")),
                "link_id": link,
                "link_entity": entity,
                "taxonomy_term_id": term,
                "label": label,
                "value": json.dumps(value, ensure_ascii=False),
            }
        )


def to_tables(draft: CatalogDraft, city: str, province: str) -> Tables:
    """The tables of a city, by name of table."""
    writer = _Writer(city, province)
    organizations = {each.name: writer.organization(each) for each in draft.providers}
    for place in draft.places:
        location = writer.location(place)
        for offering in place.offerings:
            provider = offering.provider or place.provider
            writer.service(
                place,
                location,
                offering,
                organizations[provider]
                if provider
                else writer.organization(ProviderDraft(name=place.name), stand_in=True),
            )
    return writer.tables


def schedule_row(schedule: ScheduleDraft) -> Record:
    """A schedule in HSDS's columns. HSDS knows weekly and monthly rules; daily is weekly on all days."""
    parts = dict(part.split("=", 1) for part in schedule.rrule.split(";"))
    plain_daily = parts == {"FREQ": "DAILY"}
    row: Record = {
        "freq": "WEEKLY" if plain_daily else parts["FREQ"],
        **{column: parts.get(part) for column, part in SCHEDULE_PARTS.items()},
        "opens_at": schedule.opens.isoformat("minutes"),
        "closes_at": schedule.closes.isoformat("minutes"),
        "valid_from": schedule.valid_from.isoformat() if schedule.valid_from else None,
        "valid_to": schedule.valid_until.isoformat() if schedule.valid_until else None,
        "timezone": 8,
    }
    return row | {"byday": ",".join(DAYS)} if plain_daily else row
