"""The page's door: cookie, origin, size, rates, headers, sound."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Response

from assistant.desk.schemas import TurnIn
from assistant.kit.clock import SettableClock
from channels.web import endpoints, limits, sessions, speaking
from channels.web.guard import MAX_BODY
from tests.channels.web.desk import ScriptedDesk


async def turn(http: httpx.AsyncClient, turn_id: str = "t-1", **said: Any) -> httpx.Response:
    return await http.post("/chat/turns", json={"turn_id": turn_id, **said})


@pytest.fixture
async def visitor(http: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser that has opened the page."""
    assert (await http.get("/")).status_code == 200
    return http


async def test_the_page_gives_a_cookie_that_scripts_and_other_sites_cannot_use(
    http: httpx.AsyncClient,
) -> None:
    first = await http.get("/")
    cookie = first.headers["set-cookie"]
    assert cookie.startswith(f"{sessions.COOKIE}=")
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert "Secure" not in cookie and "Max-Age" not in cookie and "expires" not in cookie
    assert "set-cookie" not in (await http.get("/")).headers


async def test_the_cookie_is_secure_over_tls(web: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url="https://page") as http:
        assert "Secure" in (await http.get("/")).headers["set-cookie"]


async def test_every_answer_has_the_strict_headers(visitor: httpx.AsyncClient) -> None:
    for path in ("/", "/chat/static/chat.js", "/chat/speech?turn=t-1&n=40"):
        answer = await visitor.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy
        assert "unsafe" not in policy and "http" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await visitor.get("/")).headers["cache-control"] == "no-store"


FILES = sorted([*endpoints.HERE.glob("static/*"), *endpoints.HERE.glob("templates/*")])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_page_needs_nothing_from_elsewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not any(part in text for part in ("http:", "https:", 'src="//', "url(//"))


async def test_the_page_has_no_script_or_style_within(http: httpx.AsyncClient) -> None:
    page = (await http.get("/")).text
    assert not any(part in page for part in (" style=", " onclick=", "<script>", "<style"))


async def test_no_file_outside_the_folder_is_served(http: httpx.AsyncClient) -> None:
    assert (await http.get("/chat/static/..%2fendpoints.py")).status_code == 404
    assert (await http.get("/chat/static/%2e%2e/templates/chat.html")).status_code == 404


async def test_a_turn_goes_to_the_desk_as_the_web_channel(
    visitor: httpx.AsyncClient, desk: ScriptedDesk
) -> None:
    answer = await turn(visitor, text="我想订饭", city="yuxi")
    assert answer.status_code == 200
    assert answer.json()["messages"][0]["card"]["kind"] == "place"
    [carried] = desk.turns
    assert (carried.channel, carried.turn_id, carried.city) == ("web", "t-1", "yuxi")
    assert carried.conversation.startswith("web-") and len(carried.conversation) >= 20
    assert carried.caller.person is None and carried.caller.phone is None


async def test_two_browsers_have_two_conversations(web: FastAPI, desk: ScriptedDesk) -> None:
    for _ in range(2):
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(web), base_url="http://page", headers={"origin": "http://page"}
        ) as http:
            await http.get("/")
            await turn(http, text="您好")
    assert desk.turns[0].conversation != desk.turns[1].conversation


async def test_a_forged_old_or_missing_cookie_opens_nothing(
    visitor: httpx.AsyncClient, desk: ScriptedDesk, clock: SettableClock
) -> None:
    good = visitor.cookies[sessions.COOKIE]
    header, claims, signature = good.split(".")
    for bad in ("", "x.y.z", f"{header}.{claims}.{signature[::-1]}", f"{header}.{claims[:-2]}AA.{signature}"):
        visitor.cookies.clear()
        visitor.cookies.set(sessions.COOKIE, bad)
        assert (await turn(visitor, text="您好")).status_code == 401
    visitor.cookies.clear()
    visitor.cookies.set(sessions.COOKIE, good)
    assert (await turn(visitor, text="您好")).status_code == 200
    clock.advance(sessions.LIFETIME + timedelta(seconds=1))
    assert (await turn(visitor, "t-2", text="您好")).json()["code"] == "no_session"
    assert len(desk.turns) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://elsewhere"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://page.elsewhere"}, 403),
        ({"origin": "http://page"}, 200),
    ],
)
async def test_only_the_page_itself_may_post(
    visitor: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await visitor.post("/chat/turns", json={"turn_id": "t-1", "text": "您好"}, headers=headers)
    assert answer.status_code == status


async def test_without_an_origin_the_browser_must_vouch(visitor: httpx.AsyncClient) -> None:
    del visitor.headers["origin"]
    assert (await turn(visitor, text="您好")).status_code == 403
    visitor.headers["sec-fetch-site"] = "same-origin"
    assert (await turn(visitor, text="您好")).status_code == 200


async def test_a_form_of_another_kind_is_refused(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post("/chat/turns", content=b"{}", headers={"content-type": "text/plain"})
    assert answer.status_code == 415


async def test_a_large_body_is_refused_before_it_is_read(
    visitor: httpx.AsyncClient, desk: ScriptedDesk
) -> None:
    answer = await turn(visitor, text="长" * MAX_BODY)
    assert answer.status_code == 413
    assert "一两句话" in answer.json()["message"]

    def endless() -> Iterator[bytes]:
        raise AssertionError("read")
        yield b""

    async def body() -> Any:
        for part in endless():
            yield part

    chunked = await visitor.post("/chat/turns", content=body(), headers={"content-type": "application/json"})
    assert chunked.status_code == 413
    assert not desk.turns


async def test_ten_thousand_characters_reach_the_desk(visitor: httpx.AsyncClient, desk: ScriptedDesk) -> None:
    assert (await turn(visitor, text="长" * 10_000)).status_code == 200
    assert len(desk.turns[0].text or "") == 10_000


@pytest.mark.parametrize(
    "body",
    [
        {"turn_id": "t-1"},
        {"turn_id": "t-1", "text": "您好", "digits": "1"},
        {"turn_id": "t-1", "event": "hangup"},
        {"turn_id": "t-1", "event": "location"},
        {"turn_id": "t-1", "event": "location", "location": {"lat": 91, "lng": 0}},
        {"turn_id": "../1", "text": "您好"},
        {"turn_id": "t-1", "text": "您好", "caller": {"phone": "13900001111"}},
    ],
)
async def test_what_is_no_turn_is_refused_in_mandarin(
    visitor: httpx.AsyncClient, desk: ScriptedDesk, body: dict[str, Any]
) -> None:
    answer = await visitor.post("/chat/turns", json=body)
    assert answer.status_code == 422
    assert answer.json()["message"] == "提交的内容不完整或格式不对。"
    assert not desk.turns


async def test_too_fast_is_told_kindly_and_help_is_never_used_up(
    visitor: httpx.AsyncClient, seconds: list[float]
) -> None:
    for number in range(limits.TURNS.burst):
        assert (await turn(visitor, f"t-{number}", text="您好")).status_code == 200
    refused = await turn(visitor, "t-x", text="您好")
    assert refused.status_code == 429
    assert "等一会儿" in refused.json()["message"] and "120" in refused.json()["message"]
    assert (await turn(visitor, "t-sos", event="sos")).status_code == 200
    seconds[0] += int(refused.headers["retry-after"])
    assert (await turn(visitor, "t-x", text="您好")).status_code == 200


async def test_an_address_has_its_own_measure(visitor: httpx.AsyncClient, desk: ScriptedDesk) -> None:
    answers = []
    for number in range(limits.TURNS_OF_ADDRESS.burst + 1):
        if number % limits.TURNS.burst == 0:
            assert (await visitor.post("/chat/session", json={})).status_code == 204
        answers.append((await turn(visitor, f"t-{number}", text="您好")).status_code)
    assert answers == [200] * limits.TURNS_OF_ADDRESS.burst + [429]


async def test_a_refusal_of_the_desk_is_passed_on(visitor: httpx.AsyncClient, desk: ScriptedDesk) -> None:
    def broken(turn: TurnIn) -> Response:
        return Response('{"code": "busy", "message": "现在很忙。"}', 503, media_type="application/json")

    desk.fault = broken
    answer = await turn(visitor, text="您好")
    assert (answer.status_code, answer.json()) == (503, {"code": "busy", "message": "现在很忙。"})


async def test_a_new_session_leaves_the_old_conversation(
    visitor: httpx.AsyncClient, desk: ScriptedDesk
) -> None:
    await turn(visitor, text="您好")
    await visitor.post("/chat/session", json={})
    await turn(visitor, text="您好")
    assert desk.turns[0].conversation != desk.turns[1].conversation


async def test_a_message_is_spoken_from_the_first_reply(
    visitor: httpx.AsyncClient, desk: ScriptedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: list[str] = []

    def wav(text: str, pace: float, cache: Path) -> bytes:
        spoken.append(text)
        return b"RIFF"

    monkeypatch.setattr(speaking, "wav", wav)
    await turn(visitor, text="我想订饭")
    answer = await visitor.get("/chat/speech", params={"turn": "t-1", "n": 1})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert spoken == ["要不要我帮您订一份？"]
    assert (await visitor.get("/chat/speech", params={"turn": "t-1", "n": 9})).status_code == 404


async def test_without_a_voice_it_says_so(
    visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(text: str, pace: float, cache: Path) -> bytes:
        raise speaking.NoVoice

    monkeypatch.setattr(speaking, "wav", silent)
    await turn(visitor, text="我想订饭")
    answer = await visitor.get("/chat/speech", params={"turn": "t-1", "n": 0})
    assert answer.status_code == 503
    assert answer.json()["message"] == "现在不能朗读，请看文字。"


def test_the_packaged_voice_makes_a_wav(tmp_path: Path) -> None:
    with wave.open(io.BytesIO(speaking.wav("您好。", 1.0, tmp_path))) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        assert 0.2 < sound.getnframes() / sound.getframerate() < 3


async def heard(site: str, cookie: str, count: int, **more: Any) -> list[tuple[str, str]]:
    """The first ``count`` words of the event stream: id and text."""
    found: list[tuple[str, str]] = []
    async with (
        httpx.AsyncClient(base_url=site, cookies={sessions.COOKIE: cookie}) as http,
        http.stream("GET", "/chat/events", **more) as stream,
    ):
        name = ""
        async for line in stream.aiter_lines():
            if line.startswith("id: "):
                name = line.removeprefix("id: ")
            elif line.startswith("data: {"):
                word = json.loads(line.removeprefix("data: "))
                found.append((name, word["reply"]["messages"][0]["text"]))
                if len(found) == count:
                    break
    return found


async def test_a_stream_that_was_lost_goes_on_where_it_was(site: str, desk: ScriptedDesk) -> None:
    async with httpx.AsyncClient(base_url=site, headers={"origin": site}) as http:
        await http.get("/")
        await turn(http, text="您好")
        cookie = http.cookies[sessions.COOKIE]
    for text in ("一", "二", "三"):
        desk.operator(desk.turns[0].conversation, text)
    assert await heard(site, cookie, 3) == [("operator-0", "一"), ("operator-1", "二"), ("operator-2", "三")]
    lost_after = {"headers": {"last-event-id": "operator-1"}, "params": {"after": "operator-0"}}
    assert await heard(site, cookie, 1, **lost_after) == [("operator-2", "三")]
    assert await heard(site, cookie, 2, params={"after": "operator-0"}) == [
        ("operator-1", "二"),
        ("operator-2", "三"),
    ]
