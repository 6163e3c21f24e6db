"""The commands and the menu under the text field."""

from __future__ import annotations

from typing import Final

from telegram import BotCommand, KeyboardButton, ReplyKeyboardMarkup, Update

from channels.telegram import family
from channels.telegram.context import Bot, Context
from channels.telegram.conversations import is_private
from channels.telegram.messages import CODE
from channels.telegram.rendering import Outgoing
from channels.telegram.talking import private_button, send, turn
from channels.telegram.wording import say

MENU: Final = (
    BotCommand("start", "开始"),
    BotCommand("help", "怎么用"),
    BotCommand("orders", "我的订单"),
    BotCommand("family", "和老人绑定"),
    BotCommand("person", "转人工"),
    BotCommand("stop", "不再接收通知"),
)


async def set_menu(bot: Bot) -> None:
    """Tell Telegram the commands; it shows them beside the text field."""
    await bot.set_my_commands(MENU)


def keyboard() -> ReplyKeyboardMarkup:
    """The most wanted things, large, under the text field; a place needs Telegram's own button."""
    return ReplyKeyboardMarkup(
        [
            [say("menu_orders"), KeyboardButton(say("menu_near"), request_location=True)],
            [say("menu_family"), say("menu_person")],
        ],
        resize_keyboard=True,
        is_persistent=True,
    )


async def start(update: Update, context: Context) -> None:
    """/start; behind a link it carries a code: https://t.me/<bot>?start=123456."""
    chat = update.effective_chat
    assert chat is not None
    code = CODE.match(context.args[0]) if context.args else None
    if code and is_private(chat):
        await family.redeem(update, context, code[1])
        return
    if is_private(chat):
        await context.bot.send_message(chat.id, say("hello_family"), reply_markup=keyboard())
    await turn(update, context, event="start")


async def help_(update: Update, context: Context) -> None:
    await send(update, context, [Outgoing(say("help"))])


async def orders(update: Update, context: Context) -> None:
    """/orders: what the desk says to "查一下我的订单"; in a group nobody's orders are told."""
    await _private_turn(update, context, say("ask_orders"))


async def person(update: Update, context: Context) -> None:
    """/person: honoured at the first ask, at every point."""
    await _private_turn(update, context, say("ask_person"))


async def _private_turn(update: Update, context: Context, said: str) -> None:
    chat = update.effective_chat
    assert chat is not None
    if is_private(chat):
        await turn(update, context, text=said)
    else:
        await send(update, context, [Outgoing(say("in_private"), private_button(context))])


async def menu(update: Update, context: Context) -> None:
    """A press on the keyboard under the text field arrives as its title."""
    message = update.effective_message
    titles = {
        say("menu_orders"): orders,
        say("menu_family"): family.show,
        say("menu_person"): person,
    }
    if message is not None and message.text in titles:
        await titles[message.text](update, context)
