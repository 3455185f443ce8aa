"""How much work goes into every attack."""

from __future__ import annotations

from dataclasses import dataclass

from rofi.evaluation.attacks.bim import NORMS, STEPS


@dataclass(frozen=True)
class Effort:
    """Numbers of photographs and steps; the seconds are those of one core and photographs of 320 x 320 pixels.

    `FULL` takes about 10 minutes, `QUICK` about 40 seconds, beside the protecting that the bench does anyway.

    Attributes:
        attacked: most people attacked, one photograph each, protected by the bench anyway.
        people, keys: of the attacker's own, and under how many keys each is protected; 1.5 s a protection.
        guessed: photographs on which keys are guessed, and
        guesses: the most random keys for each (the paper's 1,000), fewer where
        guessing_seconds: would not do for them all.
        bits: keys of each kind that is one bit off the right one.
        wrong_pictures: photographs restored in full with a wrong key; 0.15 s each.
        identical: photographs restored in full with three more wrong keys, to see that they give one face.
        key_steps: of the universal key; 0.5 s each.
        decoder_files: protected files that the shared decoder is learnt from.
        decoder_steps: of its network, which is learnt twice; 0.05 s each.
        restored: most photographs that the universal key and the shared decoders are tried on; 1 s each in all.
        spoofed: photographs, of which each is changed once for every norm with the key, and once without; 7 s each.
        norms, spoof_steps: of the Basic Iterative Method.
        noise: of the defence, standard deviation in levels.
        restorer_steps: of the network that restores without a key; 1 s each.
        gallery: people protected once more, under another key, for the parrot's gallery; 1.5 s each.
    """

    attacked: int = 40
    people: int = 40
    keys: int = 2
    guessed: int = 3
    guesses: int = 1000
    guessing_seconds: float = 100.0
    bits: int = 128
    wrong_pictures: int = 40
    identical: int = 4
    key_steps: int = 60
    decoder_files: int = 60
    decoder_steps: int = 400
    restored: int = 24
    spoofed: int = 6
    norms: tuple[float, ...] = NORMS
    spoof_steps: int = STEPS
    noise: float = 2.0
    restorer_steps: int = 120
    gallery: int = 40


FULL = Effort()
QUICK = Effort(
    attacked=8,
    people=4,
    keys=2,
    guessed=1,
    guesses=20,
    bits=5,
    wrong_pictures=4,
    identical=1,
    key_steps=2,
    decoder_files=8,
    decoder_steps=5,
    restored=4,
    spoofed=1,
    norms=(0.01,),
    spoof_steps=3,
    restorer_steps=4,
    gallery=3,
)
