"""How near the networks run to the machine's peak: multiply-adds over a measured matrix product, and measured passes.

python benchmarks/floor.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch

from machine import describe
from rofi.model.accounting import account
from rofi.pipeline.networks import Networks

SIDE, REPEATS = 2048, 9
PROTECT = ("sign_detector", "translator", "da_former", "dec_net")
RESTORE = ("restorer", "restorer_dec_net")


def seconds(work: Callable[[], object]) -> float:
    """Median of several calls after one to warm up."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Measure with one and with all threads and print a table."""
    networks = Networks.load()
    model, view = networks.model, networks.view
    costs = {cost.name: cost.multiply_adds for cost in account(model.config)}
    face, key = torch.rand(1, 3, view, view), torch.randn(1, 512)
    signs, fits = torch.zeros(1, 1, view, view), torch.tensor([True])
    left, right = torch.randn(SIDE, SIDE), torch.randn(SIDE, SIDE)
    print(f"{describe()}; weights {networks.fingerprint}\n")
    print(
        "| threads | product, GFLOP/s | protect: floor, measured, s | restore: floor, measured, s |\n|---|---|---|---|"
    )
    for threads in sorted({1, torch.get_num_threads()}):
        torch.set_num_threads(threads)
        rate = 2 * SIDE**3 / seconds(lambda: left @ right)
        with torch.inference_mode():
            passes = (
                (PROTECT, seconds(lambda: model.protect(face, face, key, signs))),
                (RESTORE, seconds(lambda: model.restore(face, face, key, fits))),
            )
        cells = [f"{2 * sum(costs[part] for part in parts) / rate:.3f}, {took:.3f}" for parts, took in passes]
        print(f"| {threads} | {rate / 1e9:.0f} | {cells[0]} | {cells[1]} |")


if __name__ == "__main__":
    main()
