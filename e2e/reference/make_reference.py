"""Reference values of D, by forward-mode AD in PyTorch float64.

usage: make_reference.py CASES.json NETWORKS_FOLDER OUT_FOLDER [NETWORK …]

CASES.json says what is measured; NETWORKS_FOLDER holds the networks it names (`<file>` of the shared ones; the built-in
ones as `<architecture>.onnx`, written by `node dist/reference/writeNetworks.js NETWORKS_FOLDER`). For each network one
file OUT_FOLDER/<network>.json is written, with D for every layer and grid point (row-major in the order of the grid), and
the relative error that PyTorch's own float32 forward-mode AD makes in the same places.
"""

import itertools
import json
import math
import os
import sys
import time

import torch
import torch.autograd.forward_ad as fwAD

from onnx_torch import Network
from stimuli_torch import ANGLES, FAMILIES, feed


def measure(network, case, preprocessing, batch):
    """D of each layer, flattened over the grid: sums over units of (dy/dv)², v in radians, cycles/pixel or pixels."""
    family, defaults = FAMILIES[case["stimulus"]["family"]]
    stimulus = case["stimulus"]
    names = [axis["parameter"] for axis in case["grid"]]
    points = list(itertools.product(*(axis["values"] for axis in case["grid"])))
    d = {layer: [] for layer in case["layers"]}
    for start in range(0, len(points), batch):
        chosen = [{**defaults, **stimulus["parameters"], **dict(zip(names, p))} for p in points[start : start + batch]]
        with torch.no_grad(), fwAD.dual_level():
            parameters = {
                name: torch.tensor(
                    [math.radians(p[name]) if name in ANGLES else p[name] for p in chosen], dtype=torch.float64
                )
                for name in defaults
            }
            variable = parameters[case["variable"]]
            parameters[case["variable"]] = fwAD.make_dual(variable, torch.ones_like(variable))
            image = family(parameters, stimulus["widthPixels"], stimulus["heightPixels"], stimulus["stretch"])
            # The stimulus is always float64; only the network's own arithmetic is that of `network`.
            image = feed(image, stimulus, preprocessing).to(network.dtype).contiguous()

            def visit(name, value):
                tangent = fwAD.unpack_dual(value).tangent
                squares = torch.zeros(len(chosen)) if tangent is None else tangent.double().pow(2).flatten(1).sum(1)
                d[name] += squares.tolist()

            network.run(image, case["layers"], visit)
    return d


def relative_errors(found, truth):
    """|found/truth − 1| to three digits, for comparison only."""
    return [float(f"{abs(a / b - 1):.2e}") if b else 0.0 for a, b in zip(found, truth)]


def main():
    cases_path, networks, out = sys.argv[1:4]
    only = sys.argv[4:]
    with open(cases_path) as file:
        declared = json.load(file)
    torch.set_num_threads(1)
    for name, entry in declared.items():
        if only and name not in only:
            continue
        path = os.path.join(networks, entry.get("file", f"{name}.onnx"))
        truth, single = Network(path, torch.float64), Network(path, torch.float32)
        results = []
        for case in entry["cases"]:
            case = {**case, "layers": case.get("layers", entry["layers"])}
            start = time.time()
            d = measure(truth, case, entry["preprocessing"], entry["batch"])
            d32 = measure(single, case, entry["preprocessing"], entry["batch"])
            errors = {layer: relative_errors(d32[layer], d[layer]) for layer in d}
            worst = max(max(values) for values in errors.values())
            print(f"{name} {case['id']}: {time.time() - start:.1f} s, float32 worst {worst:.1e}", flush=True)
            results.append({**case, "d": d, "torchFloat32RelativeError": errors})
        document = {
            "network": {
                "name": name,
                **{key: entry[key] for key in ("file", "architecture", "seed") if key in entry},
                "sha256": truth.sha256,
                "preprocessing": entry["preprocessing"],
            },
            "torch": torch.__version__,
            "remake": "python reference/make_reference.py reference/cases.json NETWORKS_FOLDER reference " + name,
            "cases": results,
        }
        with open(os.path.join(out, f"{name}.json"), "w") as file:
            json.dump(document, file, ensure_ascii=False, separators=(",", ":"))
            file.write("\n")


if __name__ == "__main__":
    main()
