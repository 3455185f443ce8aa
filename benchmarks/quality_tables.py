"""The quality figures of a set as markdown tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from estimates import Estimate
from identities import PACKAGED, StageFigures
from jpeg_curve import STAGES as JPEG_STAGES
from many_keys import ManyKeys
from quality_set import SetFigures
from round_trip import ORIGINAL, PROTECTED, RESTORED, WRONG_KEYS

_KEY_FITS = "key fits: "
_PHOTO_FIGURES = (
    ("LPIPS of the restored aligned face", "lpips", "{:.4f}", ""),
    ("PSNR of the restored aligned face", "psnr_view", "{:.1f}", " dB"),
    ("PSNR of the changed pixels, restored", "psnr_changed_pixels", "{:.1f}", " dB"),
    ("SSIM of the restored aligned face", "ssim", "{:.4f}", ""),
    ("largest pixel difference between two wrong keys", "wrong_keys_difference", "{:.1f}", " levels"),
    ("eyelid points moved, of the distance between the eyes", "eyelids", "{:.2f}", " %"),
    ("iris points moved", "irises", "{:.2f}", " %"),
    ("mesh points beyond the eyes moved", "mesh", "{:.2f}", " %"),
    ("the detector's five points moved", "five", "{:.2f}", " %"),
)


def tables(name: str, figures: SetFigures) -> str:
    """Everything that is reported of a set."""
    measured = len(figures.photographs)
    lines = [f"### {name}: {figures.people} people, {len(figures.refused)} refused, {measured} measured", ""]
    if measured:
        lines += [*_by_judge(figures), "", *_by_photograph(figures), "", *_notes(figures)]
    return "\n".join([*lines, *(f"Refused: {refusal}." for refusal in figures.refused)])


def _by_judge(figures: SetFigures) -> Iterator[str]:
    judges = figures.recognition
    yield f"| figure | {' | '.join(judges)} |"
    yield "|---" * (len(judges) + 1) + "|"

    def row(label: str, stage: str, pick: Callable[[StageFigures], Estimate | None], text: Callable[..., str]) -> str:
        cells = [text(pick(stages[stage])) for stages in judges.values()]
        return f"| {label} | {' | '.join(cells)} |"

    for stage in (PROTECTED, RESTORED, *WRONG_KEYS):
        yield row(f"{stage}: verified at FAR 1e-3", stage, lambda f: f.verified, _percent)
    for stage in (ORIGINAL, PROTECTED, RESTORED):
        if any(stages[stage].rank1 for stages in judges.values()):
            yield row(f"{stage}: rank-1 in the gallery of other photographs", stage, lambda f: f.rank1, _percent)
    if any(stages[PROTECTED].place for stages in judges.values()):
        label = f"{PROTECTED}: share of that gallery less alike than the patient (chance 0.5)"
        yield row(label, PROTECTED, lambda f: f.place, _mean("{:.2f}"))
    for stage in (PROTECTED, RESTORED, *WRONG_KEYS, *JPEG_STAGES):
        yield row(f"{stage}: cosine to the original", stage, lambda f: f.cosine, _mean("{:.3f}"))
    if figures.many_keys:
        cells = [_distance(figures.many_keys, judge) for judge in judges]
        yield f"| {_many_keys_title(figures.many_keys)}: mean pairwise cosine distance | {' | '.join(cells)} |"
    between = [_number(figures.between_people[judge]) for judge in judges]
    yield f"| originals of different people: the same distance | {' | '.join(between)} |"


def _by_photograph(figures: SetFigures) -> Iterator[str]:
    yield "| figure | mean or share (95 % interval) | least to most |"
    yield "|---|---|---|"
    for label, key, form, unit in _PHOTO_FIGURES:
        estimate = figures.figures[key]
        span = "-" if estimate is None else f"{form.format(estimate.least)} to {form.format(estimate.most)}{unit}"
        yield f"| {label} | {_mean(form, unit)(estimate)} | {span} |"
    yield f"| face found in the protected photograph | {_percent(figures.figures['found'])} | |"
    for stage in (RESTORED, *WRONG_KEYS, *JPEG_STAGES):
        fits = "the face comes back, finely or in brief" if stage in JPEG_STAGES else "the key fits"
        yield f"| {stage}: {fits} | {_percent(figures.figures[_KEY_FITS + stage])} | |"
    for many in figures.many_keys:
        yield f"| {many.photo} under {many.keys} keys: deviation of a pixel | {many.pixel_deviation:.1f} levels | |"
    if figures.distances is not None:
        far = figures.distances
        yield f"| Frechet distance, protected to real; real to real | {far.frechet:.3f}; {far.frechet_real:.3f} | |"
        yield f"| kernel distance, protected to real; real to real | {far.kernel:.2e}; {far.kernel_real:.2e} | |"


def _notes(figures: SetFigures) -> Iterator[str]:
    """What one must know to read the tables."""
    yield f"{PACKAGED} comes with the program, was in the losses and refines persons: an attacker's tool, no witness."
    yield "Wrong keys: " + "; ".join(f"{name}: {meaning}" for name, meaning in WRONG_KEYS.items()) + "."
    yield "Points are found anew in each photograph; their figures are of those in which the face was found."
    yield "JPEG: the protected pixels without metadata, restored by the header from the owner's log."
    yield "dlib ResNet-29 compares by distance, and its vectors of different people have a high cosine, too:"
    yield "read its cosines by the distance between different people."
    if figures.distances is not None:
        far = figures.distances
        yield "Frechet and kernel distance: of MobileFaceNet-512's embeddings, a face feature space, so not comparable"
        yield f"with figures on ImageNet features; halves of {far.half} people, mean of {far.splits} halvings."
    if figures.without_card and len(figures.without_card) < len(figures.photographs):
        yield f"Not in the gallery: {', '.join(figures.without_card)}."
    for many in figures.many_keys:
        if many.refused:
            yield f"{many.photo} was refused under {many.refused} more keys: still recognised."


def _many_keys_title(several: Sequence[ManyKeys]) -> str:
    photographs = "one photograph" if len(several) == 1 else f"each of {len(several)} photographs"
    return f"{photographs} under {max(many.keys for many in several)} keys"


def _distance(several: Sequence[ManyKeys], judge: str) -> str:
    distances: Sequence[Mapping[str, float]] = [many.distance for many in several]
    return _number(sum(distance[judge] for distance in distances) / len(distances))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _percent(share: Estimate | None) -> str:
    if share is None or share.low is None or share.high is None:
        return "-"
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f})"


def _mean(form: str, unit: str = "") -> Callable[[Estimate | None], str]:
    def text(estimate: Estimate | None) -> str:
        if estimate is None:
            return "-"
        value = form.format(estimate.value)
        if estimate.low is None or estimate.high is None:
            return value + unit
        return f"{value}{unit} ({form.format(estimate.low)} to {form.format(estimate.high)})"

    return text
