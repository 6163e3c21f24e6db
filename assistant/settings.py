"""Settings of every process, read once from the environment (prefix ``YINLING_``)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an operator may change. Every port listens on loopback unless said otherwise."""

    model_config = SettingsConfigDict(env_prefix="YINLING_", extra="ignore")

    home: Path = ROOT / "var"
    """Folder for the database, keys, models and logs of this installation."""
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    """A real PostgreSQL; without it the embedded one in ``home/postgres`` is used."""
    key_file: Path | None = None
    """Keys for encryption and tokens; outside the database. Default ``home/keys.json``."""

    host: str = "127.0.0.1"
    """Address of the only public door (FastAPI). Put a TLS proxy in front before opening it."""
    port: int = 8000
    rasa_url: str = "http://127.0.0.1:5005"
    actions_url: str = "http://127.0.0.1:5055"
    api_url: str = "http://127.0.0.1:8000"
    """Where channels and actions find the API."""

    city: str = "yueyang"
    """The city this installation serves when a caller names none."""
    operator_hours: str = "08:00-18:00"
    """When people sit at the desk, China time; outside it a hand-off becomes a call-back."""
    rasa_timeout_s: float = 2.0
    """After this the desk answers without Rasa (docs/architecture.md, the turn)."""
    rasa_model: Path | None = None
    """Use this trained model instead of training one when the inputs changed (images are built so)."""
    log_level: str = "INFO"
    quiet_hours: str = "21:30-07:00"
    """No notices to families in these hours, China time, except emergencies."""
    outbound_calls: bool = False
    """Whether this installation rings people (check-ins, notices): it needs a trunk that lets it."""
    sms_url: str | None = None
    """An SMS gateway (docs/sms.md); without it nothing leaves by SMS."""
    sms_secret: str | None = None
    """Shared with the gateway; signs every request to it."""
    public_url: str = "http://127.0.0.1:8000"
    """Address under which browsers find this service; the provider of ``oidc_issuer`` sends them back there."""
    oidc_issuer: str | None = None
    """Identifier of an OpenID Connect provider whose accounts may sign in to the console (docs/console.md)."""
    oidc_client_id: str = "yinling"
    oidc_client_secret: str | None = None
    """None: a public client, protected by PKCE alone."""
    oidc_scope: str = "openid profile"
    oidc_role_claim: str = "roles"
    """Claim with the groups or roles of the provider; ``a.b`` is ``b`` within ``a``."""
    oidc_roles: dict[str, Literal["worker", "operator", "auditor", "administrator"]] = {}
    """Which of them is which role here, as JSON; who has none of these is not let in."""
    oidc_areas_claim: str = "areas"
    """Claim with what a worker covers: ``街道`` or ``街道/社区`` each."""
    telegram_token: str | None = Field(default=None, validation_alias="TELEGRAM_TOKEN")

    phone: bool = True
    """Answer the telephone (docs/telephone.md); false where another machine does."""

    @model_validator(mode="after")
    def _a_gateway_needs_its_secret(self) -> Self:
        if self.sms_url and not self.sms_secret:
            raise ValueError("YINLING_SMS_URL needs YINLING_SMS_SECRET")
        return self

    @property
    def keys(self) -> Path:
        return self.key_file or self.home / "keys.json"


@lru_cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
