"""Every row of the documents, and nothing that no document says."""

from __future__ import annotations

import re

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.benefits.models import Benefit
from assistant.benefits.seed import load_benefits
from assistant.catalog.documents import documents
from assistant.catalog.vocabulary import SERVICE_TYPES

FIGURES = {
    ("weihai", "family_doctor"): (140, 140, "senior"),
    ("weihai", "carer_training"): (2000, 2000, "worker"),
    ("weihai", "certified_carer_reward"): (5000, 10_000, "worker"),
    ("weihai", "nursing_bed_subsidy"): (5400, 5400, "institution"),
    ("weihai", "infirmary_subsidy"): (50_000, 50_000, "institution"),
    ("weihai", "care_ward_subsidy"): (3000, 3000, "institution"),
    ("tieling", "graduate_reward"): (40_000, 60_000, "worker"),
    ("tieling", "demonstration_centre"): (50_000, 300_000, "institution"),
    ("yuxi", "affordable_beds"): (5000, 10_000, "institution"),
}
"""Yuan and receiver of every benefit whose document gives an amount of money for one."""
PROMISED = {
    "weihai": 14,
    "zhuzhou": 9,
    "tieling": 5,
    "yuxi": 4,
    "yueyang": 3,
}
"""Benefits a document, without the plain facts beside them."""


async def test_amounts_and_receivers(granted: AsyncSession) -> None:
    rows = {(row.city_code, row.key): row for row in await granted.scalars(select(Benefit))}
    with_money = {key for key, row in rows.items() if row.amount_min_fen is not None}
    assert with_money == set(FIGURES)
    for key, (least, most, who) in FIGURES.items():
        assert (rows[key].amount_min_fen, rows[key].amount_max_fen, rows[key].who) == (
            least * 100,
            most * 100,
            who,
        )


async def test_no_row_is_missing(granted: AsyncSession) -> None:
    query = select(Benefit.city_code, func.count()).where(Benefit.kind != "fact").group_by(Benefit.city_code)
    assert {row[0]: row[1] for row in await granted.execute(query)} == PROMISED


async def test_every_row_has_its_source_and_year(granted: AsyncSession) -> None:
    for row in await granted.scalars(select(Benefit)):
        document = documents()[row.document_id]
        assert (document.city, document.year, document.said) == (row.city_code, row.year, row.source_text)
        assert str(row.year) in row.source_text
        assert row.topics
        assert row.next_step_text
        assert set(row.service_types) <= set(SERVICE_TYPES)


async def test_money_is_said_only_where_it_is_on_record(granted: AsyncSession) -> None:
    """A sum in the words without a figure beside it would be a promise nobody can check."""
    for row in await granted.scalars(select(Benefit)):
        words = f"{row.what_text}{row.amount_text or ''}"
        if re.search(r"\d+万?元", words) and row.key != "points":
            assert row.amount_min_fen is not None, row.key


async def test_a_second_time_changes_nothing_and_what_is_gone_goes(granted: AsyncSession) -> None:
    before = {row.id for row in await granted.scalars(select(Benefit))}
    gone = Benefit(
        city_code="yueyang",
        key="gone",
        who="senior",
        kind="service",
        title="旧的",
        what_text="旧的",
        next_step_text="旧的",
        document_id="004_ff0bb9854453d630",
        document_title="旧的",
        issuer="旧的",
        year=2019,
        source_text="旧的",
    )
    granted.add(gone)
    await granted.flush()
    await load_benefits(granted)
    assert {row.id for row in await granted.scalars(select(Benefit))} == before
