"""Settings of the Telegram channel, read from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT: Final = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """What an operator may change; see docs/telegram.md."""

    model_config = SettingsConfigDict(env_prefix="YINLING_TELEGRAM_", extra="ignore")

    token: str | None = Field(default=None, validation_alias="TELEGRAM_TOKEN")
    """Token of the bot, from @BotFather. Without it this channel does not run."""
    api_url: str = Field(default="http://127.0.0.1:8000", validation_alias="YINLING_API_URL")
    api_token: str = Field(default="", validation_alias="YINLING_API_TOKEN")
    """Token of this process at the API, subject ``channel:telegram``."""
    base_url: str = "https://api.telegram.org"
    """Where the Bot API is: Telegram's own, or a server of one's own."""

    webhook_url: str | None = None
    """Public HTTPS address to which Telegram sends updates; without it they are polled."""
    webhook_secret: str | None = None
    """Telegram repeats it with every update; anything without it is turned away."""
    webhook_listen: str = "127.0.0.1"
    webhook_port: int = 8443

    rate: float = Field(default=20.0, gt=0)
    """Notices a second; Telegram allows 30 messages a second in all, replies need the rest."""
    home: Path = Field(default=ROOT / "var", validation_alias="YINLING_HOME")
    """Folder of this installation; the models of the recogniser are in ``speech``."""
    voice: bool = True
    """Hear voice messages; false saves the memory of the recogniser's models."""
    log_level: str = Field(default="INFO", validation_alias="YINLING_LOG_LEVEL")

    @model_validator(mode="after")
    def _webhook_needs_a_secret(self) -> Self:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("YINLING_TELEGRAM_WEBHOOK_URL needs YINLING_TELEGRAM_WEBHOOK_SECRET")
        return self
