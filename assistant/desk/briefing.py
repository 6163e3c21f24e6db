"""What whoever takes a call over is told first, by ear: who, from where, what they wanted, danger or not."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog import repository as catalog
from assistant.desk import plain, repository
from assistant.desk.models import Conversation
from assistant.desk.replies import SENTENCES
from assistant.people import repository as people
from assistant.people import views
from assistant.people.models import Person

TOLD: Final = 2
"""Things said last that are repeated: whoever listens has a caller waiting."""
LONGEST: Final = 24
"""Characters of each."""
WORDS: Final = re.compile(r"[一-鿿]{2}")


async def brief(session: AsyncSession, now: datetime, conversation: Conversation, reason: str | None) -> str:
    """The summary of a running call, for somebody of the organisation alone.

    Args:
        reason: why the call is handed over, where that is known.
    """
    city = await catalog.city(session, conversation.city)
    person = await people.get(session, conversation.person_id) if conversation.person_id else None
    turns = await repository.recent_turns(session, conversation.id, limit=6)
    said = [turn.said for turn in turns if turn.said and WORDS.search(turn.said)]
    own = [words[:LONGEST] for words in said if not plain.wants_person(words)][-TOLD:]
    return SENTENCES(
        "brief",
        city=city.name if city else "",
        who=_who(person, now),
        reason=SENTENCES("brief_reason", reason=reason) if reason else "",
        said=SENTENCES("brief_said", said="，".join(own)) if own else "",
        danger=SENTENCES("brief_danger" if conversation.state.get("alarm") else "brief_no_danger"),
    )


def _who(person: Person | None, now: datetime) -> str:
    if person is None:
        return SENTENCES("brief_stranger")
    if person.kind != "senior":
        return SENTENCES("brief_relative", name=person.name)
    where = person.community or person.street
    known = SENTENCES("brief_senior", name=person.name, title=views.ref(person, now).form_of_address)
    return SENTENCES("brief_where", where=where, who=known) if where else known
