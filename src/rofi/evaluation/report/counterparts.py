"""Where this report has what the paper published, and how far the two are the same measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kin = Literal["same", "kindred", "other"]


@dataclass(frozen=True)
class Counterpart:
    """A column of a table.

    Attributes:
        tables: names, with `*` for anything; the first that has the figure is taken.
        column: what the column's title has in it, upper or lower case; unused where `by_disease` is set.
        kin: whether it is the same measure on other patients, a kindred one, or another.
        why: one line.
        rows: what other columns must say: part of their title, and part of the cell.
        wish: likewise, where there is such a row, and else not; the table's own title will do.
        pick: which of several values stands for the method, such as that of the best of several recognisers.
        scale: what the value is multiplied by to be in the paper's unit.
        label: title of the column that tells the method.
        of_method: text around the method's title there.
        by_disease: the table has diseases as rows and methods as columns.
    """

    tables: tuple[str, ...]
    column: str
    kin: Kin
    why: str
    rows: tuple[tuple[str, str], ...] = ()
    wish: tuple[tuple[str, str], ...] = ()
    pick: Literal["first", "lowest", "highest"] = "first"
    scale: float = 1.0
    label: str = "method"
    of_method: str = "{}"
    by_disease: bool = False


_POINTS = (
    "the paper tells neither its detector nor its unit; here MediaPipe's points, in per cent of the distance between "
    "the iris centres"
)
_READERS = "three physicians read the paper's photographs; here the readers of this project's own study do"
_PHYSICIANS = "three physicians read the paper's photographs; here networks trained on the cohort do"
_NETWORK = (
    "both are image classifiers trained on originals; the paper's had patients' photographs, and where no ResNet-50 or "
    "ViT could be trained here another network stands in"
)
_RECOGNISER = (
    "the same rate, by the best of this bench's recognisers; the paper's networks and its gallery of identity cards "
    "are not published"
)
_EYELIDS = Counterpart(("key-points",), "eyelids", "kindred", _POINTS)
_IRISES = Counterpart(("key-points",), "irises", "kindred", _POINTS)
_SENSITIVITY = (
    Counterpart(("readers-health",), "sensitivity", "kindred", _READERS, scale=100),
    Counterpart(("diagnosis-health",), "sensitivity", "other", _PHYSICIANS, scale=100),
)
_RESNET, _VIT = (("reader", "resnet"),), (("reader", "vit"),)
_BY_DISEASE = (
    Counterpart(("readers-disease-kappa",), "", "kindred", _READERS, by_disease=True),
    Counterpart(("diseases-kappa*",), "", "other", _PHYSICIANS, by_disease=True),
)
_VIT_AUROC = Counterpart(("diagnosis-agreement",), "auroc", "kindred", _NETWORK, wish=_VIT)

_COUNTERPARTS: Mapping[str, Counterpart | tuple[Counterpart, ...]] = {
    "eyelids": _EYELIDS,
    "eyelids-external-1": _EYELIDS,
    "eyelids-external-2": _EYELIDS,
    "irises": _IRISES,
    "irises-external-1": _IRISES,
    "irises-external-2": _IRISES,
    "conjunctival-kappa": (
        Counterpart(("readers-signs",), "kappa with", "kindred", _READERS, rows=(("question", "conj"),)),
        Counterpart(("sign-kappa",), "conj-dis", "other", _PHYSICIANS),
    ),
    "eye-structure": Counterpart(
        ("eye-structure",),
        "similarity",
        "kindred",
        "the paper does not tell its measure; here SSIM of both eyes' regions",
    ),
    "sensitivity": _SENSITIVITY,
    "sensitivity-external-1": _SENSITIVITY,
    "sensitivity-external-2": _SENSITIVITY,
    "kappa-basal-cell-carcinoma": _BY_DISEASE,
    "kappa-conjunctival-melanoma": _BY_DISEASE,
    "kappa-corneal-leukoma": _BY_DISEASE,
    "kappa-squamous-cell-carcinoma": _BY_DISEASE,
    "mcc": (
        Counterpart(("readers-disease",), "mcc", "kindred", _READERS),
        Counterpart(("diagnosis-agreement",), "mcc", "other", _PHYSICIANS),
    ),
    "resnet50-kappa": Counterpart(("diagnosis-agreement",), "kappa", "kindred", _NETWORK, wish=_RESNET),
    "resnet50-auroc": Counterpart(("diagnosis-agreement",), "auroc", "kindred", _NETWORK, wish=_RESNET),
    "vit-auroc": _VIT_AUROC,
    "vit-auroc-external-1": _VIT_AUROC,
    "vit-auroc-basal-cell-carcinoma": Counterpart(
        ("diseases-auroc*",), "", "kindred", _NETWORK, wish=_VIT, by_disease=True
    ),
    "vit-auroc-512": Counterpart(
        ("diagnosis-agreement",), "auroc", "kindred", _NETWORK, rows=(("reader", "512"),), wish=_VIT, scale=100
    ),
    "landmarks": Counterpart(
        ("face-landmarks",),
        "mean squared",
        "kindred",
        "the paper has MTCNN on CelebA-HQ and does not tell the scale; here YuNet's five points on the cohort",
    ),
    "tumour-dice": Counterpart(
        ("tumour-segmentation",),
        "dice with the region",
        "kindred",
        "the same coefficient; there physicians outlined the tumours of both pictures, here a network does",
        rows=(("tumour", "basal"),),
    ),
    "protection-adacos": Counterpart(
        ("identification-splits", "identification"),
        "protection rate",
        "same",
        _RECOGNISER,
        pick="lowest",
        scale=100,
    ),
    "protection-arcface": Counterpart(
        ("identification-splits", "identification"),
        "protection rate",
        "same",
        _RECOGNISER,
        pick="lowest",
        scale=100,
    ),
    "human-recognition": Counterpart(
        ("readers-recognition",), "rate", "same", "only people can answer it, in a reader study (rofi study)", scale=100
    ),
    "iris-recognition": Counterpart(
        ("open-iris", "iris-recognition"),
        "identified (rank-1)",
        "kindred",
        "the paper has OpenIris; where that is not installed, an iris code of the same kind stands in",
        scale=100,
    ),
    "dp-auroc": Counterpart(("differential-privacy*",), "auroc", "kindred", _NETWORK, scale=100),
    "membership-inference": Counterpart(
        ("membership-inference*",),
        "tpr",
        "other",
        "linear heads that know few people by heart, a worst case",
        scale=100,
    ),
    "key-diversity": Counterpart(
        ("key-diversity-judges",),
        "distance between keys",
        "same",
        "the same distance, by the recogniser here that sees least of it",
        pick="lowest",
        label="",
    ),
    "guessed-keys": Counterpart(
        ("attack-random-keys",),
        "claims to fit",
        "same",
        "the same attempt; the interval says what so few tries can",
        rows=(("key", "random"),),
        pick="highest",
        scale=100,
        label="",
    ),
    "universal-key": Counterpart(
        ("attack-universal-key",),
        "protected from",
        "kindred",
        "the same attack on another network, judged by the best of this bench's recognisers",
        rows=(("attack", "universal key vector"),),
        pick="lowest",
        scale=100,
        label="",
    ),
    "spoofing": Counterpart(
        ("attack-bim",),
        "taken for the target",
        "kindred",
        "the same attack by one who has the key, norm 0.05, no defence, to the recogniser that falls for it most",
        rows=(("attacker", "right key"), ("norm", "0.05"), ("defence", "none")),
        pick="highest",
        scale=100,
        label="",
    ),
    "restored-identity": Counterpart(
        ("way-back",),
        "identity",
        "kindred",
        "the paper tells no measure; here the cosine of a recogniser's embeddings",
        scale=100,
    ),
    "restored-image": Counterpart(
        ("way-back",), "ssim", "kindred", "the paper tells no measure; here SSIM of the aligned face", scale=100
    ),
    "follow-up": Counterpart(
        ("follow-up",),
        "kappa",
        "other",
        "physicians judged the paper's pairs; here a comparer of eye shapes does",
        label="history",
        of_method="restored by {}",
    ),
}

COUNTERPARTS: Mapping[str, tuple[Counterpart, ...]] = MappingProxyType(
    {name: found if isinstance(found, tuple) else (found,) for name, found in _COUNTERPARTS.items()}
)
"""By name of the published figure; the first that has the figure counts."""
