"""What every request to the console must be, and what becomes of its errors: pages, or the way to sign in."""

from __future__ import annotations

from typing import ClassVar, Final
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse

from assistant.console import pages
from assistant.kit.browser import GuardedRoute, own_origin, security_headers
from assistant.kit.errors import Forbidden, Invalid, Unauthenticated, YinlingError

MAX_BODY: Final = 21_000_000
"""Bytes: a workbook of the largest size that is read, and the form around it."""
SIGN_IN: Final = "/console/sign-in"


class Guarded(GuardedRoute):
    """A route of the console."""

    answer_headers: ClassVar[dict[str, str]] = security_headers()

    def check_post(self, request: Request) -> None:
        """Only a page of this very address may post, and nothing huge. Raises Forbidden or Invalid."""
        site = request.headers.get("sec-fetch-site", "same-origin")
        if own_origin(request) is False or site not in ("same-origin", "none"):
            raise Forbidden("这个请求不是从本系统的页面发出的。")
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY or "transfer-encoding" in request.headers:
            raise Invalid("提交的文件太大了，请分成几份。")

    def refusal(self, request: Request, error: Exception) -> Response | None:
        match error:
            case Unauthenticated():
                return _sign_in(request, error)
            case RequestValidationError():
                return pages.problem(request, Invalid("填写的内容不完整或格式不对，请检查后再提交。"))
            case YinlingError():
                return pages.problem(request, error)
        return None


def _sign_in(request: Request, error: Unauthenticated) -> Response:
    if pages.partial(request):
        return Response(status_code=error.status, headers={"hx-redirect": SIGN_IN})
    if request.method != "GET" or "text/event-stream" in request.headers.get("accept", ""):
        return pages.problem(request, error)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{SIGN_IN}?next={quote(wanted)}", status_code=303)
