"""The command ``yinling``. Each command's own module is loaded only when it is used."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="yinling",
    help="银铃：养老服务热线的中文对话助手。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def up(
    chat: Annotated[bool, typer.Option("--chat/--no-chat", help="起好以后进入终端对话")] = False,
) -> None:
    """启动全部服务，直到按 Ctrl-C。"""
    from assistant.commands.up import up as start

    raise typer.Exit(start(chat=chat))


@app.command()
def run() -> None:
    """启动全部服务，并进入终端对话（make run 就是它）。"""
    from assistant.commands.up import up as start

    raise typer.Exit(start(chat=True))


@app.command()
def chat(
    phone: Annotated[str | None, typer.Option(help="以哪个号码的身份说话")] = None,
    url: Annotated[str | None, typer.Option(help="服务地址；默认本机")] = None,
) -> None:
    """在终端里和正在运行的服务对话。"""
    from assistant.commands.chat import chat as talk

    raise typer.Exit(talk(phone=phone, url=url))


@app.command()
def call(
    files: Annotated[list[Path] | None, typer.Argument(help="一句一个声音文件，依次说", exists=True)] = None,
    mic: Annotated[bool, typer.Option("--mic", help="用本机的话筒和扬声器说话；输入数字就是按键")] = False,
    number: Annotated[str, typer.Option(help="以哪个号码打进来")] = "13900000001",
    keys: Annotated[str | None, typer.Option(help="说完以后依次按的键")] = None,
    address: Annotated[str | None, typer.Option(help="热线的 SIP 地址；默认本机")] = None,
    record: Annotated[Path | None, typer.Option(help="把听到的声音存成 WAV")] = None,
) -> None:
    """打电话给正在运行的热线。"""
    from assistant.commands.call import call as ring

    if not (files or mic or keys):
        raise typer.BadParameter("请给声音文件，或者 --mic，或者 --keys")
    raise typer.Exit(
        ring(files or [], microphone=mic, number=number, keys=keys, address=address, record=record)
    )


@app.command()
def train() -> None:
    """训练语言模型（没有改动就直接用现成的）。"""
    from assistant import training

    typer.echo(str(training.model()))


@app.command()
def doctor() -> None:
    """检查缺什么，并说明怎么补。"""
    from assistant.commands.doctor import doctor as examine

    raise typer.Exit(examine())


@app.command()
def migrate(
    load: Annotated[bool, typer.Option("--load", help="同时载入服务目录、政策和演示数据")] = False,
) -> None:
    """把数据库升级到最新结构（启动时也会自动做）。"""
    from assistant.commands.migrate import migrate as bring

    raise typer.Exit(bring(load=load))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Excel、CSV，或 HSDS 的 JSON、ZIP", exists=True)],
    city: Annotated[str, typer.Option(help="城市，例如 岳阳")],
    apply: Annotated[bool, typer.Option("--apply", help="真正写入；不写则只预览")] = False,
) -> None:
    """导入一个城市的服务目录：先预览，所有行都对才写入。"""
    from assistant.commands.catalogue import import_file

    raise typer.Exit(import_file(file, city, apply=apply))


@app.command()
def export(
    city: Annotated[str, typer.Argument(help="城市，例如 岳阳")],
    file: Annotated[Path, typer.Argument(help="写到哪个文件")],
    format: Annotated[str, typer.Option(help="hsds-json、hsds-csv 或 xlsx")] = "xlsx",
) -> None:
    """导出一个城市的服务目录。"""
    from assistant.commands.catalogue import export_file

    raise typer.Exit(export_file(city, file, format))


@app.command()
def template(file: Annotated[Path, typer.Argument(help="写到哪个文件")]) -> None:
    """生成一张空白的导入表（Excel）。"""
    from assistant.commands.catalogue import write_template

    raise typer.Exit(write_template(file))


@app.command()
def evaluate(
    kind: Annotated[str, typer.Argument(help="nlu、emergency、dates、dialogues 或 speech")],
    file: Annotated[Path, typer.Argument(exists=True)],
    as_json: Annotated[bool, typer.Option("--json", help="最后一行输出 JSON")] = False,
    pipeline: Annotated[str | None, typer.Option(help="nlu：换一条流水线，例如 diet、jieba_lr")] = None,
    transcripts: Annotated[Path | None, typer.Option(help="dialogues：每段对话写到这个目录")] = None,
) -> None:
    """按 docs/evaluation.md 的格式给一个文件打分。"""
    from assistant.commands.evaluate import evaluate as score

    raise typer.Exit(score(kind, file, as_json=as_json, pipeline=pipeline, transcripts=transcripts))


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="turns、phone、search、orders 或 console")],
    as_json: Annotated[bool, typer.Option("--json", help="最后一行输出 JSON")] = False,
) -> None:
    """测速：比值写在时间旁边。"""
    from assistant.commands.bench import bench as measure

    raise typer.Exit(measure(name, as_json=as_json))


@app.command()
def token(
    subject: Annotated[str, typer.Argument(help="给谁用，例如 provider、metrics")],
) -> None:
    """签发一个访问凭证（30 天）。"""
    from assistant.commands.tokens import issue

    raise typer.Exit(issue(subject))


user = typer.Typer(help="工作台的账号。", no_args_is_help=True)
app.add_typer(user, name="user")


class ConsoleRole(StrEnum):
    """Roles as ``console.models.Role`` names them."""

    worker = "worker"
    operator = "operator"
    auditor = "auditor"
    administrator = "administrator"


@user.command("add")
def user_add(
    name: Annotated[str, typer.Argument(help="用户名")],
    role: Annotated[
        ConsoleRole, typer.Option(help="worker 社区、operator 接线、auditor 审计、administrator 管理")
    ],
    city: Annotated[str | None, typer.Option(help="城市；默认本机所服务的城市")] = None,
    community: Annotated[
        list[str] | None, typer.Option(help="负责的街道，或 街道/社区；可以写多次（worker 必填）")
    ] = None,
    display_name: Annotated[str | None, typer.Option(help="同事和来电人看到的称呼")] = None,
) -> None:
    """新建账号：输入密码，显示一次动态码链接。"""
    from assistant.commands.users import add

    raise typer.Exit(add(name, role.value, city, community or [], display_name))


models = typer.Typer(help="听写模型（语音识别）。", no_args_is_help=True)
app.add_typer(models, name="models")


@models.command("list")
def models_list() -> None:
    """有哪些模型，哪个在用。"""
    from assistant.commands.models import list_models

    raise typer.Exit(list_models())


@models.command("install")
def models_install(
    source: Annotated[str, typer.Argument(help="已知模型的名字、网址、压缩包或模型文件夹")],
    sha256: Annotated[str | None, typer.Option(help="压缩包应有的 SHA-256")] = None,
    name: Annotated[str | None, typer.Option(help="安装成什么名字")] = None,
) -> None:
    """安装模型；下载中断了，再运行会接着来。"""
    from assistant.commands.models import install

    raise typer.Exit(install(source, sha256, name))


@models.command("verify")
def models_verify(
    name: Annotated[str | None, typer.Argument(help="默认是在用的那个")] = None,
) -> None:
    """核对模型文件有没有损坏。"""
    from assistant.commands.models import verify

    raise typer.Exit(verify(name))


@models.command("switch")
def models_switch(name: Annotated[str, typer.Argument(help="模型名字")]) -> None:
    """换一个模型，下次启动生效。"""
    from assistant.commands.models import switch

    raise typer.Exit(switch(name))


@models.command("refresh")
def models_refresh() -> None:
    """服务目录有了新的名称：让自带的模型认得它们（不重新训练声音）。"""
    from assistant.commands.models import refresh

    raise typer.Exit(refresh())


@models.command("train")
def models_train(
    recordings: Annotated[
        list[Path] | None, typer.Option(help="录音文件夹（带 transcripts.tsv），可以写多次", exists=True)
    ] = None,
    held_out: Annotated[
        list[str] | None, typer.Option(help="留作测试、不参加训练的说话人，可以写多次")
    ] = None,
) -> None:
    """从头训练自带的模型（约两小时；中断了再运行会接着来；make model 就是它）。"""
    from assistant.commands.models import train as learn

    raise typer.Exit(learn(recordings or [], held_out or []))


@app.command()
def audit() -> None:
    """核对审计记录的链条有没有被改动。"""
    from assistant.commands.audit import verify

    raise typer.Exit(verify())


if __name__ == "__main__":
    app()
