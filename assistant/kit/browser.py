"""Routes for browsers: what every answer carries, and how a request is known to come from our own page."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.routing import APIRoute


def security_headers(*, sounds: bool = False, location: bool = False) -> dict[str, str]:
    """Headers for pages that load nothing from elsewhere and are shown in no frame.

    Args:
        sounds: the page plays sounds of its own.
        location: the page may ask where the reader is.
    """
    sources = ["script-src", "style-src", "img-src", "connect-src", "form-action"]
    own = [f"{source} 'self'" for source in [*sources, *(["media-src"] if sounds else [])]]
    policy = ["default-src 'none'", *own, "base-uri 'none'", "frame-ancestors 'none'"]
    place = "(self)" if location else "()"
    return {
        "content-security-policy": "; ".join(policy),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": f"geolocation={place}, camera=(), microphone=(), payment=()",
    }


def own_origin(request: Request) -> bool | None:
    """Whether a page of this very address sent the request; None where the browser names no origin."""
    origin = request.headers.get("origin")
    return None if origin is None else urlsplit(origin).netloc == request.headers.get("host")


class GuardedRoute(APIRoute):
    """A route whose POSTs are checked before their body is read, and whose errors become answers."""

    answer_headers: ClassVar[dict[str, str]]
    """Stand on every answer."""

    def check_post(self, request: Request) -> None:
        """Raises what ``refusal`` answers."""
        raise NotImplementedError

    def refusal(self, request: Request, error: Exception) -> Response | None:
        """The answer to an error; None for one that is none of this route's."""
        raise NotImplementedError

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                if request.method == "POST":
                    self.check_post(request)
                response = await answer(request)
            except Exception as error:
                refused = self.refusal(request, error)
                if refused is None:
                    raise
                response = refused
            # A page of personal data is kept in no cache, unless a route says otherwise.
            response.headers.setdefault("cache-control", "no-store")
            response.headers.update(self.answer_headers)
            return response

        return guarded
