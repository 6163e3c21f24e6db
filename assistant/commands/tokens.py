"""``yinling token SUBJECT``: a token for a process or a provider."""

from __future__ import annotations

import sys

from rich.console import Console

from assistant.kit import tokens
from assistant.kit.clock import SystemClock
from assistant.kit.crypto import Keyring
from assistant.settings import Settings, settings


def issue(subject: str, config: Settings | None = None) -> int:
    """Print a token on standard output, alone, so that it can be piped. Exit code 2: no such subject."""
    if subject not in tokens.SCOPES:
        Console(stderr=True).print(f"没有“{subject}”这一种，可以用：{'、'.join(tokens.SCOPES)}", markup=False)
        return 2
    keyring = Keyring.load_or_create((config or settings()).keys)
    sys.stdout.write(tokens.issue(keyring, subject, SystemClock().now()) + "\n")
    return 0
