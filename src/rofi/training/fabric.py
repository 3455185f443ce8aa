"""Devices of a training run."""

from __future__ import annotations

from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy


def make_fabric(devices: int = 1, nodes: int = 1) -> Fabric:
    """A GPU where there is one, else the CPU; several devices or machines train in step (DDP).

    With several, the process's own command is started again for every further device, unless torchrun has done so.

    DDP is told to expect parameters without gradients: the restorer has none where the way back is left out. Buffers
    are not broadcast in every step: those that were fitted are equal everywhere, and of running statistics the first
    process's are saved.
    """
    if devices * nodes == 1:
        return Fabric(accelerator="auto", devices=1)
    strategy = DDPStrategy(find_unused_parameters=True, broadcast_buffers=False)
    fabric = Fabric(accelerator="auto", devices=devices, num_nodes=nodes, strategy=strategy)
    fabric.launch()
    return fabric
