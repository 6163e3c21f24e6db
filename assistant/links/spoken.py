"""What a family is asked on the telephone: a senior about a relative's request, a relative about an alarm.

A link is confirmed in speech: the senior is rung, or asked at their next call, and says yes or no.

Two questions: whether it is the senior who speaks, then whether the relative may see and hear what the
request names. Only a clear yes to both gives the consent; anything else leaves the request open.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, get_args

from assistant.calls import spoken
from assistant.desk import plain
from assistant.desk.matters import Answer, Matter, Question, Talk
from assistant.kit.actor import Actor
from assistant.kit.sentences import Sentences
from assistant.links import alarms, invitations
from assistant.links.errors import InvitationOver
from assistant.links.schemas import Decision, InvitationIn, InvitationOut
from assistant.people.models import Scope

SENTENCES: Final = Sentences(Path(__file__).with_name("sentences.yaml"))
YES_NO: Final = (("可以", "可以"), ("不可以", "不可以"))
_RELATION: Final = "女儿|闺女|姑娘|儿子|崽|老伴|爱人|孙子|孙女|外孙女?|侄子|侄女|外甥女?|儿媳妇?|媳妇|女婿|姐姐|妹妹|哥哥|弟弟|邻居"
RELATION: Final = re.compile(_RELATION)
WISH: Final = re.compile(
    rf"^(?!.*(解除|取消|解绑|手环|手表|设备|银行|手机号)).*"
    rf"(绑定.{{0,4}}(家人|家属|家里人|亲人|{_RELATION})|(家人|家属|家里人|{_RELATION}).{{0,4}}绑定)"
)
"""A senior wants a relative to be linked; undoing it, devices and bank cards are something else."""
TAKE: Final = (("我来处理", "我来处理"), ("我去不了", "我去不了"))
GOES: Final = re.compile(r"我(马上|现在|这就|就)?(来处理|来办|过去|去看|就去|去)(?!不)")
SELF: Final = (("是本人", "是本人"), ("不是", "不是"))


class Link(Matter):
    """Asks a senior about a relative's request."""

    name: ClassVar[str] = "link"

    async def opening(self, talk: Talk) -> Question | None:
        """In the call made for it, or when the senior's number calls."""
        conversation = talk.conversation
        if conversation.channel != "phone":
            return None
        if conversation.direction == "out":
            call = await spoken.made(talk, "link")
            senior = call.person_id if call else None
        else:
            senior = talk.speaker.person_id if talk.speaker.kind == "senior" else None
        request = await self._request(talk, senior)
        if request is None:
            return None
        name = request.senior.form_of_address
        data = {"invitation": str(request.id), "stage": "self"}
        return Question(
            SENTENCES("self", name=name), data, asks="yes_no", expects="yes_no", choices=SELF, to=name
        )

    async def _request(self, talk: Talk, senior: uuid.UUID | None) -> InvitationOut | None:
        """The senior's oldest open request."""
        if senior is None:
            return None
        async with talk.context.database.session() as session:
            waiting = await invitations.waiting(session, talk.now, senior)
        return waiting[0] if waiting else None

    async def heard(self, talk: Talk, data: Mapping[str, Any], text: str, *, by_key: bool) -> Answer | None:
        yes, no = plain.agrees(text), plain.refuses(text)
        if not (yes or no):
            return self._unclear(data)
        if data["stage"] == "self":
            return await self._who_speaks(talk, data, yes)
        return await self._decided(talk, data, yes, by_key)

    def _unclear(self, data: Mapping[str, Any]) -> Answer | None:
        """Asked once more for the consent itself; whoever wants something else gets it."""
        if data["stage"] != "consent" or data.get("again"):
            return None
        question = Question(
            SENTENCES("unclear"), {**data, "again": True}, asks="yes_no", expects="yes_no", choices=YES_NO
        )
        return Answer(then=question)

    async def _who_speaks(self, talk: Talk, data: Mapping[str, Any], yes: bool) -> Answer:
        request = await self._request(talk, talk.conversation.person_id)
        if not yes:
            return Answer(SENTENCES("not_self"))
        if request is None or str(request.id) != data["invitation"]:
            return Answer(SENTENCES("over"))
        question = Question(
            _asked(request),
            {"invitation": data["invitation"], "stage": "consent"},
            asks="yes_no",
            expects="yes_no",
            choices=YES_NO,
            protected=True,
        )
        return Answer(then=question)

    async def _decided(self, talk: Talk, data: Mapping[str, Any], yes: bool, by_key: bool) -> Answer:
        senior = talk.conversation.person_id
        actor = Actor(
            kind="senior", channel="phone", person_id=senior, conversation=str(talk.conversation.id)
        )
        decision = Decision(yes=yes, evidence="key" if by_key else "spoken")
        try:
            async with talk.context.database.session() as session:
                await invitations.decide(session, talk.now, actor, uuid.UUID(data["invitation"]), decision)
        except InvitationOver:
            return Answer(SENTENCES("over"))
        return Answer(SENTENCES("agreed" if yes else "refused"))


class Code(Matter):
    """Gives a senior who calls a one-time code for a relative. The code gives no right: the senior is asked
    once it was used."""

    name: ClassVar[str] = "code"

    async def wanted(self, talk: Talk, text: str) -> Answer | None:
        if talk.conversation.channel != "phone" or not WISH.search(text):
            return None
        if talk.speaker.kind != "senior" or talk.speaker.person_id is None:
            return Answer(SENTENCES("code_not_here"))
        relation = RELATION.search(text)
        if relation is None:
            return Answer(then=Question(SENTENCES("code_for_whom"), {}, asks="person"))
        return await self._issued(talk, relation[0])

    async def heard(self, talk: Talk, data: Mapping[str, Any], text: str, *, by_key: bool) -> Answer | None:
        relation = RELATION.search(text)
        return await self._issued(talk, relation[0]) if relation else None

    async def _issued(self, talk: Talk, relation: str) -> Answer:
        senior = talk.conversation.person_id
        assert senior is not None
        actor = Actor(
            kind="senior", channel="phone", person_id=senior, conversation=str(talk.conversation.id)
        )
        wanted = InvitationIn(senior_id=senior, relation=relation)
        async with talk.context.database.session() as session:
            _, code = await invitations.issue(session, talk.now, actor, wanted)
        return Answer(then=Question(SENTENCES("code", code=code, relation=relation), protected=True))


class Emergency(Matter):
    """Tells a relative on the telephone that a senior is in danger, and asks whether they see to it."""

    name: ClassVar[str] = "emergency"

    async def opening(self, talk: Talk) -> Question | None:
        call = await spoken.made(talk, "notice")
        if call is None or call.payload["event"] != alarms.ALARM:
            return None
        name = await spoken.addressed(talk, call.person_id)
        ticket = call.payload["data"]["ticket_id"]
        async with talk.context.database.session() as session:
            by = await alarms.taken_by(session, uuid.UUID(ticket))
        notice = await spoken.notice_text(talk, call.payload, call.person_id)
        if by is not None:
            return Question(SENTENCES("alarm_known", notice=notice, by=by), to=name)
        return Question(
            SENTENCES("alarm", notice=notice),
            {"ticket": ticket},
            asks="yes_no",
            expects="yes_no",
            choices=TAKE,
            protected=True,
            to=name,
        )

    async def heard(self, talk: Talk, data: Mapping[str, Any], text: str, *, by_key: bool) -> Answer | None:
        delegate = talk.conversation.person_id
        if plain.refuses(text) or text == TAKE[1][1]:
            return Answer(SENTENCES("alarm_left"))
        if delegate is None or not (plain.agrees(text) or GOES.search(text)):
            return None
        async with talk.context.database.session() as session:
            done = await alarms.take_by_phone(session, talk.now, delegate, uuid.UUID(data["ticket"]))
        if done.state in ("already", "over"):
            return Answer(SENTENCES("alarm_already", by=done.by or ""))
        return Answer(SENTENCES("alarm_taken", address=f"地址是{done.address}。" if done.address else ""))


def _asked(request: InvitationOut) -> str:
    """The request in plain words: who, and each thing they would be able to do."""
    if request.relation == invitations.OWN_CHAT:
        return SENTENCES("ask_own")
    scopes = "、".join(SENTENCES(f"scope_{scope}") for scope in get_args(Scope) if scope in request.scopes)
    return SENTENCES("ask", relation=request.relation, name=request.delegate_name or "", scopes=scopes)
