"""Tokens: who, what for, how long."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest

from assistant.kit import tokens
from assistant.kit.crypto import Keyring
from assistant.kit.errors import Unauthenticated
from tests.world import NOW

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("subject", sorted(tokens.SCOPES))
def test_a_token_opens_what_its_subject_may(keyring: Keyring, subject: str) -> None:
    who = tokens.read(keyring, tokens.issue(keyring, subject, NOW), NOW)
    assert (who.subject, who.scopes) == (subject, tokens.SCOPES[subject])


def test_no_channel_reads_orders_and_actions_send_no_notices() -> None:
    for subject, scopes in tokens.SCOPES.items():
        assert "orders" not in scopes or subject == "actions"
    assert "outbox" not in tokens.SCOPES["actions"]


def test_it_ends_by_the_clock_handed_in(keyring: Keyring) -> None:
    token = tokens.issue(keyring, "metrics", NOW)
    assert tokens.read(keyring, token, NOW + tokens.LIFETIME).subject == "metrics"
    with pytest.raises(Unauthenticated, match="过期"):
        tokens.read(keyring, token, NOW + tokens.LIFETIME + SECOND)


@pytest.mark.parametrize("subject", sorted(tokens.SCOPES))
def test_only_processes_of_ours_are_handed_a_fresh_one_and_only_in_time(
    keyring: Keyring, subject: str
) -> None:
    token, half = tokens.issue(keyring, subject, NOW), NOW + tokens.LIFETIME / 2
    assert tokens.renewed(keyring, tokens.read(keyring, token, half), half) is None
    fresh = tokens.renewed(keyring, tokens.read(keyring, token, half), half + SECOND)
    assert (fresh is None) == (subject in ("provider", "metrics"))
    if fresh is not None:
        assert tokens.read(keyring, fresh, NOW + tokens.LIFETIME + SECOND).subject == subject


def test_forgeries_are_refused(keyring: Keyring) -> None:
    claims = {"sub": "actions", "scope": "orders", "exp": int((NOW + SECOND).timestamp())}
    forged = [
        "",
        "not.a.token",
        tokens.issue(Keyring.fresh(), "actions", NOW),
        jwt.encode(claims, "", "none"),
        jwt.encode(claims | {"sub": None}, keyring.signing, tokens.ALGORITHM),
        jwt.encode({"sub": "actions", "scope": "orders"}, keyring.signing, tokens.ALGORITHM),
    ]
    for token in forged:
        with pytest.raises(Unauthenticated, match="无效"):
            tokens.read(keyring, token, NOW)


def test_nobody_unknown_gets_one(keyring: Keyring) -> None:
    with pytest.raises(KeyError):
        tokens.issue(keyring, "root", NOW)
