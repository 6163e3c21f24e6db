"""Work shared out among processes."""

from __future__ import annotations

import os

from components.forked import all_of, forked


def test_results_come_in_the_order_of_the_items() -> None:
    assert forked(sum, [1, 2, 3, 4, 5], 2) == [3, 7, 5]


def test_what_cannot_be_sent_is_inherited() -> None:
    secret = lambda: 7  # noqa: E731
    assert all_of([lambda: secret() + 1, lambda: secret() + 2]) == [8, 9]


def test_other_processes_do_the_work() -> None:
    here = os.getpid()
    if len(os.sched_getaffinity(0)) > 1:
        assert here not in all_of([os.getpid, os.getpid])
