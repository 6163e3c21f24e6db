"""The names that the telephone listens for."""

from __future__ import annotations

from assistant.client import Client
from tests.world import World


async def test_streets_places_and_services_of_a_city(phone: Client, world: World) -> None:
    names = await phone.names()
    assert {"岳阳", "春晓食堂", "春晓服务队", "助浴"} <= set(names)
    assert len(names) == len(set(names))
    assert await phone.names("nowhere") == names, "of a city nobody knows: the installation's own"
