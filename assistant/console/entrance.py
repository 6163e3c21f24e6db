"""Signing in and out, the first page, and the files of the pages."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.staticfiles import StaticFiles

from assistant.console import accounts, pages, sessions
from assistant.console.access import Home
from assistant.console.guard import Guarded
from assistant.kit import audit
from assistant.kit.actor import Actor
from assistant.kit.api import ClockDep, SessionDep, context

OPEN: Final = frozenset(
    {
        "/console/sign-in",
        "/console/static/{path:path}",
        "/console/oidc/start",
        "/console/oidc/callback",
        "/console/oidc/end",
    }
)
"""The only routes for people who have not signed in."""

router = APIRouter(route_class=Guarded)
static = StaticFiles(directory=pages.HERE / "static")


@router.get("/static/{path:path}")
async def asset(request: Request, path: str) -> Response:
    """Scripts and styles: they tell nothing of anybody."""
    response = await static.get_response(path, request.scope)
    response.headers["cache-control"] = "no-cache"
    return response


@router.get("/sign-in")
async def sign_in_page(request: Request, next: str = "") -> Response:
    return page(request, next=next)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    session: SessionDep,
    clock: ClockDep,
    username: Annotated[str, Form(max_length=40)],
    password: Annotated[str, Form(max_length=200)],
    code: Annotated[str, Form(max_length=10)],
    next: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    now = clock.now()
    found = await accounts.check(session, now, username.strip(), password, code)
    if isinstance(found, accounts.SignInRefused):
        return page(request, found.status, message=found.message, next=next, username=username)
    response = pages.go(request, own(next))
    await sessions.begin(session, now, found, request, response)
    actor = Actor(kind="worker", channel="console", person_id=found.id)
    audit.record(session, now, actor, "account.signed_in", f"account:{found.id}")
    return response


def page(
    request: Request, status: int = 200, *, message: str = "", next: str = "", username: str = ""
) -> Response:
    """The page to sign in on."""
    shared = context(request).settings.oidc_issuer is not None
    shown = {"message": message, "next": next, "username": username, "shared": shared}
    return pages.open_page(request, "sign_in.html", status, **shown)


def refused(request: Request, status: int, message: str) -> Response:
    """The page again, with why somebody could not sign in."""
    return page(request, status, message=message)


def own(path: str) -> str:
    """A path of the console; anything else would lead a signed-in person away."""
    inside = path.startswith("/console/") and "\\" not in path and "//" not in path
    return path if inside else "/console/"


@router.post("/sign-out")
async def sign_out(request: Request, visit: Home) -> Response:
    audit.record(visit.session, visit.now, visit.actor, "account.signed_out", f"account:{visit.account.id}")
    await sessions.end(visit.session, request)
    shared = visit.account.subject is not None and context(request).settings.oidc_issuer is not None
    response = pages.go(request, "/console/oidc/end" if shared else "/console/sign-in")
    response.delete_cookie(sessions.COOKIE, path=sessions.PATH)
    return response


@router.get("/")
async def first(request: Request, visit: Home) -> Response:
    """Where the work is: the queues, or the audit."""
    return pages.go(request, "/console/audit" if not visit.may("queues") else "/console/queues")
