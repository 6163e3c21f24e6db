"""HSDS tables as files: one nested JSON document, or a zip of CSV tables."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any, Final

from assistant.catalog.hsds.tables import TABLES, Record, Tables

MAX_UNPACKED_BYTES: Final = 200_000_000
"""A zip that unpacks to more is refused before it is read."""
VERSION: Final = "3.0"


class Unreadable(ValueError):
    """The file as a whole is no HSDS; the message says why, in Mandarin."""


# --- CSV ---


def to_csv_zip(tables: Tables) -> bytes:
    """A zip with one CSV file a table, as HSDS publishes tabular data."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in TABLES:
            rows = tables[name]
            columns = list(dict.fromkeys(column for row in rows for column in row)) or ["id"]
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, columns)
            writer.writeheader()
            writer.writerows(rows)
            archive.writestr(f"{name}.csv", text.getvalue())
    return target.getvalue()


def from_csv_zip(data: bytes) -> Tables:
    """Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise Unreadable("这个文件太大了，请分成几份。")
            texts = {
                name.rsplit("/", 1)[-1]: archive.read(name).decode("utf-8-sig") for name in archive.namelist()
            }
    except (zipfile.BadZipFile, UnicodeDecodeError, OSError, RuntimeError) as error:
        raise Unreadable("这个 zip 文件打不开。") from error
    if "service.csv" not in texts and "location.csv" not in texts:
        raise Unreadable("zip 里没有 service.csv 和 location.csv，不是 HSDS 数据。")
    return {
        name: list(csv.DictReader(io.StringIO(texts[f"{name}.csv"], newline="")))
        for name in TABLES
        if f"{name}.csv" in texts
    }


# --- JSON ---


def to_json(tables: Tables) -> bytes:
    """Services as HSDS nests them; organizations and locations without a service stand beside them."""
    attributes = _grouped(tables["attribute"], "link_id")
    terms = {row["id"]: row for row in tables["taxonomy_term"]}
    for row in tables["attribute"]:
        if row["taxonomy_term_id"]:
            row["taxonomy_term"] = terms[row["taxonomy_term_id"]]
    locations = {
        row["id"]: {
            **row,
            "addresses": _children(tables, "address", "location_id", row),
            "phones": _children(tables, "phone", "location_id", row),
            "attributes": attributes.get(row["id"], []),
        }
        for row in tables["location"]
    }
    organizations = {
        row["id"]: {**row, "attributes": attributes.get(row["id"], [])} for row in tables["organization"]
    }
    links = _grouped(tables["service_at_location"], "service_id")
    services = [
        {
            **service,
            "organization": organizations[service["organization_id"]],
            "cost_options": _children(tables, "cost_option", "service_id", service),
            "service_at_locations": [
                {
                    **link,
                    "location": locations[link["location_id"]],
                    "schedules": _children(tables, "schedule", "service_at_location_id", link),
                }
                for link in links.get(service["id"], [])
            ],
            "attributes": attributes.get(service["id"], []),
        }
        for service in tables["service"]
    ]
    used = {link["location_id"] for link in tables["service_at_location"]}
    giving = {service["organization_id"] for service in tables["service"]}
    document = {
        "version": VERSION,
        "services": services,
        "locations": [row for found, row in locations.items() if found not in used],
        "organizations": [row for found, row in organizations.items() if found not in giving],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _grouped(rows: Iterable[Record], column: str) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def _children(tables: Tables, name: str, column: str, parent: Record) -> list[Record]:
    return [row for row in tables[name] if row.get(column) == parent["id"]]


def from_json(data: bytes) -> Tables:
    """From our document, a list of services, or a page of an HSDS API. Raises Unreadable."""
    try:
        document = json.loads(data)
    except ValueError as error:
        raise Unreadable("这个 json 文件的格式不对。") from error
    if isinstance(document, list):
        document = {"services": document}
    if not isinstance(document, dict):
        raise Unreadable("这个 json 文件不是 HSDS 数据。")
    reader = _Unnest()
    for service in _objects(document.get("services") or document.get("contents")):
        reader.service(service)
    for location in _objects(document.get("locations")):
        reader.location(location)
    for organization in _objects(document.get("organizations")):
        reader.organization(organization)
    if not reader.tables["service"] and not reader.tables["location"]:
        raise Unreadable("这个 json 文件里没有服务和地点。")
    return {name: list(rows.values()) for name, rows in reader.tables.items()}


class _Unnest:
    """Takes nested objects apart into tables, each row once."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Record]] = {name: {} for name in TABLES}

    def _row(self, table: str, nested: Mapping[str, Any], **links: Any) -> None:
        flat = {name: value for name, value in nested.items() if not isinstance(value, dict | list)}
        key = str(nested.get("id") or f"{table}:{len(self.tables[table])}")
        self.tables[table].setdefault(key, {**flat, **links})

    def _attributes(self, nested: Mapping[str, Any]) -> None:
        for attribute in _objects(nested.get("attributes")):
            term = attribute.get("taxonomy_term")
            if isinstance(term, dict):
                self._row("taxonomy_term", term)
                attribute = {**attribute, "taxonomy_term_id": term.get("id")}
            self._row("attribute", attribute, link_id=nested.get("id"))

    def organization(self, nested: Mapping[str, Any]) -> None:
        self._row("organization", nested)
        self._attributes(nested)

    def location(self, nested: Mapping[str, Any]) -> None:
        self._row("location", nested)
        for table, children in (("address", "addresses"), ("phone", "phones")):
            for child in _objects(nested.get(children)):
                self._row(table, child, location_id=nested.get("id"))
        self._attributes(nested)

    def service(self, nested: Mapping[str, Any]) -> None:
        organization = nested.get("organization")
        if isinstance(organization, dict):
            self.organization(organization)
            self._row("service", nested, organization_id=organization.get("id"))
        else:
            self._row("service", nested)
        self._attributes(nested)
        for cost in _objects(nested.get("cost_options")):
            self._row("cost_option", cost, service_id=nested.get("id"))
        for schedule in _objects(nested.get("schedules")):
            self._row("schedule", schedule, service_id=nested.get("id"))
        for link in _objects(nested.get("service_at_locations")):
            self._link(nested, link)

    def _link(self, service: Mapping[str, Any], link: Mapping[str, Any]) -> None:
        location = link.get("location")
        where = location.get("id") if isinstance(location, dict) else link.get("location_id")
        if isinstance(location, dict):
            self.location(location)
        self._row("service_at_location", link, service_id=service.get("id"), location_id=where)
        for schedule in _objects(link.get("schedules")):
            self._row("schedule", schedule, service_at_location_id=link.get("id"))


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
