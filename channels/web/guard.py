"""What every change asked of the page's own door must prove, and what becomes of errors: JSON with a sentence."""

from __future__ import annotations

from typing import ClassVar, Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from assistant.client import Refused, ServiceDown
from assistant.kit.browser import GuardedRoute, own_origin, security_headers
from channels.web.refusals import Refusal, not_json, not_understood, strange_origin, too_large

MAX_BODY: Final = 64 * 1024
"""Bytes. Well above ten thousand characters, which the desk answers with a kind sentence."""


class Guarded(GuardedRoute):
    """A route of the page."""

    answer_headers: ClassVar[dict[str, str]] = security_headers(sounds=True, location=True)

    def check_post(self, request: Request) -> None:
        """Only this page itself may post, and only a small JSON. Raises Refusal."""
        own = own_origin(request)
        if own is None:
            # No token stands in a form here: the browser itself must vouch for the page.
            own = request.headers.get("sec-fetch-site") == "same-origin"
        if not own:
            raise strange_origin()
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise not_json()
        length = request.headers.get("content-length", "")
        # Without a length the size is only known when it is too late; no browser sends it so.
        if not length.isdecimal() or int(length) > MAX_BODY:
            raise too_large()

    def refusal(self, request: Request, error: Exception) -> Response | None:
        match error:
            case Refusal():
                return error.response()
            case RequestValidationError():
                return not_understood().response()
            case Refused() | ServiceDown():
                return JSONResponse({"code": error.code, "message": error.message}, error.status)
        return None
