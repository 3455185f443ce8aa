"""Seconds per photograph by step, throughput with one and two workers, peak memory, file sizes.

    python benchmarks/photographs.py --faces ../shared/faces

prints a Markdown table; run it on an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archives import SetImage, read_set
from machine import describe
from rofi.keys.secret import Secret
from rofi.pipeline.networks import Networks
from rofi.pipeline.protector import Protector
from rofi.pipeline.restorer import Restorer

SETS = ("photos_clinic", "photos_virtual")
PROTECT_STEPS = {
    "decode": ("decode.py", "decode"),
    "detect and landmarks": ("found_face.py", "find"),
    "draw the person": ("person_choice.py", "_draw"),
    "refine the person": ("person_refinement.py", "moves"),
    "model": ("protector.py", "_carrier"),
    "grain": ("grain.py", "match_grain"),
    "hide": ("residue.py", "hide"),
    "code the face in brief": ("face_code.py", "code"),
    "hide the base layer": ("base_layer.py", "hide"),
    "encode": ("encode.py", "encode"),
}
RESTORE_STEPS = {
    "decode": ("decode.py", "decode"),
    "reveal": ("residue.py", "reveal"),
    "model": ("network.py", "restore"),
    "encode": ("encode.py", "encode"),
}


def profiled(work: Callable[[], object], steps: dict[str, tuple[str, str]], count: int) -> dict[str, float]:
    """Seconds per photograph of the whole and of each step (cumulative time of its function)."""
    profile = cProfile.Profile()
    start = time.perf_counter()
    profile.runcall(work)
    whole = (time.perf_counter() - start) / count
    seconds = {"whole": whole}
    for (file, _, function), values in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        for step, (wanted_file, wanted_function) in steps.items():
            if file.endswith(wanted_file) and function == wanted_function:
                seconds[step] = seconds.get(step, 0.0) + values[3] / count
    return seconds


def by_step(images: list[SetImage], networks: Networks) -> tuple[dict[str, float], dict[str, float], float, float]:
    """Protecting and restoring by step, and mean sizes in KiB of photographs and protected files without a seal."""
    secret = Secret(bytes(32))
    protector, restorer = Protector(networks, secret), Restorer(networks, secret, "neural")
    protector.protect(images[0].data, images[0].name)  # warms up
    protected: list[bytes] = []
    seconds = profiled(
        lambda: protected.extend(protector.protect(image.data, image.name).data for image in images),
        PROTECT_STEPS,
        len(images),
    )
    back = profiled(lambda: [restorer.restore(data, "x.png") for data in protected], RESTORE_STEPS, len(images))
    sizes = sum(len(image.data) for image in images), sum(len(data) for data in protected)
    return seconds, back, sizes[0] / len(images) / 1024, sizes[1] / len(images) / 1024


def command_seconds(images: list[SetImage], workers: int) -> tuple[float, float]:
    """Seconds per photograph of the whole command, start included, and the peak memory of one process in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        photos, key = Path(folder) / "photos", Path(folder) / "a.key"
        photos.mkdir()
        for image in images:
            (photos / image.name).write_bytes(image.data)
        rofi = str(Path(sys.executable).parent / "rofi")
        subprocess.run([rofi, "keys", "new", str(key)], check=True, capture_output=True)
        command = [rofi, "protect", str(photos), "--key", str(key), "--out", f"{folder}/out", "--json"]
        start = time.perf_counter()
        done = subprocess.run([*command, "--workers", str(workers)], capture_output=True, check=False)
        seconds = time.perf_counter() - start
        counts = json.loads(done.stdout)["counts"]
        if counts["failed"]:
            print(f"{counts['failed']} of {len(images)} photographs failed", file=sys.stderr)
    return seconds / len(images), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, default=Path("../shared/faces"))
    parser.add_argument("--images", type=int, default=16)
    arguments = parser.parse_args()
    networks = Networks.load()
    print(f"{describe()}; weights {networks.fingerprint}\n")
    for name in SETS:
        images = list(read_set(arguments.faces, name))[: arguments.images]
        there, back, before, after = by_step(images, networks)
        print(f"{name}, {len(images)} photographs, {before:.0f} KiB each; protected with seal {after:.0f} KiB\n")
        for what, seconds in (("protect", there), ("restore, neural", back)):
            print(f"| {what}: step | seconds per photograph |\n|---|---|")
            print("\n".join(f"| {step} | {value:.3f} |" for step, value in seconds.items()) + "\n")
        print("| command, workers | seconds per photograph | peak memory of one process, MiB |\n|---|---|---|")
        for workers in (1, 2):
            seconds_each, memory = command_seconds(images, workers)
            print(f"| rofi protect, {workers} | {seconds_each:.2f} | {memory:.0f} |")
        print()


if __name__ == "__main__":
    main()
