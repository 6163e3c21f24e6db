"""What the benchmark makes of what its callers heard."""

from __future__ import annotations

from channels.phone.bench import BargeIn


def test_we_are_heard_on_from_the_first_recognised_character_to_the_last_packet() -> None:
    one = BargeIn(10.0, 12.0, heard=(10.02, 10.5, 10.74))
    assert round(one.stopped_ms) == 760
    assert round(one.after_word_ms([3.0, 10.7, 15.0]) or 0) == 40
    assert one.after_word_ms([10.9]) == 0, "we had stopped, or said nothing, by then"
    assert one.after_word_ms([9.9, 12.1]) is None, "words of other sentences"
