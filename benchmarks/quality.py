"""Protection and restoration after the real round trip through a file, judged by recognisers that were in no loss.

    python benchmarks/quality.py --faces ../shared/faces --networks ../shared/models --out quality.json

One photograph of each person is protected by the pipeline, written, read and restored: with its key, with wrong ones,
and after JPEG. The tables are markdown; the JSON holds every figure of every photograph too. A refused photograph
counts as failed, not as protected, and is named.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from archives import read_set
from identities import load_judges
from machine import describe
from probes import probes
from quality_set import Settings, measure_set
from quality_tables import tables
from rofi.pipeline.networks import Networks


def main() -> None:
    """Measure, print the tables, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, default=Path("../shared/faces"))
    parser.add_argument("--networks", type=Path, default=Path("../shared/models"), help="judges and LPIPS")
    parser.add_argument("--weights", type=Path, help="of the model; the packaged ones if left out")
    parser.add_argument("--sets", nargs="+", default=["london", "canada", "lfw_eval"])
    parser.add_argument("--people", type=int, default=300, help="at most so many of each set")
    parser.add_argument("--min-face", type=float, default=30, help="outer eye corners' distance in pixels")
    parser.add_argument("--keys", type=int, default=20, help="keys for one photograph; 0 leaves it out, the paper: 100")
    parser.add_argument("--key-photographs", type=int, default=1, help="photographs of each set for that")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    networks = Networks.load(arguments.weights)
    settings = Settings(
        networks,
        arguments.networks,
        load_judges(arguments.networks),
        arguments.keys,
        arguments.key_photographs,
        arguments.min_face,
    )
    result: dict[str, object] = {"machine": describe(), "weights": networks.fingerprint}
    print(f"{result['machine']}; weights {networks.fingerprint}; 95 % intervals in brackets")
    for name in arguments.sets:
        chosen = probes(read_set(arguments.faces, name))[: arguments.people]
        figures = measure_set(chosen, settings)
        print(f"\n{tables(name, figures)}", flush=True)
        result[name] = asdict(figures)
        if arguments.out:  # after every set: the sets take long
            arguments.out.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
