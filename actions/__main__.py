"""The action server: ``python -m actions``, on loopback."""

from __future__ import annotations

import os
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from actions.booking import BookingForm
from actions.orders import CancelForm, ChangeForm
from actions.requests import AssessmentForm, ComplaintForm, DeviceForm, ProfileForm
from actions.single import singles
from assistant.client import Client

FORMS = (BookingForm, ChangeForm, CancelForm, ComplaintForm, AssessmentForm, DeviceForm, ProfileForm)


class Executor(ActionExecutor):  # type: ignore[misc]
    """Runs actions that read no domain.

    Rasa sends none (`nlu_data/endpoints.yml`), and Rasa 3.6 knows neither the digest by which the SDK remembers one
    nor its answer 449 that asks for it: an action refused so would say nothing.
    """

    def update_and_return_domain(self, payload: dict[str, Any], action_name: str) -> dict[str, Any]:
        return {}


def executor(api: Client) -> ActionExecutor:
    """An executor that knows every action of this package and nothing else."""
    known = Executor()
    for action in (*singles(api), *(form(api) for form in FORMS)):
        known.register_action(action)
    return known


if __name__ == "__main__":
    api = Client(os.environ["YINLING_API_URL"], os.environ["YINLING_ACTIONS_TOKEN"])
    app = create_app(executor(api))
    app.run(
        host=os.environ.get("YINLING_ACTIONS_HOST", "127.0.0.1"),
        port=int(os.environ.get("YINLING_ACTIONS_PORT", "5055")),
        single_process=True,
        access_log=False,
        motd=False,
    )
