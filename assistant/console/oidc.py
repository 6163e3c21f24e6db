"""OpenID Connect (Core 1.0, Discovery 1.0) as a relying party: authorization code with PKCE (RFC 7636).

Knows the protocol and nothing of accounts. The provider is trusted for who somebody is, never for where to
send a browser: addresses come from its discovery document alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import jwt
from jwt import PyJWK, PyJWKSet

from assistant.kit.errors import YinlingError
from assistant.kit.logging import log

TIMEOUT_S: Final = 5.0
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Of identity tokens; never ``none``, never one whose key the client knows."""
LEEWAY: Final = timedelta(seconds=60)
"""By how much the clocks of two machines may differ."""
REFETCH: Final = timedelta(minutes=1)
"""Keys are not asked for more often than this, however many tokens name one that is not known."""
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class ProviderDown(YinlingError):
    """The provider does not answer, or not as the protocol wants."""

    status = 502
    code = "oidc_provider_down"
    message = "单位账号系统暂时连不上，请稍后再试，或者用本系统的账号登录。"


class NotProven(YinlingError):
    """What came back does not prove who somebody is. The log says what was wrong, the page does not."""

    status = 401
    code = "oidc_not_proven"
    message = "单位账号没有登录成功，请再试一次。"

    def __init__(self, why: str) -> None:
        super().__init__()
        log.warning("oidc_not_proven", why=why)


@dataclass(frozen=True)
class Attempt:
    """What must be remembered between leaving for the provider and coming back."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        """S256 of the verifier."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True)
class Endpoints:
    """As much of the discovery document as is used."""

    authorization: str
    token: str
    keys: str
    end: str | None = None
    """Where a browser is signed out there; None: the provider has no such place."""


class Provider:
    """One provider, and this service as its client.

    Args:
        issuer: its identifier; HTTPS, except on this machine.
        secret: None for a public client, which PKCE alone protects.
        redirect: address of this service to come back to, as registered with the provider.
    """

    def __init__(self, issuer: str, client_id: str, secret: str | None, redirect: str, scope: str) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self._secret = secret
        self._redirect = redirect
        self._scope = scope
        self._endpoints: Endpoints | None = None
        self._keys: PyJWKSet | None = None
        self._fetched_at: datetime | None = None

    async def leave(self, attempt: Attempt) -> str:
        """The address to send the browser to. Raises ProviderDown."""
        endpoints = await self._discovered()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self._redirect,
            "scope": self._scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in endpoints.authorization else "?"
        return f"{endpoints.authorization}{joint}{urlencode(asked)}"

    async def leave_for_good(self, back: str) -> str | None:
        """The address that signs a browser out at the provider (RP-Initiated Logout 1.0), which then sends it to
        ``back``, as registered there; None where it cannot. No identity token is kept here to hint with, so that
        some providers ask first. Raises ProviderDown."""
        endpoints = await self._discovered()
        if endpoints.end is None:
            return None
        asked = {"client_id": self.client_id, "post_logout_redirect_uri": back}
        joint = "&" if "?" in endpoints.end else "?"
        return f"{endpoints.end}{joint}{urlencode(asked)}"

    async def claims(self, now: datetime, attempt: Attempt, code: str) -> dict[str, Any]:
        """Who came back with ``code``: the claims of a proven identity token.

        Raises:
            NotProven: the code or the token is not good.
            ProviderDown.
        """
        endpoints = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": attempt.verifier,
        }
        if self._secret is None:
            form["client_id"] = self.client_id
        auth = None if self._secret is None else httpx.BasicAuth(self.client_id, self._secret)
        answer = await self._ask("POST", endpoints.token, data=form, auth=auth)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotProven(str(answer.get("error", "no id_token"))[:60])
        return await self._read(now, attempt, token)

    async def _read(self, now: datetime, attempt: Attempt, token: str) -> dict[str, Any]:
        """OpenID Connect Core 1.0, section 3.1.3.7."""
        try:
            head = jwt.get_unverified_header(token)
            key = await self._key(now, head.get("kid"))
            if head.get("alg") not in ALGORITHMS:
                raise NotProven("algorithm")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                [str(head["alg"])],
                audience=self.client_id,
                issuer=self.issuer,
                # Times are judged by the injected clock, not by the machine's.
                options={
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                    "require": ["iss", "aud", "exp", "iat", "sub"],
                },
            )
        except jwt.InvalidTokenError as error:
            raise NotProven(type(error).__name__) from error
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self.client_id:
            raise NotProven("azp")
        at = now.timestamp()
        if not claims["iat"] - LEEWAY.total_seconds() <= at < claims["exp"] + LEEWAY.total_seconds():
            raise NotProven("time")
        if not hmac.compare_digest(str(claims.get("nonce", "")), attempt.nonce):
            raise NotProven("nonce")
        return claims

    async def _key(self, now: datetime, kid: str | None) -> PyJWK:
        """The key of that name; asked for anew when it is not known, since providers change theirs."""
        for _ in range(2):
            found = [
                key
                for key in (self._keys.keys if self._keys else [])
                if key.public_key_use in (None, "sig") and kid in (None, key.key_id)
            ]
            if len(found) == 1:
                return found[0]
            if self._fetched_at is not None and now - self._fetched_at < REFETCH:
                break
            self._fetched_at = now
            try:
                self._keys = PyJWKSet.from_dict(await self._ask("GET", (await self._discovered()).keys))
            except jwt.PyJWTError as error:
                raise ProviderDown() from error
        raise NotProven("key")

    async def _discovered(self) -> Endpoints:
        if self._endpoints is None:
            told = await self._ask("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if told.get("issuer") != self.issuer or not all(_safe(told.get(name)) for name in names):
                log.error("oidc_discovery_refused")
                raise ProviderDown()
            end = str(told["end_session_endpoint"]) if _safe(told.get("end_session_endpoint")) else None
            authorization, token, keys = (str(told[name]) for name in names)
            self._endpoints = Endpoints(authorization, token, keys, end)
        return self._endpoints

    async def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S) as http:
                answer = await http.request(method, url, headers={"accept": "application/json"}, **more)
            body = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            log.warning("oidc_provider_down", error=type(error).__name__)
            raise ProviderDown() from error
        if answer.status_code >= 500 or not isinstance(body, dict):
            log.warning("oidc_provider_down", status=answer.status_code)
            raise ProviderDown()
        return body


def _safe(url: object) -> bool:
    """HTTPS; plain HTTP on this machine only."""
    parts = urlsplit(str(url or ""))
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def check_issuer(issuer: str) -> str:
    """Raises ValueError for an issuer whose answers anybody on the way could change."""
    if not _safe(issuer):
        raise ValueError("YINLING_OIDC_ISSUER must be an https address")
    return issuer
