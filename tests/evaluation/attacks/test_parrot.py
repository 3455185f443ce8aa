import numpy as np
import pytest

from rofi.errors import RofiError
from rofi.evaluation.attacks.parrot import fine_tune

SIZE = 16


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def people(count, keys, related, seed):
    """Originals, and what a protection makes of them: half the numbers kept, the others drowned by the key's person."""
    generator = np.random.default_rng(seed)
    originals = generator.standard_normal((count, SIZE))
    stranger = 4 * generator.standard_normal((count, keys, SIZE))
    stranger[..., : SIZE // 2] = 0
    kept = originals[:, None] if related else generator.standard_normal((count, 1, SIZE))
    return unit(kept + stranger), unit(originals)


def identified(adaptation, protected, originals):
    scores = adaptation(protected[:, 0]) @ adaptation(originals).T
    return (scores.argmax(1) == np.arange(len(originals))).mean()


def before(protected, originals):
    return ((protected[:, 0] @ originals.T).argmax(1) == np.arange(len(originals))).mean()


def test_learns_where_the_protection_leaves_the_identity():
    adaptation = fine_tune(*people(120, 2, True, 0), steps=400, rate=5e-3)
    protected, originals = people(60, 1, True, 1)
    assert before(protected, originals) < 0.4
    assert identified(adaptation, protected, originals) > 0.8
    assert adaptation.steps > 0


def test_learns_nothing_where_protected_faces_are_independent():
    adaptation = fine_tune(*people(120, 1, False, 0), steps=200, rate=5e-3)
    assert identified(adaptation, *people(60, 1, False, 1)) < 0.1


def test_gives_unit_embeddings():
    adapted = fine_tune(*people(10, 2, True, 0), steps=3)(people(5, 1, True, 1)[1])
    assert np.allclose(np.linalg.norm(adapted, axis=1), 1, atol=1e-5)


def test_too_few_people_and_other_shapes_are_refused():
    with pytest.raises(RofiError, match="at least 4"):
        fine_tune(*people(3, 2, True, 0))
    with pytest.raises(RofiError, match="give"):
        fine_tune(people(10, 2, True, 0)[0], people(9, 2, True, 0)[1])
