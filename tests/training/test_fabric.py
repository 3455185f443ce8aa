from lightning_fabric.strategies import DDPStrategy

from rofi.training import fabric
from rofi.training.fabric import make_fabric


def test_one_device_needs_no_launch():
    made = make_fabric()
    assert made.world_size == 1
    assert made.is_global_zero


def test_several_train_in_step_and_allow_for_parameters_without_gradients(monkeypatch):
    """Launching would start this test's own command again; what is asked of Fabric is seen without it."""
    asked = {}

    class Recorded:
        def __init__(self, **settings):
            asked.update(settings)

        def launch(self):
            asked["launched"] = True

    monkeypatch.setattr(fabric, "Fabric", Recorded)
    make_fabric(devices=2, nodes=3)
    assert isinstance(asked["strategy"], DDPStrategy)
    assert (asked["devices"], asked["num_nodes"], asked["launched"]) == (2, 3, True)
    assert asked["strategy"]._ddp_kwargs == {"find_unused_parameters": True, "broadcast_buffers": False}
