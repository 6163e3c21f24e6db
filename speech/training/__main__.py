"""`python -m speech.training`: every step of the recipe in order; a step whose result is there is not done again.

    texts → voices → features → network → (recordings → network again) → am/final.mdl → graph

About an hour and a half on one free core, nearly all of it voices and network. Everything is seeded. Each step imports
what it needs: the graph is made without PyTorch.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

MFCC_CONF: Final = """--sample-frequency=8000
--use-energy=false
--num-mel-bins=40
--num-ceps=40
--low-freq=40
--high-freq=3800
--dither=0
--allow-upsample=true
--allow-downsample=true
"""
MODEL_CONF: Final = """--min-active=20
--max-active=200
--beam=10.0
--lattice-beam=4.0
--frames-per-chunk=12
--acoustic-scale=1.0
--frame-subsampling-factor=3
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.8
--endpoint.rule3.min-trailing-silence=1.5
--endpoint.rule4.min-trailing-silence=3.0
"""


def main() -> None:
    """Run the steps named, by default all."""
    options = _options()
    work: Path = options.work
    started = time.monotonic()

    def report(line: str) -> None:
        print(f"{time.monotonic() - started:7.0f} s  {line}", flush=True)

    steps: dict[str, Callable[[], None]] = {
        "voices": lambda: _voices(options, report),
        "features": lambda: _features(options, report),
        "network": lambda: _network(options, report),
        "graph": lambda: _graph(options, report),
    }
    for name in options.steps or steps:
        report(f"== {name}")
        steps[name]()
    report(
        f"the model is in {options.model}; measure it with python -m speech.evaluation ({work} holds what it was made of)"
    )


def _voices(options: argparse.Namespace, report: Callable[[str], None]) -> None:
    from speech.training.texts import to_speak
    from speech.training.voices import make_shards

    sentences = to_speak(options.sentences, options.seed)
    make_shards(sentences, options.work / "voices", options.work / "voice", options.seed, report)


def _features(options: argparse.Namespace, report: Callable[[str], None]) -> None:
    from speech.training.features import make_features

    shards = sorted((options.work / "voices").glob("*.pkl"))
    (options.work / "features").mkdir(exist_ok=True)
    for number, shard in enumerate(shards):
        target = options.work / "features" / shard.name
        make_features(shard, target, versions=options.versions, seed=options.seed + number)
        report(f"features of shard {number + 1} of {len(shards)}")


def _network(options: argparse.Namespace, report: Callable[[str], None]) -> None:
    from speech.training.export import export
    from speech.training.train import train

    target = options.work / "network.pt"
    if not target.exists():
        files = sorted((options.work / "features").glob("*.pkl"))
        train(
            files,
            target,
            steps=options.training_steps,
            hidden=options.hidden,
            threads=options.threads,
            seed=options.seed,
            report=report,
        )
    target = _with_recordings(options, target, report) if options.recordings else target
    export(target, options.model / "am" / "final.mdl")


def _with_recordings(options: argparse.Namespace, network: Path, report: Callable[[str], None]) -> Path:
    """Align real people's recordings with the network and train on, on them and on the voices."""
    from speech.training.features import make_features
    from speech.training.recordings import make_recording_shard
    from speech.training.train import train

    target: Path = options.work / "network-recordings.pt"
    features = options.work / "features-recordings"
    features.mkdir(exist_ok=True)
    for number, folder in enumerate(options.recordings):
        shard = options.work / "recordings" / f"{number:04}.pkl"
        make_recording_shard(folder, network, shard, report)
        make_features(
            shard, features / shard.name, versions=3 * options.versions, seed=options.seed - 1 - number
        )
    if not target.exists():
        files = [*sorted(features.glob("*.pkl")), *sorted((options.work / "features").glob("*.pkl"))]
        steps, seed = options.training_steps // 3, options.seed
        train(
            files,
            target,
            steps=steps,
            hidden=options.hidden,
            threads=options.threads,
            seed=seed,
            report=report,
            start=network,
        )
    return target


def _graph(options: argparse.Namespace, report: Callable[[str], None]) -> None:
    from speech.training.graph import build
    from speech.training.vocabulary import language_model

    (options.model / "conf").mkdir(parents=True, exist_ok=True)
    (options.model / "conf" / "mfcc.conf").write_text(MFCC_CONF)
    (options.model / "conf" / "model.conf").write_text(MODEL_CONF)
    slots = (
        {path.stem: path.read_text("utf-8").split() for path in sorted(options.slots.glob("*.txt"))}
        if options.slots
        else None
    )
    model = language_model(
        seed=options.seed, slots=slots, texts=options.texts, work=options.work, report=report
    )
    report("graphs")
    build(model, options.model)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m speech.training", description=__doc__)
    parser.add_argument("steps", nargs="*", help="voices, features, network, graph; default: all")
    parser.add_argument(
        "--work", type=Path, default=Path("var/training"), help="folder for everything made on the way"
    )
    parser.add_argument(
        "--model", type=Path, default=Path("var/training/model"), help="the model folder to write"
    )
    parser.add_argument("--sentences", type=int, default=6500, help="how many the voices speak")
    parser.add_argument("--versions", type=int, default=2, help="telephone lines each sentence goes through")
    parser.add_argument("--training-steps", type=int, default=3000)
    parser.add_argument("--hidden", type=int, default=256, help="width of the network")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--texts", type=Path, help="folder of callers' sentences (.txt, Rasa .yml)")
    parser.add_argument(
        "--slots", type=Path, help="folder of class words, NAME.txt each: street.txt, place.txt, service.txt"
    )
    parser.add_argument(
        "--recordings",
        type=Path,
        action="append",
        default=[],
        help="folder with transcripts.tsv (file, transcript) and sound",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
