"""A code for a relative and the senior's answer on record, on the senior's page."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import select

from assistant.kit.db import Database
from assistant.links.models import LinkInvitation
from assistant.people.models import Consent
from tests.console.conftest import Channel, SignIn, Town

CHAT = 700_000_001
FORM = {"relation": "女儿", "name": "王丽", "scopes": ["see_orders", "notify"]}


async def used_code(town: Town, sign_in: SignIn, channel: Channel) -> None:
    """A worker gives a code; the relative uses it."""
    browser = await sign_in("worker")
    shown = await browser.post(f"/seniors/{town.seniors[0]}/links", FORM)
    found = re.search(r"(\d{3}) (\d{3})</strong>", shown.text)
    assert found, shown.text
    body = {"chat": CHAT, "code": found[1] + found[2], "name": "丽丽"}
    answer = await channel("channel:telegram").post("/v1/links/redeem", json=body)
    assert answer.json()["state"] == "waiting"


async def consents(database: Database) -> list[Consent]:
    async with database.session() as session:
        return list(await session.scalars(select(Consent).where(Consent.relation == "女儿")))


async def pending(database: Database) -> LinkInvitation:
    async with database.session() as session:
        return (await session.scalars(select(LinkInvitation))).one()


@pytest.mark.parametrize("yes", [True, False])
async def test_the_answer_of_the_senior_is_put_on_record(
    town: Town, sign_in: SignIn, channel: Channel, database: Database, yes: bool
) -> None:
    await used_code(town, sign_in, channel)
    browser = await sign_in("operator")
    page = f"/seniors/{town.seniors[0]}/links"
    assert "女儿 王丽" in (await browser.get(page)).text
    form = {"invitation": str((await pending(database)).id), "yes": str(yes).lower(), "evidence": "written"}
    assert (await browser.post(f"{page}/decide", form)).status_code == 303
    given = await consents(database)
    assert [(one.evidence, sorted(one.scopes)) for one in given] == (
        [("written", ["notify", "see_orders"])] if yes else []
    )
    assert (await pending(database)).status == ("confirmed" if yes else "refused")


async def test_a_code_is_shown_once(town: Town, sign_in: SignIn) -> None:
    browser = await sign_in("worker")
    page = f"/seniors/{town.seniors[0]}/links"
    assert "验证码：" in (await browser.post(page, FORM)).text
    assert "验证码：" not in (await browser.get(page)).text


async def test_another_seniors_request_cannot_be_decided(
    town: Town, sign_in: SignIn, channel: Channel, database: Database
) -> None:
    await used_code(town, sign_in, channel)
    invitation = str((await pending(database)).id)
    neighbour = await sign_in("neighbour")
    for senior in (town.seniors[0], town.other):
        form = {"invitation": invitation, "yes": "true"}
        assert (await neighbour.post(f"/seniors/{senior}/links/decide", form)).status_code == 404
    assert await consents(database) == []


async def test_somebody_must_be_allowed_something(town: Town, sign_in: SignIn) -> None:
    browser = await sign_in("worker")
    mistakes: tuple[dict[str, object], ...] = ({"relation": ""}, {"scopes": []}, {"scopes": ["everything"]})
    for wrong in mistakes:
        answer = await browser.post(f"/seniors/{town.seniors[0]}/links", FORM | wrong)
        assert answer.status_code == 422
    unknown = {"invitation": str(uuid.uuid4()), "yes": "true"}
    assert (await browser.post(f"/seniors/{town.seniors[0]}/links/decide", unknown)).status_code == 404
