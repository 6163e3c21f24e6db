"""All pages of the console under one router."""

from __future__ import annotations

from fastapi import APIRouter

from assistant.console import (
    auditing,
    batches,
    booking,
    catalogue,
    chat,
    checkins,
    entrance,
    figures,
    links,
    meals,
    phone,
    queues,
    seniors,
    single_sign_on,
    takeover,
)

router = APIRouter(prefix="/console", include_in_schema=False)
PARTS = (
    entrance,
    single_sign_on,
    seniors,
    checkins,
    links,
    booking,
    batches,
    meals,
    queues,
    takeover,
    phone,
    chat,
    catalogue,
    figures,
    auditing,
)
"""Modules with a router each."""
for part in PARTS:
    router.include_router(part.router)
