"""Linking to a senior in the chat: using a code, seeing for whom one acts, leaving."""

from __future__ import annotations

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update

from assistant.client import Refused, ServiceDown
from channels.telegram.context import Context, shared
from channels.telegram.conversations import is_private
from channels.telegram.rendering import Outgoing
from channels.telegram.service import Senior, Who
from channels.telegram.talking import private_button, send
from channels.telegram.wording import say

ALL, NONE = "all", "none"

log = structlog.get_logger(__name__)


async def redeem(update: Update, context: Context, code: str) -> None:
    """Use a one-time code in this chat."""
    chat, user = update.effective_chat, update.effective_user
    assert chat is not None
    try:
        state, senior = await shared(context).service.redeem(chat.id, code, user.full_name if user else "")
    except (Refused, ServiceDown) as error:
        await _down(update, context, error)
        return
    await send(update, context, [Outgoing(say(f"code_{state}", senior=senior))])


async def show(update: Update, context: Context) -> None:
    """/family: the seniors one is linked to, what is still to be confirmed, how to link and leave."""
    chat = update.effective_chat
    assert chat is not None
    if not is_private(chat):
        await send(update, context, [Outgoing(say("in_private"), private_button(context))])
        return
    try:
        who = await shared(context).service.who(chat.id)
    except (Refused, ServiceDown) as error:
        await _down(update, context, error)
        return
    await send(update, context, [_shown(who)])


def _shown(who: Who) -> Outgoing:
    waiting = [say("family_waiting", senior=senior) for senior in who.waiting]
    if not who.seniors:
        return Outgoing("\n".join([*waiting, say("family_none")]))
    lines = [say("family_head"), *map(_line, who.seniors), *waiting, say("family_more")]
    rows = [
        [InlineKeyboardButton(say("family_leave_one", name=one.name), callback_data=f"leave:{one.id}")]
        for one in who.seniors
    ]
    return Outgoing("\n".join(lines), InlineKeyboardMarkup(rows))


def _line(one: Senior) -> str:
    scopes = "、".join(say(f"scope_{scope}") for scope in one.scopes)
    return say("family_one", name=one.name, relation=one.relation, scopes=scopes)


async def ask_to_leave(update: Update, context: Context) -> None:
    """/stop: leaves nobody without a second question."""
    chat = update.effective_chat
    assert chat is not None
    if not is_private(chat):
        await send(update, context, [Outgoing(say("in_private"), private_button(context))])
        return
    try:
        who = await shared(context).service.who(chat.id)
    except (Refused, ServiceDown) as error:
        await _down(update, context, error)
        return
    if not who.seniors and not who.waiting:
        await send(update, context, [Outgoing(say("leave_nothing"))])
        return
    keyboard = InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(say("leave_all"), callback_data=f"leave:{ALL}")],
            [InlineKeyboardButton(say("leave_no"), callback_data=f"leave:{NONE}")],
        ]
    )
    await send(update, context, [Outgoing(say("leave_ask"), keyboard)])


async def leave(update: Update, context: Context, whom: str) -> None:
    """A press on one of the buttons above."""
    chat = update.effective_chat
    assert chat is not None
    if whom == NONE:
        await send(update, context, [Outgoing(say("leave_kept"))])
        return
    try:
        await shared(context).service.leave(chat.id, None if whom == ALL else whom)
    except (Refused, ServiceDown) as error:
        await _down(update, context, error)
        return
    await send(update, context, [Outgoing(say("leave_done" if whom == ALL else "leave_done_one"))])


async def _down(update: Update, context: Context, error: Refused | ServiceDown) -> None:
    log.warning("telegram link request failed", error=error.code)
    text = error.message if isinstance(error, Refused) else say("down")
    await send(update, context, [Outgoing(text)])
