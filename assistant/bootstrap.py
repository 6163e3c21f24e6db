"""From a fresh clone to both environments: standard library only, run by the system's Python.

uv makes the environments from the lock files: ``.venv`` (Python 3.11 or 3.12) for the service and
``nlu_data/.venv`` (Python 3.10) for Rasa. uv itself comes from PATH, from pip, or straight from the
package index when the machine has no pip.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "var" / "tools"
UV_VERSION = "0.9.0"
"""Oldest uv whose lock files are known to be read alike; any newer one will do."""
INDEX = "https://pypi.org/pypi/uv/json"
SERVICE_PYTHONS = ("3.11", "3.12")
RASA_PYTHON = "3.10"


class SetupError(Exception):
    """Something is missing; the message says what and how to get it."""


def say(message: str) -> None:
    print(f"银铃  {message}", flush=True)


def find_uv() -> str:
    """Path of uv; installs it into ``var/tools`` when the machine has none.

    Raises:
        SetupError: it can neither be found nor fetched.
    """
    for candidate in (shutil.which("uv"), _own_uv()):
        if candidate and new_enough(candidate):
            return candidate
    say("正在取得 uv（环境管理工具）……")
    TOOLS.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(TOOLS), f"uv>={UV_VERSION}"]
    if subprocess.run(pip, capture_output=True, check=False).returncode != 0:
        _fetch_uv()
    found = _own_uv()
    if not found:
        raise SetupError("没有找到 uv。请安装：pip install uv，或见 https://docs.astral.sh/uv/")
    return found


def _own_uv() -> str | None:
    """The uv that an earlier run put into ``var/tools``: pip's ``bin/uv`` or the wheel's ``scripts/uv``."""
    files = (
        path for path in TOOLS.glob("**/uv") if path.is_file() and path.parent.name in ("bin", "scripts")
    )
    found = next(files, None)
    if found is None:
        return None
    found.chmod(found.stat().st_mode | stat.S_IXUSR)
    return str(found)


def new_enough(uv: str) -> bool:
    """Whether this uv runs and is at least ``UV_VERSION``; a pyenv shim may answer to the name and fail."""
    try:
        asked = subprocess.run([uv, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    words = asked.stdout.split()
    return asked.returncode == 0 and len(words) > 1 and _numbers(words[1]) >= _numbers(UV_VERSION)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _fetch_uv() -> None:
    """The wheel of uv from the package index, its hash checked; for machines without pip."""
    machine = os.uname().machine
    try:
        with urllib.request.urlopen(INDEX, timeout=60) as answer:
            files = json.load(answer)["urls"]
        wheel = next(
            f
            for f in files
            if f["filename"].endswith(".whl") and "manylinux" in f["filename"] and machine in f["filename"]
        )
        with urllib.request.urlopen(wheel["url"], timeout=300) as answer:
            body = answer.read()
    except (OSError, StopIteration, KeyError, ValueError) as error:
        raise SetupError(f"取不到 uv：{error}。请检查网络，或先安装 uv（pip install uv）。") from error
    if hashlib.sha256(body).hexdigest() != wheel["digests"]["sha256"]:
        raise SetupError("下载的 uv 校验不符，请重试。")
    zipfile.ZipFile(io.BytesIO(body)).extractall(TOOLS)


def find_python(versions: tuple[str, ...], uv: str) -> str:
    """An interpreter of one of ``versions``: system, pyenv or uv's own.

    A pyenv shim on PATH answers to its name and then fails, so every candidate is asked its version.

    Raises:
        SetupError: there is none and uv cannot fetch one.
    """
    for version in versions:
        for candidate in candidates(version):
            if version_of(candidate) == version:
                return candidate
    for version in versions:
        if (
            subprocess.run([uv, "python", "install", version], capture_output=True, check=False).returncode
            == 0
        ):
            found = subprocess.run(
                [uv, "python", "find", version], capture_output=True, text=True, check=False
            )
            if found.returncode == 0:
                return found.stdout.strip()
    wanted = versions[0]
    raise SetupError(
        f"需要 Python {wanted}，这台机器上没有，也下载不到。请任选一种办法：\n"
        f"  uv python install {wanted}        （能上网；内网可设 UV_PYTHON_INSTALL_MIRROR）\n"
        f"  pyenv install {wanted}            （https://github.com/pyenv/pyenv）\n"
        f"  把解释器的路径写进环境变量 YINLING_PYTHON{wanted.replace('.', '')}"
    )


def candidates(version: str) -> list[str]:
    """Paths where an interpreter of ``version`` may be, the likeliest first; some may not exist."""
    named = os.environ.get("YINLING_PYTHON" + version.replace(".", ""))
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    own = Path.home() / ".local/share/uv/python"
    made = [
        *sorted((pyenv / "versions").glob(f"{version}*/bin/python"), reverse=True),
        *sorted(own.glob(f"cpython-{version}*/bin/python3"), reverse=True),
    ]
    system = [
        f"/usr/bin/python{version}",
        f"/usr/local/bin/python{version}",
        shutil.which(f"python{version}"),
        sys.executable,
    ]
    return [path for path in [named, *map(str, made), *system] if path]


def version_of(interpreter: str) -> str | None:
    """The version that an interpreter gives (``3.11``); None when it does not run."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        asked = subprocess.run(
            [interpreter, "-c", code], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None


def sync(folder: Path, versions: tuple[str, ...], groups: tuple[str, ...] = ()) -> Path:
    """Make the environment of ``folder`` from its lock file, if it is not so already.

    Returns:
        The interpreter of the environment.
    """
    python = folder / ".venv" / "bin" / "python"
    stamp = folder / ".venv" / ".yinling.json"
    lock = hashlib.sha256((folder / "uv.lock").read_bytes()).hexdigest()
    have = (
        json.loads(stamp.read_text()) if stamp.exists() and python.exists() else {"lock": None, "groups": []}
    )
    if have["lock"] == lock and set(groups) <= set(have["groups"]):
        return python
    uv = find_uv()
    say(f"正在准备环境 {folder.name}（第一次要几分钟）……")
    command = [uv, "sync", "--frozen", "--python", find_python(versions, uv), "--no-default-groups"]
    wanted = sorted({*groups, *have["groups"]})
    for group in wanted:
        command += ["--group", group]
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    if subprocess.run(command, cwd=folder, env=environment, check=False).returncode != 0:
        raise SetupError(f"环境 {folder} 没有装好，请看上面的报错。")
    stamp.write_text(json.dumps({"lock": lock, "groups": wanted}))
    return python


def service(groups: tuple[str, ...] = ()) -> Path:
    """The environment of the service; returns its interpreter."""
    return sync(ROOT, SERVICE_PYTHONS, groups)


def rasa(groups: tuple[str, ...] = ()) -> Path:
    """The environment of Rasa; returns its interpreter."""
    return sync(ROOT / "nlu_data", (RASA_PYTHON,), groups)


DEBIAN = {
    "chromium": "chromium",
    "fonts-noto-cjk": None,
    "sip-tester": "sipp",
    "baresip-core": "baresip",
    "docker-compose": "docker-compose",
}
"""Debian packages that the tests use, each with the program that proves it is there."""


def debian_packages() -> None:
    """Install what the tests need of Debian, as root or with sudo; say it where neither is possible."""
    missing = [name for name, program in DEBIAN.items() if program and not shutil.which(program)]
    if not missing:
        return
    apt = ["apt-get"] if os.geteuid() == 0 else (["sudo", "-n", "apt-get"] if shutil.which("sudo") else None)
    wanted = [*missing, "fonts-noto-cjk"]
    say(f"正在安装测试要用的系统软件：{' '.join(wanted)}")
    if apt is None:
        raise SetupError(f"请先安装：sudo apt-get install {' '.join(wanted)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*apt, "update", "-qq"], check=False, env=environment, stdout=subprocess.DEVNULL)
    done = subprocess.run(
        [*apt, "install", "-y", "-qq", "--no-install-recommends", *wanted],
        check=False,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        raise SetupError(f"没有装上，请手动安装：sudo apt-get install {' '.join(wanted)}")


NEED_HEARING = {"up", "run", "evaluate", "bench"}
"""Commands that hear speech a second time (Whisper, 250 MB); ``YINLING_HEARING=off`` does without."""
NEED_RASA = {"up", "chat", "train", "evaluate", "bench", "test", "run"}
"""Commands that start or train Rasa."""


def main(arguments: list[str]) -> int:
    """Prepare what the command needs, then run it in the service's environment."""
    command = arguments[0] if arguments else "--help"
    try:
        if command == "test":
            return _test(arguments[1:])
        python = _service_for(command)
        if command in NEED_RASA:
            rasa()
    except SetupError as error:
        print(f"\n银铃  没有准备好：{error}", file=sys.stderr)
        return 1
    os.chdir(ROOT)
    os.execv(str(python), [str(python), "-m", "assistant.cli", *arguments])


def _service_for(command: str) -> Path:
    """The service's environment with what ``command`` needs; without second hearing where that is not to be had."""
    if command in NEED_HEARING and os.environ.get("YINLING_HEARING") != "off":
        try:
            return service(("hearing",))
        except SetupError:
            say("二次识别（Whisper）没有装上，先不用它，其他照常。")
    return service()


def _test(arguments: list[str]) -> int:
    """Everything that CI checks: style, types, imports, then the tests."""
    python = service(("dev", "hearing"))
    rasa_python = rasa(("dev",))
    debian_packages()
    tools = python.parent
    checks: list[tuple[Path, list[str]]] = []
    if not arguments:
        checks = [
            (ROOT, [str(tools / "ruff"), "check", "."]),
            (ROOT, [str(tools / "ruff"), "format", "--check", "-q", "."]),
            (ROOT, [str(tools / "mypy"), "assistant", "actions", "channels", "speech"]),
            (ROOT, [str(tools / "lint-imports")]),
            # Rasa's components are tested in Rasa's own environment.
            (ROOT / "nlu_data", [str(rasa_python), "-m", "pytest"]),
        ]
    for folder, check in checks:
        say("检查：" + " ".join(Path(part).name if part.startswith("/") else part for part in check))
        if subprocess.run(check, cwd=folder, check=False).returncode != 0:
            return 1
    return subprocess.run([str(python), "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode
