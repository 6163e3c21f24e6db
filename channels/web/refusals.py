"""What the page's own door refuses, with a sentence for the person."""

from __future__ import annotations

from fastapi.responses import JSONResponse


class Refusal(Exception):
    """An HTTP status, a code for the page's script, a sentence for the person."""

    def __init__(self, status: int, code: str, message: str, retry_after_s: int | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s

    def response(self) -> JSONResponse:
        headers = {"retry-after": str(self.retry_after_s)} if self.retry_after_s else None
        return JSONResponse({"code": self.code, "message": self.message}, self.status, headers)


def strange_origin() -> Refusal:
    return Refusal(403, "origin", "这个请求不是从本页面发出的，没有处理。")


def not_json() -> Refusal:
    return Refusal(415, "not_json", "提交的内容格式不对。")


def too_large() -> Refusal:
    return Refusal(413, "too_large", "您写得太长了。请先用一两句话说最要紧的事。")


def not_understood() -> Refusal:
    return Refusal(422, "invalid", "提交的内容不完整或格式不对。")


def no_session() -> Refusal:
    return Refusal(401, "no_session", "页面放得太久了，请再发一次。")


def too_fast(retry_after_s: int) -> Refusal:
    return Refusal(
        429, "too_many", "您发得太快了，请等一会儿再发。有急事请直接打120、110或119。", retry_after_s
    )


def no_voice() -> Refusal:
    return Refusal(503, "no_voice", "现在不能朗读，请看文字。")


def nothing_to_read() -> Refusal:
    return Refusal(404, "nothing_to_read", "没有找到要读的话。")
