"""``yinling doctor``: what is missing on this machine, each with its cure."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import httpx
import psycopg
from rich.console import Console
from rich.markup import escape

from assistant import bootstrap, training
from assistant.settings import ROOT, Settings, settings

FREE_GB: Final = 5.0
"""Both environments, the speech models and a trained model take about 4 GB."""

State = Literal["good", "note", "missing"]
MARKS: Final[dict[State, str]] = {"good": "[green]✓[/]", "note": "[yellow]·[/]", "missing": "[red]✗[/]"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``missing`` keeps the service from running; a ``note`` does not."""

    what: str
    state: State
    cure: str = ""


def doctor(config: Settings | None = None) -> int:
    """Print every finding. Returns the exit code: 1 when something needed is missing."""
    console = Console()
    findings = [finding for check in CHECKS for finding in check(config or settings())]
    for finding in findings:
        console.print(f"{MARKS[finding.state]} {escape(finding.what)}")
        if finding.cure and finding.state != "good":
            console.print(f"    → {escape(finding.cure)}")
    missing = sum(finding.state == "missing" for finding in findings)
    console.print(
        "一切就绪，可以启动：./yinling up" if not missing else f"缺 {missing} 样，按上面的办法补齐。"
    )
    return 1 if missing else 0


def _uv(config: Settings) -> Iterator[Finding]:
    found = shutil.which("uv") or next((str(path) for path in bootstrap.TOOLS.glob("**/bin/uv")), None)
    if found:
        yield Finding(f"uv：{found}", "good")
    else:
        yield Finding("没有 uv", "note", "第一次运行时会自动取得；也可以自己装：pip install uv")


def _environments(config: Settings) -> Iterator[Finding]:
    for name, folder, cure in (
        ("服务", ROOT, "./yinling doctor 会自动准备；删掉 .venv 再试一次"),
        ("Rasa", training.NLU, "运行 ./yinling train，会自动准备"),
    ):
        python = folder / ".venv" / "bin" / "python"
        version = bootstrap.version_of(str(python))
        if version:
            yield Finding(f"{name}环境：Python {version}", "good")
        else:
            yield Finding(f"{name}环境还没有（{folder / '.venv'}）", "missing", cure)
    if bootstrap.version_of(training.python()) is None and not _has_python(bootstrap.RASA_PYTHON):
        yield Finding(
            "没有 Python 3.10，Rasa 需要它",
            "note",
            "uv python install 3.10，或设 YINLING_PYTHON310=解释器路径",
        )


def _has_python(version: str) -> bool:
    return any(bootstrap.version_of(each) == version for each in bootstrap.candidates(version))


def _model(config: Settings) -> Iterator[Finding]:
    path = config.rasa_model or training.NLU / "models" / f"{training.digest()}.tar.gz"
    if path.exists():
        yield Finding(f"语言模型：{path.name}", "good")
    elif config.rasa_model:
        yield Finding(f"找不到语言模型 {path}", "missing", "改正 YINLING_RASA_MODEL，或去掉它以自动训练")
    else:
        yield Finding("语言模型还没有按现在的语料训练", "note", "启动时会自动训练；现在就练：./yinling train")


def _ports(config: Settings) -> Iterator[Finding]:
    for name, url in (("网页", config.api_url), ("Rasa", config.rasa_url), ("动作", config.actions_url)):
        port = httpx.URL(url).port or 80
        if port_taken(port):
            yield Finding(
                f"端口 {port}（{name}）已有程序在用", "note", "可能银铃正在运行；否则启动时会换一个空闲端口"
            )
        else:
            yield Finding(f"端口 {port}（{name}）空闲", "good")


def port_taken(port: int) -> bool:
    """Whether something listens on ``port`` of the loopback."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _disk(config: Settings) -> Iterator[Finding]:
    folder = next(each for each in (config.home, *config.home.parents) if each.exists())
    free = shutil.disk_usage(folder).free / 1e9
    if free >= FREE_GB:
        yield Finding(f"磁盘：{folder} 还有 {free:.0f} GB", "good")
    else:
        yield Finding(f"磁盘只剩 {free:.1f} GB", "missing", f"{folder} 至少留出 {FREE_GB:.0f} GB")


def _database(config: Settings) -> Iterator[Finding]:
    if config.database_url is None:
        yield Finding(f"数据库：自带的 PostgreSQL，数据在 {config.home / 'postgres'}", "good")
        return
    try:
        with psycopg.connect(config.database_url, connect_timeout=5) as connection:
            yield Finding(f"数据库：PostgreSQL {connection.info.server_version // 10000}", "good")
    except psycopg.OperationalError:
        # The error quotes the address, which may hold a password.
        yield Finding(
            "DATABASE_URL 指的数据库连不上", "missing", "核对地址、账号和防火墙，或去掉它用自带的数据库"
        )


def _keys(config: Settings) -> Iterator[Finding]:
    path = config.keys
    if not path.exists():
        yield Finding(
            "密钥文件还没有", "note", f"第一次启动时会生成：{path}。请另外备份，丢了个人信息就读不出来"
        )
    elif (mode := path.stat().st_mode & 0o777) & 0o077:
        yield Finding(f"密钥文件 {path} 别人也能读（{mode:o}）", "missing", f"chmod 600 {path}")
    else:
        yield Finding(f"密钥文件：{path}（只有本人能读）", "good")


def _telegram(config: Settings) -> Iterator[Finding]:
    if config.telegram_token:
        yield Finding("Telegram：已设置 TELEGRAM_TOKEN", "good")
    else:
        yield Finding(
            "Telegram：没有设置 TELEGRAM_TOKEN", "note", "不用可以不管；申请办法见 docs/telegram.md"
        )


def _reach(config: Settings) -> Iterator[Finding]:
    """Ways to people beside Telegram."""
    if config.sms_url:
        yield Finding("短信：已设置 YINLING_SMS_URL", "good")
    else:
        yield Finding("短信：没有设置 YINLING_SMS_URL", "note", "不用可以不管；接口见 docs/sms.md")
    if config.outbound_calls:
        yield Finding("外呼：已打开（YINLING_OUTBOUND_CALLS）", "good")
    else:
        yield Finding(
            "外呼：没有打开，不会给老人打问候电话",
            "note",
            "线路允许外呼后设置 YINLING_OUTBOUND_CALLS=true，见 docs/outbound.md",
        )


def _test_tools(config: Settings) -> Iterator[Finding]:
    """Debian packages that only the tests need."""
    missing = [name for name, program in bootstrap.DEBIAN.items() if program and not shutil.which(program)]
    if not _chinese_font():
        missing.append("fonts-noto-cjk")
    if missing:
        cure = f"跑测试前：{'' if os.geteuid() == 0 else 'sudo '}apt-get install {' '.join(missing)}"
        yield Finding(f"测试用的系统软件缺：{'、'.join(missing)}", "note", cure)
    else:
        yield Finding("测试用的系统软件齐全", "good")


def _chinese_font() -> bool:
    if not (lister := shutil.which("fc-list")):
        return False
    done = subprocess.run([lister, ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip())


CHECKS: Final[tuple[Callable[[Settings], Iterator[Finding]], ...]] = (
    lambda config: iter([Finding(f"本机 Python {sys.version.split()[0]}", "good")]),
    _uv,
    _environments,
    _model,
    _ports,
    _disk,
    _database,
    _keys,
    _telegram,
    _reach,
    _test_tools,
)
