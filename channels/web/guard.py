"""What every answer carries and every change must prove: headers, origin, size, kind of body."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from assistant.client import Refused, ServiceDown
from channels.web.refusals import Refusal, not_json, not_understood, strange_origin, too_large

MAX_BODY: Final = 64 * 1024
"""Bytes. Well above ten thousand characters, which the desk answers with a kind sentence."""
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "geolocation=(self), camera=(), microphone=(), payment=()",
}


class Guarded(APIRoute):
    """A route of the page: checked before its body is read, answered with the page's headers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                if request.method == "POST":
                    check_post(request)
                response = await answer(request)
            except Refusal as refusal:
                response = refusal.response()
            except RequestValidationError:
                response = not_understood().response()
            except (Refused, ServiceDown) as error:
                response = JSONResponse({"code": error.code, "message": error.message}, error.status)
            response.headers.setdefault("cache-control", "no-store")
            response.headers.update(HEADERS)
            return response

        return guarded


def check_post(request: Request) -> None:
    """Only this page itself may post, and only a small JSON. Raises Refusal."""
    if not same_origin(request):
        raise strange_origin()
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise not_json()
    length = request.headers.get("content-length", "")
    # Without a length the size is only known when it is too late; no browser sends it so.
    if not length.isdecimal() or int(length) > MAX_BODY:
        raise too_large()


def same_origin(request: Request) -> bool:
    """Whether a page of this very address sent the request, as the browser vouches for it."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site") == "same-origin"
    return urlsplit(origin).netloc == request.headers.get("host")
