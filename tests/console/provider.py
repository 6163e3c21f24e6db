"""A local OpenID Connect provider: discovery, authorization code with PKCE, keys that change; over real HTTP.

It checks what a real one checks (client, redirect address, S256, one use of a code) and can be told to lie.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from assistant.kit.clock import Clock

CLIENT = "yinling-console"
SECRET = "made-up-client-secret"  # noqa: S105


@cache
def key(number: int) -> rsa.RSAPrivateKey:
    """The key of that number; making one takes a while, so that all tests have the same few."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """State of the provider; ``person`` is who sits at the browser."""

    clock: Clock
    redirect: str
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "u-1", "name": "王小明"})
    issuer: str = ""
    lies: dict[str, Any] = field(default_factory=dict)
    """Claims of the next tokens that are not as they should be."""
    forge: rsa.RSAPrivateKey | None = None
    """Sign with this key, which nobody knows."""
    algorithm: str = "RS256"
    broken: bool = False
    end: str | None = None
    """Where browsers are signed out."""
    asked: list[str] = field(default_factory=list)
    """Paths in the order in which they were asked for."""

    def __post_init__(self) -> None:
        self._codes: dict[str, dict[str, str]] = {}
        self._keys_made = 0
        self.rotate()

    def rotate(self) -> None:
        """New keys under a new name; the old ones are gone."""
        self._keys_made += 1
        self._key, self._kid = key(self._keys_made), secrets.token_hex(4)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    async def _discovery(self, request: Request) -> Response:
        self.asked.append("discovery")
        if self.broken:
            return Response("no", 503)
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                **({"end_session_endpoint": self.end} if self.end else {}),
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        right = (
            asked.get("response_type") == "code"
            and asked.get("client_id") == CLIENT
            and asked.get("redirect_uri") == self.redirect
            and asked.get("code_challenge_method") == "S256"
            and "openid" in asked.get("scope", "").split()
        )
        if not right:
            return Response("bad request", 400)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{self.redirect}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        self.asked.append("token")
        form = {name: str(value) for name, value in (await request.form()).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return JSONResponse({"error": "invalid_client"}, 401)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or form.get("redirect_uri") != self.redirect
            or challenge != asked["code_challenge"]
            or form.get("grant_type") != "authorization_code"
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        at = int(self.clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": at,
            "exp": at + 300,
            "nonce": asked["nonce"],
            **self.person,
            **self.lies,
        }
        token = jwt.encode(claims, self._signer(), self.algorithm, headers={"kid": self._kid})
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def _signer(self) -> Any:
        if self.algorithm == "none":
            return None
        if self.algorithm == "HS256":
            return SECRET.ljust(32, "x")
        return self.forge or self._key

    async def _keys(self, request: Request) -> Response:
        self.asked.append("keys")
        told = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        return JSONResponse({"keys": [{**told, "kid": self._kid, "use": "sig", "alg": "RS256"}]})
