"""The telephone process: models loaded, lines opened, and a small door on loopback that tells how it is."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.client import Client
from channels.phone.hotline import Hotline
from channels.phone.legs.lines import open_lines
from channels.phone.senses import Senses
from channels.phone.settings import Settings

TRIAL: Final = "语音模型仅供试用：识别真人说话还不可靠，正式使用前请安装正式模型（docs/telephone.md）。"

log = structlog.get_logger(__name__)


def make_app(settings: Settings) -> Starlette:
    """The process as an application; its lifespan is the hotline's."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        # The lines are open at once: who rings meanwhile hears it ring until there are ears.
        lines = await open_lines(settings)
        senses = await Senses.load(settings.home, second_hearing=settings.second_hearing)
        client = Client(settings.api_url, settings.api_token)
        app.state.hotline = hotline = Hotline(settings, client, senses, lines)
        if senses.trial_model:
            log.warning("phone.trial_model", notice=TRIAL)
        hotline.start()
        # What lives as long as the process is no garbage: looking through it would stop all calls for half a second.
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            await hotline.close()
            await senses.close()
            await client.close()

    return Starlette(
        routes=[Route("/health", _health), Route("/metrics", _metrics)],
        lifespan=lifespan,
    )


async def _health(request: Request) -> Response:
    hotline: Hotline = request.app.state.hotline
    return JSONResponse(
        {
            "calls": hotline.active,
            "max_calls": hotline.settings.max_calls,
            "trial_model": hotline.senses.trial_model,
            "second_hearing": hotline.senses.second is not None,
        }
    )


async def _metrics(request: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
