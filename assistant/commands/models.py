"""``yinling models …``: what hears the callers. Known, installed, checked, switched, given a city's words, trained."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table

from assistant.catalog.class_words import class_words
from assistant.commands.catalogue import with_database
from assistant.settings import ROOT, Settings, settings
from assistant.training import NLU
from speech.models import BUNDLED, ModelError, ModelStore
from speech.training.environment import EnvironmentMissing, prepare

WORK = ROOT / "var" / "training"
"""What training leaves on the way; it goes on from there."""


def list_models(config: Settings | None = None) -> int:
    """A table of the models known and installed."""
    store = _store(config)
    table = Table("模型", "大小", "状态", "许可", "说明")
    current = store.current().name
    for info in store.list():
        state = "在用" if info.name == current else "已安装" if info.folder else "未安装"
        table.add_row(info.name, f"{info.size / 1e6:.0f} MB", state, info.licence, info.note)
    Console().print(table)
    return 0


def install(source: str, sha256: str | None, name: str | None, config: Settings | None = None) -> int:
    """Install a model from its name, a URL, an archive or a folder. Returns the exit code."""

    def work(store: ModelStore, console: Console) -> None:
        with Progress(TextColumn("取得模型"), BarColumn(), DownloadColumn(), console=console) as progress:
            task = progress.add_task("", total=None)
            info = store.install(
                source,
                sha256=sha256,
                name=name,
                progress=lambda have, total: progress.update(task, completed=have, total=total),
            )
        console.print(f"已安装 {info.name}。启用：./yinling models switch {info.name}")

    return _done(work, config)


def verify(name: str | None, config: Settings | None = None) -> int:
    """Compare a model's files, by default those of the model in use, with what was installed."""

    def work(store: ModelStore, console: Console) -> None:
        wanted = name or store.current().name
        if problems := store.verify(wanted):
            raise ModelError(f"{wanted}：{'；'.join(problems)}")
        console.print(f"{wanted} 完好")

    return _done(work, config)


def switch(name: str, config: Settings | None = None) -> int:
    """Use another model from the next start on."""

    def work(store: ModelStore, console: Console) -> None:
        info = store.switch(name)
        console.print(f"下次启动使用 {info.name}")
        if info.trial_only:
            console.print("[yellow]这个模型主要听合成的声音学成，只能用于试用和演示。[/]")

    return _done(work, config)


def refresh(config: Settings | None = None) -> int:
    """Teach the bundled model the names of the catalogue: new graphs, the same ears."""
    config = config or settings()

    def work(store: ModelStore, console: Console) -> None:
        started = time.monotonic()
        source = store.get(BUNDLED).folder
        if source is None:
            raise ModelError(f"没有 {BUNDLED}")
        python = prepare(network=False, report=console.print)
        with tempfile.TemporaryDirectory() as folder:
            slots, draft = Path(folder) / "slots", Path(folder) / BUNDLED
            count = _write_slots(slots, config, console)
            console.print(f"目录里的 {count} 个名称；重建词图……")
            shutil.copytree(source, draft)
            steps = ["graph", "--slots", str(slots), "--texts", str(NLU / "nlu")]
            _train(python, [*steps, "--model", str(draft), "--work", str(WORK)])
            store.install(str(draft), name=BUNDLED)
        console.print(f"已更新 {BUNDLED}（{time.monotonic() - started:.0f} 秒），下次启动使用")

    return _done(work, config)


def train(recordings: list[Path], held_out: list[str], config: Settings | None = None) -> int:
    """The whole recipe; interrupted, it goes on where it stopped. Returns the exit code."""

    def work(store: ModelStore, console: Console) -> None:
        target = WORK / BUNDLED
        python = prepare(network=True, report=console.print)
        options = [part for folder in recordings for part in ("--recordings", str(folder))]
        options += ["--held-out", *held_out] if held_out else []
        _train(python, [*options, "--texts", str(NLU / "nlu"), "--model", str(target), "--work", str(WORK)])
        console.print(f"模型在 {target}。启用：./yinling models install {target}")

    return _done(work, config)


def _train(python: Path, arguments: list[str]) -> None:
    """Run steps of the recipe in their own environment, their progress on this terminal."""
    done = subprocess.run([str(python), "-m", "speech.training", *arguments], cwd=ROOT, check=False)
    if done.returncode != 0:
        raise ModelError("没有完成；再运行一次会从停下的地方继续")


def _write_slots(folder: Path, config: Settings, console: Console) -> int:
    """The catalogue's names as class words, a file a class; returns how many."""
    words = with_database(class_words, console, config)
    if words is None:
        raise ModelError("读不到服务目录")
    folder.mkdir()
    for name, found in words.items():
        (folder / f"{name}.txt").write_text(" ".join(found), "utf-8")
    return sum(map(len, words.values()))


def _store(config: Settings | None) -> ModelStore:
    return ModelStore((config or settings()).home / "models")


def _done(work: Callable[[ModelStore, Console], None], config: Settings | None) -> int:
    console = Console()
    try:
        work(_store(config), console)
    except (ModelError, EnvironmentMissing) as error:
        console.print(f"[red]{error}[/]")
        return 1
    return 0
