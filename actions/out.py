"""What an action says: a response of the domain, and beside it what the desk must know of it."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

MAX_CHOICES = 9


class Out:
    """Collects the messages of one action."""

    def __init__(self, dispatcher: CollectingDispatcher) -> None:
        self._dispatcher = dispatcher

    def say(
        self,
        response: str,
        *,
        asks: str | None = None,
        expects: str | None = None,
        choices: list[tuple[str, str]] | None = None,
        card: dict[str, Any] | None = None,
        protected: bool = False,
        **values: Any,
    ) -> None:
        """Say a response of the domain.

        Args:
            response: its name, ``utter_…``.
            asks: the datum asked for, so that the next turn is understood by it.
            expects: how it is answered (``yes_no``, ``choice``, ``digits``, ``free``).
            choices: title and value of each answer offered; the keys 1-9 follow their order.
            card: a place or an order, for faces that can show one.
            protected: must not be cut off by barge-in.
            values: for the placeholders of the response.
        """
        custom: dict[str, Any] = {"asks": asks, "expects": expects, "card": card, "protected": protected}
        custom["choices"] = [
            {"title": title, "value": value, "key": str(key)}
            for key, (title, value) in enumerate((choices or [])[:MAX_CHOICES], start=1)
        ]
        self._dispatcher.utter_message(
            response=response,
            json_message={key: value for key, value in custom.items() if value},
            **{key: str(value) for key, value in values.items()},
        )

    def tell(self, text: str, **custom: Any) -> None:
        """Say a sentence that the API composed (a benefit's answer, a refusal)."""
        self._dispatcher.utter_message(text=text, json_message={k: v for k, v in custom.items() if v})

    def signal(self, **custom: Any) -> None:
        """Tell the desk something without saying anything: ``person``, ``alarm``, ``repeat``, ``pace``."""
        self._dispatcher.utter_message(json_message=custom)
