"""Signing in with the account of one's organisation: the provider says who, its claims say what they may.

Beside it local accounts go on working. Nobody gets a local account's rights by bearing its name: who comes
from the provider has an account of their own, known by issuer and subject alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import pyotp
from cryptography.exceptions import InvalidTag
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.console import entrance, oidc, pages, sessions
from assistant.console.accounts import parse_area
from assistant.console.guard import Guarded
from assistant.console.models import Account, ConsoleSession, Role
from assistant.console.oidc import Attempt, NotProven, Provider
from assistant.kit import audit
from assistant.kit.actor import Actor
from assistant.kit.api import ClockDep, SessionDep, context
from assistant.kit.errors import Forbidden, NotFound, YinlingError
from assistant.people.coverage import WorkerArea
from assistant.settings import Settings

COOKIE: Final = "yinling_sign_in"
PATH: Final = "/console/oidc"
PATIENCE: Final = timedelta(minutes=10)
"""How long somebody may take at the provider."""
STRONGEST: Final[tuple[Role, ...]] = ("administrator", "operator", "worker", "auditor")
"""Of several roles that the claims give, the first of these counts."""

router = APIRouter(prefix="/oidc", route_class=Guarded)


class NotAdmitted(Forbidden):
    """The provider knows them; this console has no place for them."""

    code = "not_admitted"
    message = "您的单位账号还没有开通工作台，请联系管理员。"


@router.get("/start")
async def start(request: Request, clock: ClockDep, next: str = "") -> Response:
    """Off to the provider."""
    attempt = Attempt()
    try:
        response = RedirectResponse(await _provider(request).leave(attempt), status_code=303)
    except oidc.ProviderDown as error:
        return _refused(request, error)
    kept = [attempt.state, attempt.nonce, attempt.verifier, next, clock.now().timestamp()]
    sealed = context(request).keyring.encrypt(json.dumps(kept))
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(sealed).decode(),
        path=PATH,
        max_age=int(PATIENCE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


@router.get("/callback")
async def callback(
    request: Request, session: SessionDep, clock: ClockDep, state: str = "", code: str = "", iss: str = ""
) -> Response:
    """Back from the provider. Without a code, somebody changed their mind or was turned away there."""
    provider, now = _provider(request), clock.now()
    try:
        attempt, wanted = _attempt(request, now)
        if not hmac.compare_digest(state.encode(), attempt.state.encode()):
            raise NotProven("state")
        # RFC 9207: an answer of another provider is not taken for this one's.
        if not code or (iss and iss != provider.issuer):
            raise NotProven("issuer" if code else "no code")
        claims = await provider.claims(now, attempt, code)
        account = await admit(session, now, context(request).settings, claims)
    except YinlingError as error:
        return _refused(request, error)
    response = pages.go(request, entrance.own(wanted))
    response.delete_cookie(COOKIE, path=PATH)
    await sessions.begin(session, now, account, request, response)
    actor = Actor(kind="worker", channel="console", person_id=account.id)
    audit.record(session, now, actor, "account.signed_in", f"account:{account.id}", by="oidc")
    return response


@router.get("/end")
async def end(request: Request) -> Response:
    """Signed out here; on to the provider, to be signed out there too. By a page of ours, since browsers follow a
    form to no other place than this (``form-action``)."""
    response = entrance.page(request)
    try:
        home = f"{context(request).settings.public_url.rstrip('/')}/console/sign-in"
        there = await _provider(request).leave_for_good(home)
    except oidc.ProviderDown:
        there = None
    if there is not None:
        response.headers["refresh"] = f"0; url={there}"
    return response


def _provider(request: Request) -> Provider:
    """The provider of this installation; kept, with its keys. Raises NotFound where there is none."""
    settings = context(request).settings
    if not settings.oidc_issuer:
        raise NotFound()
    found: Provider | None = getattr(request.app.state, "oidc", None)
    if found is None:
        found = Provider(
            oidc.check_issuer(settings.oidc_issuer),
            settings.oidc_client_id,
            settings.oidc_client_secret,
            f"{settings.public_url.rstrip('/')}{PATH}/callback",
            settings.oidc_scope,
        )
        request.app.state.oidc = found
    return found


def _attempt(request: Request, now: datetime) -> tuple[Attempt, str]:
    """What this browser left with, and which page it wanted. Raises NotProven."""
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(COOKIE, ""))
        state, nonce, verifier, wanted, left = json.loads(context(request).keyring.decrypt(sealed))
    except (ValueError, InvalidTag) as error:
        raise NotProven("cookie") from error
    if now.timestamp() - left > PATIENCE.total_seconds():
        raise NotProven("too late")
    return Attempt(state, nonce, verifier), wanted


def _refused(request: Request, error: YinlingError) -> Response:
    return entrance.refused(request, error.status, error.message)


# --- accounts ---


async def admit(session: AsyncSession, now: datetime, settings: Settings, claims: dict[str, Any]) -> Account:
    """The account of who came; made at the first time, brought up to date with the claims at every.

    Raises:
        NotAdmitted: the claims give no role here, or a worker no part of the map; they are signed out
            everywhere, too.
    """
    role = _role(settings, claims)
    areas = [str(one) for one in _listed(claims, settings.oidc_areas_claim)]
    subject = hashlib.sha256(f"{claims['iss']}\x00{claims['sub']}".encode()).hexdigest()
    account = await session.scalar(select(Account).where(Account.subject == subject).with_for_update())
    if role is None or (role == "worker" and not areas):
        if account is not None:
            await session.execute(delete(ConsoleSession).where(ConsoleSession.account_id == account.id))
        raise NotAdmitted()
    if account is None:
        account = Account(
            id=uuid.uuid4(),
            username=f"oidc-{subject[:16]}",
            subject=subject,
            # No password has this hash: the provider alone lets them in.
            password_hash="",
            totp_secret=pyotp.random_base32(),
            city_code=settings.city,
            created_at=now,
        )
        session.add(account)
    account.display_name = str(claims.get("name") or claims.get("preferred_username") or "同事")[:20]
    account.role = role
    await session.flush()
    await _cover(session, account, areas if role == "worker" else [])
    return account


def _role(settings: Settings, claims: dict[str, Any]) -> Role | None:
    given = {settings.oidc_roles.get(str(value)) for value in _listed(claims, settings.oidc_role_claim)}
    return next((role for role in STRONGEST if role in given), None)


def _listed(claims: dict[str, Any], path: str) -> Sequence[Any]:
    """The values of a claim; ``a.b`` is ``b`` within ``a`` (Keycloak: ``realm_access.roles``)."""
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, list) else [] if found is None else [found]


async def _cover(session: AsyncSession, account: Account, areas: Sequence[str]) -> None:
    """What an account covers, as the claims have it now; without areas the whole city, an auditor nothing."""
    await session.execute(delete(WorkerArea).where(WorkerArea.worker_id == account.id))
    places: list[tuple[str | None, str | None]] = [parse_area(one) for one in areas] or [(None, None)]
    if account.role != "auditor":
        session.add_all(
            WorkerArea(worker_id=account.id, city_code=account.city_code, street=street, community=community)
            for street, community in places
        )
