"""What every answer of the console carries, and what every request must be: headers, origin, size."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from assistant.console import pages
from assistant.kit.errors import Forbidden, Invalid, Unauthenticated, YinlingError

MAX_BODY: Final = 21_000_000
"""Bytes: a workbook of the largest size that is read, and the form around it."""
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
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
    "permissions-policy": "geolocation=(), camera=(), microphone=(), payment=()",
}
SIGN_IN: Final = "/console/sign-in"


class Guarded(APIRoute):
    """A route of the console: checked before its body is read; errors become pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                if request.method == "POST":
                    _check_post(request)
                response = await answer(request)
            except Unauthenticated as error:
                response = _sign_in(request, error)
            except RequestValidationError:
                response = pages.problem(request, Invalid("填写的内容不完整或格式不对，请检查后再提交。"))
            except YinlingError as error:
                response = pages.problem(request, error)
            response.headers.setdefault("cache-control", "no-store")
            response.headers.update(HEADERS)
            return response

        return guarded


def _check_post(request: Request) -> None:
    """Only a page of this very address may post, and nothing huge. Raises Forbidden or Invalid."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("这个请求不是从本系统的页面发出的。")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("这个请求不是从本系统的页面发出的。")
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MAX_BODY or "transfer-encoding" in request.headers:
        raise Invalid("提交的文件太大了，请分成几份。")


def _sign_in(request: Request, error: Unauthenticated) -> Response:
    if pages.partial(request):
        return Response(status_code=error.status, headers={"hx-redirect": SIGN_IN})
    if request.method != "GET" or "text/event-stream" in request.headers.get("accept", ""):
        return pages.problem(request, error)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{SIGN_IN}?next={quote(wanted)}", status_code=303)
