"""What the commands of ``yinling`` say and return, on a database of their own."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import openpyxl
import psycopg
import pytest
from typer.testing import CliRunner

from assistant import cli, schema, training
from assistant.commands import audit, bench, catalogue, doctor, models, tokens
from assistant.commands.migrate import migrate
from assistant.kit import postgres
from assistant.kit.clock import SystemClock
from assistant.kit.crypto import Keyring
from assistant.kit.tokens import read
from assistant.settings import Settings
from speech.models import ModelStore

GOOD = {"名称": "演示助餐点", "类别": "助餐点", "服务项目": "助餐", "单价(元)": "8", "计价单位": "份"}


@pytest.fixture(scope="module")
def config(server_url: str, settings: Settings, keyring: Keyring) -> Settings:
    """Settings of an installation with its database, loaded."""
    url = postgres.fresh_database(server_url, "yinling_commands")
    config = settings.model_copy(update={"database_url": url})
    assert migrate(load=True, config=config) == 0
    return config


def _sheet(path: Path, *rows: dict[str, str]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(GOOD))
    for row in rows:
        sheet.append([row.get(heading) for heading in GOOD])
    book.save(path)
    return path


def _places(config: Settings, name: str) -> int:
    with psycopg.connect(str(config.database_url)) as connection:
        row = connection.execute("SELECT count(*) FROM places WHERE name = %s", [name]).fetchone()
    assert row is not None
    return int(row[0])


def test_migrate_loads_the_five_cities(config: Settings) -> None:
    with psycopg.connect(str(config.database_url)) as connection:
        assert connection.execute("SELECT count(*) FROM cities").fetchone() == (5,)
    assert schema.differences(str(config.database_url)) == []


def test_import_previews_then_stores(
    config: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _sheet(tmp_path / "我市.xlsx", GOOD)
    assert catalogue.import_file(file, "岳阳", apply=False, config=config) == 0
    assert "预览" in capsys.readouterr().out and _places(config, GOOD["名称"]) == 0
    assert catalogue.import_file(file, "岳阳", apply=True, config=config) == 0
    assert "已写入" in capsys.readouterr().out and _places(config, GOOD["名称"]) == 1


def test_a_wrong_row_is_named_and_nothing_is_stored(
    config: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = GOOD | {"名称": "演示坏行", "单价(元)": "八块多"}
    file = _sheet(tmp_path / "错.xlsx", GOOD | {"名称": "演示好行"}, wrong)
    assert catalogue.import_file(file, "岳阳", apply=True, config=config) == 1
    said = capsys.readouterr().out
    assert "3" in said and "单价" in said and "什么都没有写入" in said
    assert _places(config, "演示好行") == 0


def test_an_unknown_city_is_said_kindly(
    config: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _sheet(tmp_path / "别处.xlsx", GOOD)
    assert catalogue.import_file(file, "不存在市", apply=False, config=config) == 1
    assert "Traceback" not in capsys.readouterr().out
    assert catalogue.export_file("不存在市", tmp_path / "x.json", "hsds-json", config) == 1
    assert not (tmp_path / "x.json").exists()


@pytest.mark.parametrize(("format", "ending"), [("hsds-json", "json"), ("hsds-csv", "zip"), ("xlsx", "xlsx")])
def test_what_is_exported_can_be_imported(config: Settings, tmp_path: Path, format: str, ending: str) -> None:
    file = tmp_path / f"威海.{ending}"
    assert catalogue.export_file("威海", file, format, config) == 0
    assert catalogue.import_file(file, "威海", apply=False, config=config) == 0


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    assert catalogue.export_file("威海", tmp_path / "x.pdf", "pdf") == 2
    assert not (tmp_path / "x.pdf").exists()


def test_the_template_is_a_workbook(tmp_path: Path) -> None:
    file = tmp_path / "空白表.xlsx"
    assert catalogue.write_template(file) == 0
    assert openpyxl.load_workbook(file).sheetnames


def test_a_token_is_printed_alone(
    config: Settings, keyring: Keyring, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tokens.issue("metrics", config) == 0
    printed = capsys.readouterr().out
    assert read(keyring, printed.strip(), SystemClock().now()).subject == "metrics"
    assert tokens.issue("root", config) == 2
    assert capsys.readouterr().out == ""


def test_audit_tells_a_whole_chain_from_a_broken_one(
    config: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.verify(config) == 0
    assert "完整" in capsys.readouterr().out
    with psycopg.connect(str(config.database_url)) as connection:
        connection.execute(
            "UPDATE audit_entries SET previous = '\\x00', hash = '\\x00'"
            " WHERE id = (SELECT min(id) FROM audit_entries)"
        )
    assert audit.verify(config) == 1
    assert "不符" in capsys.readouterr().out


# --- doctor -------------------------------------------------------------------------------------


def _findings(config: Settings) -> dict[str, doctor.Finding]:
    return {found.what: found for check in doctor.CHECKS for found in check(config)}


def test_doctor_names_a_cure_for_all_that_is_not_well(config: Settings) -> None:
    for found in _findings(config).values():
        assert found.state == "good" or found.cure


def test_doctor_refuses_a_key_file_that_others_read(
    config: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys.json"
    Keyring.load_or_create(path)
    open_ = config.model_copy(update={"key_file": path})
    path.chmod(0o644)
    assert doctor.doctor(open_) == 1
    assert f"chmod 600 {path}" in capsys.readouterr().out.replace("\n", "")


def test_doctor_hides_the_address_of_a_database_that_does_not_answer(
    config: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = config.model_copy(update={"database_url": "postgresql://u:hidden@127.0.0.1:1/x"})
    assert doctor.doctor(lost) == 1
    said = capsys.readouterr().out
    assert "数据库连不上" in said and "hidden" not in said


def test_doctor_misses_a_model_that_was_named(config: Settings, tmp_path: Path) -> None:
    named = config.model_copy(update={"rasa_model": tmp_path / "none.tar.gz"})
    assert any(found.state == "missing" and "语言模型" in what for what, found in _findings(named).items())


def test_doctor_misses_an_environment(
    config: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "NLU", tmp_path)
    assert any(found.state == "missing" and "Rasa环境" in what for what, found in _findings(config).items())


# --- bench --------------------------------------------------------------------------------------


def test_percentiles() -> None:
    assert bench.percentiles([float(number) for number in range(1, 101)]) == {"p50_ms": 50.5, "p95_ms": 96.0}


def test_a_busy_machine_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr("os.getloadavg", lambda: (1.9, 0.0, 0.0))
    assert bench.machine()["busy"] and "正忙" in bench.describe(bench.machine())
    monkeypatch.setattr("os.getloadavg", lambda: (0.2, 0.0, 0.0))
    assert not bench.machine()["busy"] and "正忙" not in bench.describe(bench.machine())


def test_the_last_line_of_a_bench_is_one_object(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "_turns", lambda: {"p50_ms": 1.0, "p95_ms": 2.0})
    assert bench.bench("turns", as_json=True) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["p50_ms"] == 1.0 and figures["machine"]["cores"] >= 1
    assert bench.bench("nothing", as_json=True) == 2


# --- the command line ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        "up",
        "run",
        "chat",
        "train",
        "doctor",
        "migrate",
        "import",
        "export",
        "template",
        "evaluate",
        "bench",
        "token",
        "audit",
        "user",
    ],
)
def test_every_command_has_help(command: str) -> None:
    said = CliRunner().invoke(cli.app, [command, "--help"])
    assert said.exit_code == 0 and "Usage" in said.output


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    said = CliRunner().invoke(cli.app, ["import", str(tmp_path / "none.xlsx"), "--city", "岳阳"])
    assert said.exit_code == 2


def _model(folder: Path) -> Path:
    """A folder that passes for a Vosk model."""
    (folder / "am").mkdir(parents=True)
    (folder / "graph").mkdir()
    (folder / "am" / "final.mdl").write_bytes(b"model")
    (folder / "graph" / "HCLG.fst").write_bytes(b"graph")
    return folder


def test_a_model_is_installed_checked_and_switched_to(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = settings.model_copy(update={"home": tmp_path / "home"})
    assert models.install(str(_model(tmp_path / "vosk-test")), None, None, config) == 0
    assert models.switch("vosk-test", config) == 0
    assert models.verify(None, config) == 0
    assert models.list_models(config) == 0
    assert "在用" in capsys.readouterr().out
    (tmp_path / "home" / "models" / "vosk-test" / "am" / "final.mdl").write_bytes(b"other")
    assert models.verify(None, config) == 1
    assert models.switch("nobody", config) == 1
    assert "no model named nobody" in capsys.readouterr().out


def test_refresh_rebuilds_the_graphs_from_the_catalogue(
    config: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = config.model_copy(update={"home": tmp_path / "home"})
    read: dict[str, str] = {}

    def learn(python: Path, arguments: list[str]) -> None:
        given = dict(itertools.pairwise(arguments))
        read.update({path.stem: path.read_text("utf-8") for path in Path(given["--slots"]).glob("*.txt")})
        (Path(given["--model"]) / "graph" / "Gr.fst").write_bytes(b"new")

    monkeypatch.setattr(models, "prepare", lambda **_: Path("python"))
    monkeypatch.setattr(models, "_train", learn)
    assert models.refresh(here) == 0
    assert {"street", "place", "city"} == set(read)
    assert "岳阳" in read["city"].split()
    store = ModelStore(here.home / "models")
    folder = store.current().folder
    assert folder is not None and folder.parent == here.home / "models"
    assert (folder / "graph" / "Gr.fst").read_bytes() == b"new"
    assert store.verify(store.current().name) == []


def test_training_that_stops_is_said(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(models, "prepare", lambda **_: Path("/bin/false"))
    assert models.train([], [], settings) == 1
    assert "再运行" in capsys.readouterr().out


def test_speakers_held_out_are_told_to_the_recipe(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    monkeypatch.setattr(models, "prepare", lambda **_: Path("/bin/true"))
    monkeypatch.setattr(models, "_train", lambda _, arguments: given.extend(arguments))
    assert models.train([Path("folder")], ["S0252", "S0150"], settings) == 0
    assert given[:5] == ["--recordings", "folder", "--held-out", "S0252", "S0150"]
