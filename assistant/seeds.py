"""What a fresh installation holds: the five cities, their benefits, and people to try it with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.benefits.seed import load_benefits
from assistant.catalog.seed import load_seed
from assistant.kit.actor import SYSTEM
from assistant.people import service
from assistant.people.schemas import PersonIn

DEMO_PHONE = "13900000001"
"""Number of the demonstration senior; such numbers are not given out."""

PEOPLE = (
    PersonIn(
        kind="senior",
        name="演示一",
        gender="female",
        birth_year=1945,
        city_code="yueyang",
        street="三眼桥街道",
        address="三眼桥街道演示小区1栋101",
        phone=DEMO_PHONE,
        lives_alone=True,
        demo=True,
    ),
    PersonIn(
        kind="senior",
        name="演示二",
        gender="male",
        birth_year=1940,
        city_code="weihai",
        address="演示街道演示小区2栋202",
        phone="13900000002",
        demo=True,
    ),
)
"""Made-up people, marked as such in the database and wherever they are shown."""


async def load(session: AsyncSession, now: datetime) -> None:
    """Put it all in; a second time changes nothing."""
    await load_seed(session)
    await load_benefits(session)
    for person in PEOPLE:
        await service.create(session, now, SYSTEM, person)
