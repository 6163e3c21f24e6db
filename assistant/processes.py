"""The processes of a running service: started in order, watched until healthy, stopped cleanly."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from assistant import training
from assistant.kit import postgres, tokens
from assistant.kit.crypto import Keyring
from assistant.settings import ROOT, Settings
from channels.phone.settings import Settings as Phone

STOP_S = 8.0
"""Time a process has to end after SIGTERM before it is killed."""
HEALTHY_S = 120.0
"""Longest wait for a process; Rasa needs about 15 s on two cores."""

REVIVE_S = 60.0
"""Longest pause before a process that keeps ending is started again."""

SIP_ADDRESS = "sip.address"
"""File in the home that tells ``yinling call`` where the hotline was last rung."""

Progress = Callable[[str], None]


class NotStarted(RuntimeError):
    """A process ended or did not answer; the message carries the end of its log."""


@dataclass
class Process:
    """One child: what runs it, where it logs, how it shows that it is well."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health: str | None
    """URL that answers below 500 when the process is well; None: being alive is enough."""
    folder: Path = ROOT
    vital: bool = True
    """Whether the service ends when this process does."""
    log: Path = Path(os.devnull)
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    restarts: bool = False
    """Whether it is started again when it ends by itself."""
    _started: float = 0.0
    _failures: int = 0

    def start(self) -> None:
        self._started = time.monotonic()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            # A session of its own: Ctrl-C reaches the parent only, which then stops all in order.
            self.child = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def revive(self) -> None:
        """Start it again if it has ended: at once the first time, then after ever longer pauses."""
        if self.child is None or self.child.poll() is None:
            return
        lived = time.monotonic() - self._started
        if lived > REVIVE_S:
            self._failures = 0
        if lived >= min(REVIVE_S, 2.0**self._failures):
            self._failures += 1
            self.start()

    def check(self) -> bool:
        """Whether it is well now. Raises NotStarted when it has ended."""
        assert self.child
        if self.child.poll() is not None:
            raise NotStarted(f"{self.name} 没有起来：\n{self._tail()}")
        if self.health is None:
            return True
        try:
            return httpx.get(self.health, timeout=2).status_code < 500
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        if self.child is None or self.child.poll() is not None:
            return
        self._signal(signal.SIGTERM)
        try:
            self.child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self.child.wait()

    def _signal(self, number: signal.Signals) -> None:
        assert self.child
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, number)

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-1500:] if self.log.is_file() else ""


def free_port(preferred: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """``preferred`` when nothing listens there, else any free port of the loopback; TCP, or UDP by ``kind``."""
    for port in (preferred, 0):
        with socket.socket(type=kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise NotStarted("没有空闲的端口")


class Stack:
    """The whole service on one machine: database, Rasa, actions, API, worker.

    Args:
        settings: where things listen and lie.
        progress: told what is being done, for people who wait.
        serve_api: false when the caller runs the API in its own process (evaluation, with a clock
            of its own); ``settings.api_url`` must then be where it listens.
    """

    def __init__(self, settings: Settings, progress: Progress = print, *, serve_api: bool = True) -> None:
        self.settings = settings
        self.progress = progress
        self.keyring = Keyring.load_or_create(settings.keys)
        self.processes: list[Process] = []
        self.sip_address: str | None = None
        """Where the hotline can be rung, once its processes have been made."""
        self._serve_api = serve_api

    def database(self, name: str = "yinling") -> str:
        """The URL of the database, started and made if need be."""
        if self.settings.database_url:
            return self.settings.database_url
        return postgres.ensure_database(postgres.start(self.settings.home / "postgres"), name)

    def start(self, database_url: str, model: Path) -> None:
        """Start everything and return when all is well. Raises NotStarted."""
        processes = [self._actions(), self._rasa(model)]
        if self._serve_api:
            processes += [self._api(database_url), self._worker(database_url)]
            if self.settings.telegram_token:
                processes.append(self._telegram())
            if self.settings.phone:
                processes += self.phones()
        self._start(processes)

    def start_only_rasa(self, model: Path) -> None:
        """Start Rasa alone, for what needs no conversation. Raises NotStarted."""
        self._start([self._rasa(model)])

    def start_more(self, processes: list[Process]) -> None:
        """Start processes beside those that run. Raises NotStarted."""
        self._start(processes)

    def _start(self, processes: list[Process]) -> None:
        self.processes += processes
        for process in processes:
            process.log = self.settings.home / "log" / f"{process.name}.log"
            process.start()
        self.wait(processes)

    def wait(self, processes: list[Process]) -> None:
        """Return when they are well. Raises NotStarted when one that is vital is not."""
        waiting = list(processes)
        deadline = time.monotonic() + HEALTHY_S
        while waiting:
            for process in list(waiting):
                try:
                    well = process.check()
                except NotStarted as error:
                    if process.vital:
                        raise
                    self.progress(str(error))
                    waiting.remove(process)
                    continue
                if well:
                    waiting.remove(process)
                    self.progress(f"{process.name} 已就绪")
            if waiting and time.monotonic() > deadline:
                names = "、".join(process.name for process in waiting)
                raise NotStarted(f"{names} 没有应答，日志在 {self.settings.home / 'log'}")
            time.sleep(0.15)

    def stop(self) -> None:
        """Stop everything, the last started first."""
        for process in reversed(self.processes):
            process.stop()

    def token(self, subject: str) -> str:
        return tokens.issue(self.keyring, subject, datetime.now(UTC))

    # --- the processes -------------------------------------------------------------------------

    def _actions(self) -> Process:
        url = httpx.URL(self.settings.actions_url)
        environment = {
            **os.environ,
            "YINLING_API_URL": self.settings.api_url,
            "YINLING_ACTIONS_TOKEN": self.token("actions"),
            "YINLING_ACTIONS_HOST": str(url.host),
            "YINLING_ACTIONS_PORT": str(url.port),
        }
        return Process(
            "actions", [sys.executable, "-m", "actions"], environment, f"{self.settings.actions_url}/health"
        )

    def _rasa(self, model: Path) -> Process:
        url = httpx.URL(self.settings.rasa_url)
        environment = {
            **training.environment(),
            "ACTION_ENDPOINT_URL": f"{self.settings.actions_url}/webhook",
        }
        command = [
            training.python(),
            "-m",
            "rasa",
            "run",
            "--model",
            str(model),
            "--endpoints",
            "endpoints.yml",
        ]
        command += ["--credentials", "credentials.yml", "-i", str(url.host), "-p", str(url.port)]
        health = f"{self.settings.rasa_url}/webhooks/desk/ready"
        return Process("rasa", command, environment, health, folder=training.NLU)

    def _service_environment(self, database_url: str) -> dict[str, str]:
        settings = self.settings
        return {
            **os.environ,
            "DATABASE_URL": database_url,
            "YINLING_HOME": str(settings.home),
            "YINLING_KEY_FILE": str(settings.keys),
            "YINLING_RASA_URL": settings.rasa_url,
            "YINLING_API_URL": settings.api_url,
            "YINLING_PORT": str(settings.port),
        }

    def _api(self, database_url: str) -> Process:
        settings = self.settings
        command = [sys.executable, "-m", "uvicorn", "assistant.asgi:app", "--no-access-log"]
        command += ["--host", settings.host, "--port", str(settings.port)]
        return Process("api", command, self._service_environment(database_url), f"{settings.api_url}/health")

    def _worker(self, database_url: str) -> Process:
        command = [sys.executable, "-m", "assistant.worker"]
        return Process("worker", command, self._service_environment(database_url), None)

    def _telegram(self) -> Process:
        environment = {
            **os.environ,
            "YINLING_HOME": str(self.settings.home),
            "YINLING_API_URL": self.settings.api_url,
            "YINLING_API_TOKEN": self.token("channel:telegram"),
        }
        command = [sys.executable, "-m", "channels.telegram"]
        # Telegram's servers may be out of reach for a while; the rest of the service goes on.
        return Process("telegram", command, environment, None, vital=False)

    def phones(self) -> list[Process]:
        """The telephone processes, on ports that are free now; ``sip_address`` tells where the first is rung."""
        own = Phone().model_copy(update={"home": self.settings.home})
        own = own.model_copy(
            update={
                "sip_port": free_port(own.sip_port, socket.SOCK_DGRAM),
                "health_port": free_port(own.health_port),
            }
        )
        self.sip_address = f"sip:{own.sip_user}@{own.shown_host}:{own.sip_port}"
        self.settings.home.mkdir(parents=True, exist_ok=True)
        (self.settings.home / SIP_ADDRESS).write_text(self.sip_address, "utf-8")
        environment = {
            **os.environ,
            "YINLING_HOME": str(self.settings.home),
            "YINLING_API_URL": self.settings.api_url,
            "YINLING_API_TOKEN": self.token("channel:phone"),
            "YINLING_PHONE_SIP_PORT": str(own.sip_port),
            "YINLING_PHONE_HEALTH_PORT": str(own.health_port),
        }
        return [
            # A line that cannot be opened (a port, a trunk) must not take the other channels down.
            Process(
                own.of_process(index).name,
                [sys.executable, "-m", "channels.phone", str(index)],
                environment,
                f"http://127.0.0.1:{own.of_process(index).health_port}/health",
                vital=False,
                restarts=True,
            )
            for index in range(own.processes)
        ]


def settings_with_free_ports(settings: Settings) -> Settings:
    """The settings with every port that is taken replaced by a free one."""
    port = free_port(settings.port)
    return settings.model_copy(
        update={
            "port": port,
            "api_url": f"http://127.0.0.1:{port}",
            "rasa_url": f"http://127.0.0.1:{free_port(httpx.URL(settings.rasa_url).port or 5005)}",
            "actions_url": f"http://127.0.0.1:{free_port(httpx.URL(settings.actions_url).port or 5055)}",
        }
    )
