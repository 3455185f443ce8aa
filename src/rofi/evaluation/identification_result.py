"""One recogniser searching in the gallery for what one method made of a bench's cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from rofi.evaluation.bench import ORIGINAL, Bench, Case
from rofi.evaluation.embeddings import embed_cases
from rofi.evaluation.id_gallery import IdGallery
from rofi.evaluation.identification_trial import Trial, search
from rofi.evaluation.methods.method import Method, Photograph
from rofi.recognition.recogniser import Recogniser

Bytes = npt.NDArray[np.uint8]
Embeddings = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Result:
    """One recogniser on what one method made.

    Attributes:
        judge: the recogniser.
        name, title: of the method.
        cases: those searched.
        trial: in the same order.
        very: (P,) similarity to the very photograph.
        refused: cases that the method refuses; absent: others of whom the gallery has no photograph.
    """

    judge: Recogniser
    name: str
    title: str
    cases: tuple[Case, ...]
    trial: Trial
    very: npt.NDArray[np.float64]
    refused: int
    absent: int

    @property
    def protected(self) -> npt.NDArray[np.bool_]:
        """(P,) whether the patient is not identified."""
        return ~self.trial.identified


def search_cases(
    bench: Bench, gallery: IdGallery, known: Embeddings, judge: Recogniser, method: Method | None
) -> Result | None:
    """Every case after a method searched in the gallery.

    Args:
        bench: with the cases.
        gallery: of their patients.
        known: (G, d) embeddings of its entries, see `embed_gallery`.
        judge: the recogniser.
        method: None for the originals.

    Returns:
        None where no case is left: all are refused, or the gallery has none of their patients.
    """
    kept, probes = embed_cases(bench, bench.cases, method, judge)
    candidates = [gallery.candidates(case) for case in kept]
    there = np.array([len(of) > 0 for of in candidates], bool)
    if not there.any():
        return None
    searched = [case for case, found in zip(kept, there, strict=True) if found]
    originals, reference = embed_cases(bench, bench.cases, None, judge)
    row_of = {case.row.image: row for case, row in zip(originals, reference, strict=True)}
    very = judge.similarity(probes[there], np.stack([row_of[case.row.image] for case in searched]))
    trial = search(
        judge.similarity_matrix(probes[there], known), [of for of in candidates if len(of)], gallery.own(searched)
    )
    name, title = (ORIGINAL, "Original") if method is None else (method.facts.name, method.facts.title)
    refused, absent = len(bench.cases) - len(kept), int((~there).sum())
    return Result(judge, name, title, tuple(searched), trial, np.asarray(very, np.float64), refused, absent)


def embed_gallery(
    bench: Bench,
    gallery: IdGallery,
    judge: Recogniser,
    after: str = ORIGINAL,
    version: str = "",
    change: Callable[[Photograph], Bytes] = lambda photo: photo.pixels,
) -> Embeddings:
    """(G, d) embeddings of a gallery's entries.

    Args:
        bench: whose store keeps them.
        gallery: of photographs.
        judge: the recogniser.
        after, version: name and version of what `change` is.
        change: (H, W, 3) pixels, made of a photograph, to be seen instead of its own.
    """
    made_of = {
        "cohort": str(bench.cohort.resolve()),
        "images": [entry.image for entry in gallery.entries],
        "version": version,
        "judge": asdict(judge.spec),
        "view": bench.settings.view,
    }
    arrays = bench.store.arrays(
        f"gallery-{judge.spec.name}-{after}", made_of, lambda: {"embeddings": judge.embed(gallery.views(change))}
    )
    return np.asarray(arrays["embeddings"], np.float32)
