"""The way back after others have passed the protected photograph on as JPEG, without its metadata."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from rofi.errors import PhotoError, TrainingError
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.image_quality import psnr
from rofi.evaluation.intervals import Interval, bootstrap_mean, exact_binomial
from rofi.evaluation.methods.method import ReEncodable, ReversibleMethod
from rofi.evaluation.report.document import Better, Cell, Picture, Section, Table
from rofi.evaluation.report.plots import Points, curves
from rofi.imaging.encode import encode
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS

QUALITIES = (100, 95, 90, 75, 50)
JUDGE = "sface128"
_MOST, _QUICK = 24, 4


def measure(bench: Bench) -> Section:
    """Identity and PSNR of what is restored from JPEG files of falling quality, by reversible method."""
    methods = [method for method in bench.methods if isinstance(method, ReversibleMethod)]
    if not methods:
        return Section("jpeg-curve", _TITLE, "not in the paper", "", left_out=("none of the methods has a way back",))
    try:
        judge = Recogniser(SPECS[JUDGE], bench.settings.networks)
    except TrainingError as error:
        return Section("jpeg-curve", _TITLE, "not in the paper", "", left_out=(str(error),))
    wanted = _QUICK if bench.settings.quick else _MOST
    cases = bench.cases[:: max(1, len(bench.cases) // wanted)][:wanted]
    rows: dict[int, list[tuple[Cell, ...]]] = {quality: [] for quality in QUALITIES}
    lines: dict[str, Points] = {}
    for method in methods:
        figures = _figures(bench, cases, method, judge)
        cosines: list[Interval | None] = []
        for number, quality in enumerate(QUALITIES):
            similar, sharp = figures["cosine"][:, number], figures["psnr"][:, number]
            back = np.isfinite(similar)
            mean = _mean(similar[back], bench.settings.resamples)
            accepted = exact_binomial(int((similar[back] > judge.spec.threshold).sum()), max(1, int(back.sum())))
            rows[quality].append(
                (
                    quality,
                    method.facts.title,
                    int(back.sum()),
                    mean,
                    accepted if back.any() else None,
                    _mean(sharp[back], bench.settings.resamples),
                )
            )
            cosines.append(mean)
        lines[method.facts.title] = (QUALITIES, cosines)
    columns = (
        "JPEG quality",
        "method",
        "photographs that come back",
        f"identity, cosine ({JUDGE})",
        f"one person to {JUDGE} at FAR 1e-3",
        "PSNR of the aligned face, dB",
    )
    better: tuple[Better | None, ...] = (None, None, None, "higher", "higher", "higher")
    by_quality = tuple(row for of_quality in rows.values() for row in of_quality)
    table = Table("jpeg-curve", "Restored after JPEG, metadata stripped", columns, by_quality, _NOTE, better=better)
    plot = curves({"restored": lines}, "JPEG quality", f"identity, cosine ({JUDGE})", level=judge.spec.threshold)
    picture = Picture("jpeg-curve", "Identity of the restored face by JPEG quality", plot, "Dashed: one person.")
    return Section("jpeg-curve", _TITLE, "not in the paper", _TEXT, (table,), (picture,))


_TITLE = "The way back after JPEG"
_TEXT = """The protected picture is written as JPEG with full colour resolution (4:4:4) and without any metadata, as
an e-mail program or an archive may do, and restored from that with the right key. What the file said of itself comes
from the owner's log."""
_NOTE = "Quality 100 still rounds. Means with BCa bootstrap intervals, shares with exact binomial ones."


def _figures(
    bench: Bench, cases: Sequence[Case], method: ReversibleMethod, judge: Recogniser
) -> dict[str, npt.NDArray[np.float64]]:
    """(N, Q) cosine and PSNR; NaN where nothing comes back."""

    def make() -> dict[str, npt.NDArray[np.float64]]:
        found = [_of_case(bench, case, method, judge) for case in cases]
        table = np.array(found, np.float64).reshape(len(cases), len(QUALITIES), 2)
        return {"cosine": table[..., 0], "psnr": table[..., 1]}

    made_of = {
        "cohort": str(bench.cohort.resolve()),
        "images": [case.row.image for case in cases],
        "version": method.facts.version,
        "qualities": QUALITIES,
    }
    return bench.store.arrays(f"jpeg-curve-{method.facts.name}", made_of, make)


def _of_case(bench: Bench, case: Case, method: ReversibleMethod, judge: Recogniser) -> list[tuple[float, float]]:
    file, pixels = bench.protected_file(case, method), bench.protected(case, method)
    if file is None or pixels is None:
        return [(np.nan, np.nan)] * len(QUALITIES)
    bench.progress(f"{method.facts.title}, after JPEG: {case.row.image}")
    before = bench.align(case, bench.original(case).pixels)
    found = []
    for quality in QUALITIES:
        jpeg = encode(pixels, "jpeg", quality)
        try:
            back = _restore(method, jpeg, f"{case.row.image} as JPEG", file)
        except PhotoError:
            found.append((np.nan, np.nan))
            continue
        after = bench.align(case, back)
        one, other = judge.embed(np.stack([before, after]))
        found.append((float(judge.similarity(one[None], other[None])[0]), _psnr(after, before)))
    return found


def _restore(method: ReversibleMethod, jpeg: bytes, name: str, file: bytes) -> npt.NDArray[np.uint8]:
    if isinstance(method, ReEncodable):
        return method.restore_re_encoded(jpeg, name, file)
    return method.restore(jpeg, name)


def _psnr(after: npt.NDArray[np.uint8], before: npt.NDArray[np.uint8]) -> float:
    planes = [torch.from_numpy(view).permute(2, 0, 1)[None].float() / 255 for view in (after, before)]
    return float(psnr(*planes)[0])


def _mean(values: npt.NDArray[np.float64], resamples: int) -> Interval | None:
    return bootstrap_mean(values, resamples=resamples) if len(values) > 1 else None
