"""How often the desk asks again before a person takes over: by ear less often than by eye."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from assistant.client import Client
from assistant.desk.personas import persona
from tests.talk import Talk, says, scripted

NOT_UNDERSTOOD = [{"custom": {"misunderstood": True}}]


@pytest.mark.parametrize(("channel", "asked_again"), [("phone", 1), ("web", 2)])
async def test_it_is_asked_anew_then_with_keys_then_by_a_person(
    app: FastAPI, phone: Client, channel: str, asked_again: int
) -> None:
    rasa, talk = scripted(app), Talk(phone.http)
    talk.always["channel"] = channel
    rasa.replies = [NOT_UNDERSTOOD] * (asked_again + 1)
    said = []
    for _ in range(asked_again):
        said.append(await talk("呜哩哇啦"))
        assert talk.last["handoff"] is None
    assert len(set(said)) == asked_again
    assert talk.last["messages"][-1]["choices"]
    await talk("呜哩哇啦")
    assert talk.last["handoff"]["to"]
    assert rasa.got[0][1]["patience"] == persona(channel).patience == asked_again + 1


async def test_only_misunderstandings_in_a_row_count(app: FastAPI, phone: Client) -> None:
    rasa, talk = scripted(app), Talk(phone.http)
    rasa.replies = [NOT_UNDERSTOOD, says("好的"), NOT_UNDERSTOOD]
    for _ in range(3):
        await talk("呜哩哇啦")
    assert talk.last["handoff"] is None
