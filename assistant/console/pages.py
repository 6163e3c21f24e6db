"""Rendering: templates with everything escaped, whole pages and parts of them, problems."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from assistant.console import words
from assistant.kit.errors import YinlingError

if TYPE_CHECKING:
    from assistant.console.access import Visit

HERE: Final = Path(__file__).parent
ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters |= {
    "say": words.say,
    "day": words.day,
    "clock": words.clock,
    "moment": words.moment,
    "second": words.second,
    "phone": words.phone,
    "yuan": words.yuan,
    "who": words.who,
    "minutes": words.minutes,
}
TEMPLATES: Final = Jinja2Templates(env=ENVIRONMENT)


def partial(request: Request) -> bool:
    """Whether HTMX asks for a part of a page."""
    return request.headers.get("hx-request") == "true"


def show(request: Request, visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
    """A page, or a part of one, for somebody who has signed in."""
    return TEMPLATES.TemplateResponse(request, template, {"visit": visit, **values}, status_code=status)


def open_page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page for anybody."""
    return TEMPLATES.TemplateResponse(request, template, {"visit": None, **values}, status_code=status)


def problem(request: Request, error: YinlingError) -> Response:
    """What went wrong, as a page or, for HTMX, as a line."""
    template = "problem_line.html" if partial(request) else "problem.html"
    return open_page(request, template, error.status, message=error.message)


def go(request: Request, path: str) -> Response:
    """To another page after a change."""
    if partial(request):
        return Response(status_code=204, headers={"hx-redirect": path})
    return RedirectResponse(path, status_code=303)
