"""One target in this process: `python -m fuzz.run TARGET FOLDER EXECUTIONS SECONDS SEED [plain]`; findings go to FOLDER.

With atheris the engine is libFuzzer: mutations are led by which code of the program they reach. Without it mutations are
blind. A finding does not end the run: each place in the code is told once.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import time
import traceback
from importlib.util import find_spec
from pathlib import Path


class Harness:
    """Runs inputs and keeps what breaks."""

    def __init__(self, name: str, folder: Path) -> None:
        from fuzz.targets import TARGETS

        self.target = TARGETS[name]
        self.folder = folder
        self.executions = 0
        self.slowest = 0.0
        self.findings: dict[str, str] = {}
        self.start = time.monotonic()

    def __call__(self, data: bytes) -> None:
        """One execution."""
        from kpi.errors import KpiError

        self.executions += 1
        start = time.process_time()
        try:
            self.target.run(bytes(data))
        except KpiError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever comes is the finding
            self._keep(data, _place(error), "".join(traceback.format_exception(error)))
        took = time.process_time() - start
        self.slowest = max(self.slowest, took)
        if took > self.target.slow:
            self._keep(data, f"slow-{len(data).bit_length()}", f"{took:.1f} s for {len(data)} bytes")
        if self.executions % 500 == 0:
            self.save()

    def _keep(self, data: bytes, place: str, told: str) -> None:
        if place in self.findings:
            return
        self.findings[place] = told
        digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()[:10]
        (self.folder / f"finding-{digest}").write_bytes(data)
        (self.folder / f"finding-{digest}.txt").write_text(f"{place}\n{told}", "utf-8")
        self.save()

    def save(self) -> None:
        """Keep the figures: the engine ends the process without asking."""
        figures = {
            "executions": self.executions, "seconds": round(time.monotonic() - self.start, 1),
            "slowest": round(self.slowest, 2), "findings": self.findings,
        }  # fmt: skip
        (self.folder / "figures.json").write_text(json.dumps(figures, ensure_ascii=False), "utf-8")


def _place(error: BaseException) -> str:
    """Kind of the error and the last line of the program that it went through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/kpi/" in frame.filename]
    last = f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else "?"
    return f"{type(error).__name__} {last}"


def main(name: str, folder: Path, executions: int, seconds: int, seed: int, *, plain: bool) -> None:
    """Fuzz until one of the two is used up; other programs and optical recognition are not what is fuzzed."""
    os.environ["KPI_SOFFICE"] = str(folder / "no-such-program")
    sys.modules["rapidocr"] = None  # type: ignore[assignment]
    if plain or find_spec("atheris") is None:
        _plain(name, folder, executions, seconds, seed)
        return
    import atheris

    from fuzz.mutation import mutate_plainly

    with atheris.instrument_imports(include=["kpi"]):
        import kpi.library.reading
        import kpi.pipeline
        import kpi.reading.old_sheet
        import kpi.reading.pdf
        import kpi.reading.sheet
        import kpi.reading.web
        import kpi.reading.word  # noqa: F401

        harness = Harness(name, folder)
    target = harness.target
    corpus = folder / "corpus"
    _write_seeds(corpus, harness)

    def mutator(data: bytes, longest: int, number: int) -> bytes:
        return bytes(target.mutate(data, longest, number, atheris.Mutate)[:longest])

    flags = [
        f"-runs={executions}", f"-max_total_time={seconds}", f"-max_len={target.longest}", f"-seed={seed}", "-timeout=60",
        "-rss_limit_mb=3000", f"-artifact_prefix={folder}/", "-verbosity=0", "-len_control=0",
    ]  # fmt: skip
    extra = {} if target.mutate is mutate_plainly else {"custom_mutator": mutator}
    atheris.Setup([sys.argv[0], *flags, str(corpus)], harness, **extra)
    try:
        atheris.Fuzz()
    finally:
        harness.save()


def _write_seeds(corpus: Path, harness: Harness) -> list[bytes]:
    from fuzz.seeds import FOUND

    corpus.mkdir(parents=True, exist_ok=True)
    target = harness.target
    found = sorted((FOUND / target.name).glob("*")) if (FOUND / target.name).is_dir() else []
    every = [*target.seeds(), *(path.read_bytes() for path in found)]
    for number, seed in enumerate(every):
        (corpus / f"seed-{number}").write_bytes(seed)
    return every


def _plain(name: str, folder: Path, executions: int, seconds: int, seed: int) -> None:
    from fuzz.mutation import mutated

    harness = Harness(name, folder)
    pool = _write_seeds(folder / "corpus", harness)
    random_source = random.Random(seed)
    longest = harness.target.longest
    for data in pool:
        harness(data)
    while harness.executions < executions and time.monotonic() - harness.start < seconds:
        seed_of_one = random_source.getrandbits(32)
        harness(mutated(harness.target.mutate, random_source.choice(pool), longest, seed_of_one))
    harness.save()


if __name__ == "__main__":
    main(
        sys.argv[1],
        Path(sys.argv[2]),
        int(sys.argv[3]),
        int(sys.argv[4]),
        int(sys.argv[5]),
        plain="plain" in sys.argv[6:],
    )
