"""Accounts: made on the command line, proved by password and one-time code, locked after failures."""

from __future__ import annotations

import getpass
import hmac
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.console.models import Account, Role
from assistant.kit import audit
from assistant.kit.actor import SYSTEM, Actor
from assistant.kit.errors import Conflict, Invalid
from assistant.people.coverage import WorkerArea

FAILURES: Final = 5
"""Failed sign-ins in a row after which an account is locked."""
LOCKED: Final = timedelta(minutes=15)
SHORTEST: Final = 10
"""Characters of a password (NIST SP 800-63B asks for 8; the pages show personal data)."""
STEP_S: Final = 30
"""Seconds of one one-time code (RFC 6238)."""
DRIFT: Final = 1
"""Codes before and after the current one that are taken: clocks differ."""
ISSUER: Final = "银铃"

_hasher = PasswordHasher()


class SignInRefused(Invalid):
    """Wrong name, password or code: which of them is not told."""

    status = 401
    code = "sign_in_refused"
    message = "用户名、密码或动态码不对，请再试一次。"


class Locked(Invalid):
    """Too many failures."""

    status = 429
    code = "account_locked"
    message = "连续输错太多次，这个账号先锁定一会儿，请15分钟后再试。"


def parse_area(said: str) -> tuple[str, str | None]:
    """``街道`` or ``街道/社区`` as it stands on the command line. Raises Invalid."""
    street, _, community = said.partition("/")
    if not street.strip() or ("/" in said and not community.strip()):
        raise Invalid(f"“{said}”请写成 街道 或 街道/社区。")
    return street.strip(), community.strip() or None


async def add_account(
    session: AsyncSession,
    now: datetime,
    username: str,
    *,
    role: Role,
    city: str,
    areas: Sequence[str] = (),
    display_name: str | None = None,
    password: str | None = None,
    say: Callable[[str], None] = print,
) -> Account:
    """Make an account; asks twice for a password and prints the URI for the authenticator app, once.

    Args:
        city: code of the city.
        areas: ``街道`` or ``街道/社区`` each; a worker needs at least one, others cover the whole city.
        password: only where nobody sits at a terminal (tests); there is no default one.

    Raises:
        Conflict: the name is taken.
        Invalid: a worker without area, an area that is none, or a short password.
    """
    if role == "worker" and not areas:
        raise Invalid("社区工作人员要写明负责的街道或社区（--community 街道/社区）。")
    places: list[tuple[str | None, str | None]] = [*map(parse_area, areas)] or [(None, None)]
    if await by_name(session, username) is not None:
        raise Conflict(f"用户名 {username} 已经有了。")
    secret = pyotp.random_base32()
    account = Account(
        id=uuid.uuid4(),
        username=username,
        display_name=display_name or username,
        password_hash=hash_password(password if password is not None else _ask_password()),
        totp_secret=secret,
        role=role,
        city_code=city,
        created_at=now,
    )
    session.add(account)
    if role != "auditor":
        session.add_all(
            WorkerArea(worker_id=account.id, city_code=city, street=street, community=community)
            for street, community in places
        )
    audit.record(session, now, SYSTEM, "account.created", f"account:{account.id}", role=role)
    await session.flush()
    say("请把下面的链接加到验证器应用里（只显示这一次）：")
    say(pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER))
    return account


def _ask_password() -> str:
    first = getpass.getpass("新密码：")
    if first != getpass.getpass("再输一遍："):
        raise Invalid("两次输入的密码不一样。")
    return first


def hash_password(password: str) -> str:
    """Raises Invalid for a short one."""
    if len(password) < SHORTEST:
        raise Invalid(f"密码至少要{SHORTEST}个字符。")
    return _hasher.hash(password)


async def by_name(session: AsyncSession, username: str, *, lock: bool = False) -> Account | None:
    found = select(Account).where(Account.username == username)
    return await session.scalar(found.with_for_update() if lock else found)


async def check(
    session: AsyncSession, now: datetime, username: str, password: str, code: str
) -> Account | SignInRefused:
    """The account behind a name, a password and a one-time code, or why not.

    A refusal is returned, not raised, so that the count of failures is kept when the transaction ends.
    Blocks for some 50 ms, by design of the hash.
    """
    account = await by_name(session, username, lock=True)
    if account is not None and account.locked_until is not None and account.locked_until > now:
        return _refused(Locked)
    proven = _password_fits(account.password_hash if account else _nobody(), password)
    step = _code_step(account, code, now) if account else None
    if account is None or not proven or step is None:
        if account is not None:
            _count_failure(session, now, account)
        return SignInRefused()
    account.failed, account.locked_until, account.totp_step = 0, None, step
    return account


def _refused(kind: type[Locked]) -> SignInRefused:
    locked = kind()
    refusal = SignInRefused(locked.message)
    refusal.status, refusal.code = locked.status, locked.code
    return refusal


def _password_fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@lru_cache
def _nobody() -> str:
    """A hash that takes as long to check as a real one: time does not tell which names there are."""
    return _hasher.hash(uuid.uuid4().hex)


def _code_step(account: Account, code: str, now: datetime) -> int | None:
    """The step a code belongs to, later than the last one used; None when it fits none."""
    totp, current = pyotp.TOTP(account.totp_secret, interval=STEP_S), int(now.timestamp()) // STEP_S
    for step in range(current - DRIFT, current + DRIFT + 1):
        if step > account.totp_step and hmac.compare_digest(totp.at(step * STEP_S), code.strip()):
            return step
    return None


def _count_failure(session: AsyncSession, now: datetime, account: Account) -> None:
    account.failed += 1
    who = Actor(kind="worker", channel="console", person_id=account.id)
    if account.failed >= FAILURES:
        account.failed, account.locked_until = 0, now + LOCKED
        audit.record(session, now, who, "account.locked", f"account:{account.id}")
    else:
        audit.record(session, now, who, "account.refused", f"account:{account.id}")
