"""The limit of calls a source; what the kernel drops is tested with the SIP line."""

from __future__ import annotations

from channels.phone.legs.sources import InviteLimit


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_each_source_has_its_own_ten_seconds() -> None:
    time = Time()
    limit = InviteLimit(2, time)
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]
    assert limit.allows("b")
    time.now = 9.9
    assert not limit.allows("a")
    time.now = 10.1
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]


def test_many_sources_are_not_remembered_for_ever() -> None:
    limit = InviteLimit(1, Time())
    for number in range(InviteLimit.MOST_SOURCES + 100):
        assert limit.allows(str(number))
    assert len(limit._recent) == InviteLimit.MOST_SOURCES
