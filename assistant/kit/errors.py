"""Errors carry an HTTP status, a code for programs and a Mandarin sentence for people."""

from __future__ import annotations

from typing import Any


class YinlingError(Exception):
    """Base of all errors that a person may come to see."""

    status = 500
    code = "internal"
    message = "系统出了点问题，请稍后再试，或者让我帮您转人工。"

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or self.message
        self.details = details
        super().__init__(self.message)

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "details": self.details}


class NotFound(YinlingError):
    status = 404
    code = "not_found"
    message = "没有找到您说的这一项。"


class Invalid(YinlingError):
    status = 422
    code = "invalid"
    message = "这里填得不对，请再核对一下。"


class Conflict(YinlingError):
    status = 409
    code = "conflict"
    message = "这件事和已有的记录冲突了。"


class Unauthenticated(YinlingError):
    status = 401
    code = "unauthenticated"
    message = "请先登录。"


class Forbidden(YinlingError):
    status = 403
    code = "forbidden"
    message = "您没有权限办理这件事。"


class TooMany(YinlingError):
    status = 429
    code = "too_many"
    message = "请求太频繁了，请稍等一会儿再试。"
