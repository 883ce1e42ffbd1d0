"""Small networks with one construct each, and D of their output by forward-mode AD in PyTorch float64.

usage: make_constructs_reference.py OUT_FOLDER

For each network OUT_FOLDER gets `<name>.onnx`, and `constructs.json` gets D at three orientations of one Gabor (frequency
0.1, σ 5, phase 20°, 16 × 16 pixels), or what a refusal must name. Networks are written by hand with `onnx.helper`, and
computed apart from that with PyTorch's functions, one orientation at a time. Weights are sines, rounded to float32.
"""

import json
import math
import os
import sys

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch.func import jvp

from stimuli_torch import gabor

SIZE = 16
ORIENTATIONS = [30.0, 75.0, 120.0]
INT64_MAX, INT64_MIN = 2**63 - 1, -(2**63)


def wave(*shape, speed=0.9, scale=0.4):
    count = int(np.prod(shape))
    return (scale * np.sin(1 + speed * np.arange(count))).reshape(shape).astype(np.float32)


W1, B1 = wave(4, 3, 3, 3), wave(4, speed=1.7)


def double(array):
    return torch.tensor(np.asarray(array, dtype=np.float64))


def front(x):
    return F.conv2d(x, double(W1), double(B1), padding=1)


def node(op, inputs, output="y", **attributes):
    outputs = output if isinstance(output, list) else [output]
    return helper.make_node(op, inputs, outputs, **attributes)


CONSTRUCTS = {}


def construct(name, nodes, function, weights=None, opset=17, single=2e-5, **model):
    """`nodes` go from c, the front convolution's output [N, 4, 16, 16], to y; `function` does the same in PyTorch."""
    CONSTRUCTS[name] = {
        "nodes": nodes,
        "function": function,
        "weights": weights or {},
        "opset": opset,
        "single": single,
        "model": model,
    }


def refused(name, nodes, names, weights=None, opset=17, **model):
    construct(name, nodes, None, weights, opset, **model)
    CONSTRUCTS[name]["refused"] = names


# Automatic padding and numbers of spatial axes.
k2 = wave(5, 4, 2, 3, speed=0.5)
for mode, (left, top) in {"SAME_UPPER": (1, 0), "SAME_LOWER": (1, 1)}.items():
    # 16 pixels at stride 1: one row and two columns of padding.
    construct(
        f"conv_{mode.lower()}",
        [node("Conv", ["c", "w"], auto_pad=mode)],
        lambda c, left=left, top=top: F.conv2d(F.pad(c, (left, 2 - left, top, 1 - top)), double(k2)),
        {"w": k2},
    )
construct(
    "conv_same_upper_stride",
    [node("Conv", ["c", "w"], auto_pad="SAME_UPPER", strides=[3, 2])],
    # Rows: 6 windows reach 17 pixels; columns: 8 windows reach 17.
    lambda c: F.conv2d(F.pad(c, (0, 1, 0, 1)), double(k2), stride=(3, 2)),
    {"w": k2},
)
construct(
    "conv_1d",
    [node("Reshape", ["c", "s"], "r"), node("Conv", ["r", "w"], dilations=[3], pads=[2, 1], group=2)],
    lambda c: F.conv1d(F.pad(c.reshape(1, 4, -1), (2, 1)), double(wave(6, 2, 3)), dilation=3, groups=2),
    {"s": np.array([0, 4, -1]), "w": wave(6, 2, 3)},
)
construct(
    "conv_3d",
    [node("Reshape", ["c", "s"], "r"), node("Conv", ["r", "w", "b"], pads=[0, 1, 1, 1, 0, 1])],
    lambda c: F.conv3d(
        F.pad(c.reshape(1, 2, 2, 16, 16), (1, 1, 1, 0, 0, 1)), double(wave(3, 2, 2, 3, 2)), double(wave(3))
    ),
    {"s": np.array([-1, 2, 2, 16, 16]), "w": wave(3, 2, 2, 3, 2), "b": wave(3)},
)
t3 = wave(4, 3, 3, 3, speed=0.6)
construct(
    "conv_transpose_output_padding",
    [node("ConvTranspose", ["c", "w"], strides=[2, 3], pads=[1, 0, 1, 2], output_padding=[1, 2])],
    lambda c: F.conv_transpose2d(c, double(t3), stride=(2, 3), padding=0, output_padding=(1, 2))[:, :, 1:-1, : -2],
    {"w": t3},
)
construct(
    "conv_transpose_same",
    [node("ConvTranspose", ["c", "w"], strides=[2, 2], auto_pad="SAME_UPPER")],
    lambda c: F.conv_transpose2d(c, double(t3), stride=2)[:, :, :32, :32],
    {"w": t3},
)
construct(
    "conv_transpose_output_shape",
    [node("ConvTranspose", ["c", "w"], strides=[2, 2], output_shape=[31, 32], group=2)],
    lambda c: F.conv_transpose2d(c, double(t3), stride=2, groups=2)[:, :, 1:-1, 1:],
    {"w": t3},
)

# Pools.
construct(
    "average_pool_ceil",
    [node("AveragePool", ["c"], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1)],
    lambda c: F.avg_pool2d(c, 3, 2, 1, ceil_mode=True, count_include_pad=False),
)
construct(
    "average_pool_includes_pads",
    [node("AveragePool", ["c"], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)],
    lambda c: F.avg_pool2d(c, 3, 2, 1, count_include_pad=True),
)
construct(
    "average_pool_dilated",
    [node("AveragePool", ["c"], kernel_shape=[3, 3], dilations=[2, 2], strides=[2, 1])],
    lambda c: F.conv2d(c.reshape(4, 1, 16, 16), torch.full((1, 1, 3, 3), 1 / 9, dtype=torch.float64), stride=(2, 1), dilation=2),
    opset=19,
)
construct(
    "max_pool_dilated",
    [node("MaxPool", ["c"], kernel_shape=[3, 3], dilations=[2, 2], ceil_mode=1, strides=[2, 2])],
    lambda c: F.max_pool2d(c, 3, 2, 0, dilation=2, ceil_mode=True),
)
construct("global_max_pool", [node("GlobalMaxPool", ["c"])], lambda c: c.amax((2, 3)))

# Normalisations.
affine = {"g": wave(4, speed=0.3), "b": wave(4, speed=2.1)}
construct(
    "instance_normalization",
    [node("InstanceNormalization", ["c", "g", "b"], epsilon=0.01)],
    lambda c: F.instance_norm(c, weight=double(affine["g"]), bias=double(affine["b"]), eps=float(np.float32(0.01))),
    affine,
)
construct(
    "group_normalization_21",
    [node("GroupNormalization", ["c", "g", "b"], num_groups=2)],
    lambda c: F.group_norm(c, 2, double(affine["g"]), double(affine["b"]), float(np.float32(1e-5))),
    affine,
    opset=21,
)
construct(
    "group_normalization_18",
    [node("GroupNormalization", ["c", "g", "b"], num_groups=2)],
    lambda c: F.group_norm(
        c, 2, double(affine["g"][:2]).repeat_interleave(2), double(affine["b"][:2]).repeat_interleave(2), float(np.float32(1e-5))
    ),
    {name: value[:2] for name, value in affine.items()},
    opset=18,
)
construct(
    "layer_normalization",
    [node("LayerNormalization", ["c", "g", "b"], axis=2)],
    lambda c: F.layer_norm(c, (16, 16), double(wave(16, 16)), double(wave(16, 16, speed=2)), float(np.float32(1e-5))),
    {"g": wave(16, 16), "b": wave(16, 16, speed=2)},
)

# Functions of one number.
third = float(np.float32(1 / 3))
FUNCTIONS = {
    "erf": ("Erf", {}, torch.erf),
    "gelu": ("Gelu", {}, F.gelu),
    "gelu_tanh": ("Gelu", {"approximate": "tanh"}, lambda c: F.gelu(c, approximate="tanh")),
    "elu": ("Elu", {"alpha": 1 / 3}, lambda c: F.elu(c, third)),
    "hard_sigmoid": ("HardSigmoid", {"alpha": 1 / 3, "beta": 0.5}, lambda c: (third * c + 0.5).clamp(0, 1)),
    "hard_swish": ("HardSwish", {}, F.hardswish),
    "leaky_relu": ("LeakyRelu", {"alpha": 1 / 3}, lambda c: F.leaky_relu(c, third)),
    "mish": ("Mish", {}, F.mish),
    "softplus": ("Softplus", {}, F.softplus),
    "softsign": ("Softsign", {}, F.softsign),
    "selu": (
        "Selu",
        {},
        lambda c: 1.05070102214813232421875 * torch.where(c > 0, c, 1.67326319217681884765625 * torch.expm1(c)),
    ),
}
for name, (op, attributes, function) in FUNCTIONS.items():
    construct(name, [node(op, ["c"], **attributes)], function, opset=20)
construct("prelu", [node("PRelu", ["c", "s"])], lambda c: F.prelu(c, double(wave(4))), {"s": wave(4, 1, 1)})

# Resampling, in every form that operator sets had for it.
construct(
    "resize_linear",
    [node("Resize", ["c", "", "", "s"], mode="linear", axes=[2, 3])],
    lambda c: F.interpolate(c, (23, 9), mode="bilinear"),
    {"s": np.array([23, 9])},
    opset=18,
)
construct(
    "resize_align_corners",
    [node("Resize", ["c", "", "s"], mode="linear", coordinate_transformation_mode="align_corners")],
    lambda c: F.interpolate(c, (24, 40), mode="bilinear", align_corners=True),
    {"s": np.array([1, 1, 1.5, 2.5], np.float32)},
)
construct(
    "resize_cubic",
    [node("Resize", ["c", "", "s"], mode="cubic")],
    lambda c: F.interpolate(c, (24, 40), mode="bicubic"),
    {"s": np.array([1, 1, 1.5, 2.5], np.float32)},
)
for name, op, opset in [("resize_10_nearest", "Resize", 10), ("upsample_9_nearest", "Upsample", 9)]:
    construct(
        name,
        [node(op, ["c", "s"], mode="nearest")],
        lambda c: c[:, :, [int(i / 1.5) for i in range(24)]][:, :, :, [int(i / 2.5) for i in range(40)]],
        {"s": np.array([1, 1, 1.5, 2.5], np.float32)},
        opset=opset,
    )
construct(
    "upsample_9_linear",
    [node("Upsample", ["c", "s"], mode="linear")],
    lambda c: torch.einsum(
        "ij,ncjk,lk->ncil",
        *(lambda m: (m, c, m))(
            double(
                [
                    [max(0.0, 1 - abs(min(i / 2, 15) - j)) for j in range(16)]
                    for i in range(32)
                ]
            )
        ),
    ),
    {"s": np.array([1, 1, 2, 2], np.float32)},
    opset=9,
)

# What older sets said otherwise, and int64 to its ends.
construct(
    "slice_9_to_the_end",
    [node("Slice", ["c"], starts=[2, 1], ends=[INT64_MAX, INT64_MAX], axes=[2, 3])],
    lambda c: c[:, :, 2:, 1:],
    opset=9,
)
construct(
    "slice_backwards",
    [
        node("Constant", [], "start", value_ints=[INT64_MAX]),
        node("Constant", [], "end", value_ints=[INT64_MIN]),
        node("Constant", [], "axis", value_ints=[3]),
        node("Constant", [], "step", value_ints=[-2]),
        node("Slice", ["c", "start", "end", "axis", "step"]),
    ],
    lambda c: c.flip(3)[:, :, :, ::2],
    opset=13,
)
construct("softmax_11", [node("Softmax", ["c"])], lambda c: torch.softmax(c.reshape(1, -1), 1), opset=11)
construct("clip_9", [node("Clip", ["c"], min=-0.2, max=0.3)], lambda c: c.clamp(float(np.float32(-0.2)), float(np.float32(0.3))), opset=9)
construct(
    "pad_9",
    [node("Pad", ["c"], pads=[0, 0, 1, 2, 0, 0, 0, 1], mode="reflect")],
    lambda c: F.pad(c, (2, 1, 1, 0), mode="reflect"),
    opset=9,
)
construct(
    "split_and_reduce_11",
    [
        node("Split", ["c"], ["a", "b"], axis=1),
        node("Mul", ["a", "b"], "p"),
        node("ReduceSum", ["p"], "r", axes=[-1], keepdims=0),
        node("Unsqueeze", ["r"], axes=[0]),
    ],
    lambda c: (c[:, :2] * c[:, 2:]).sum(-1),
    opset=11,
)
construct("pow_whole_exponent", [node("Pow", ["c", "p"])], lambda c: c**3, {"p": np.array(3)})
construct(
    "dropout_12_mask",
    [node("Dropout", ["c"], ["d", "m"]), node("Cast", ["m"], "f", to=1), node("Mul", ["d", "f"])],
    lambda c: c,
    opset=12,
)
construct("dropout_9", [node("Dropout", ["c"], ratio=0.5)], lambda c: c, opset=9)

# Graphs inside graphs, order and names.
branch = lambda op: helper.make_graph(
    [node(op, ["c"], "inside")], op, [], [helper.make_tensor_value_info("inside", TensorProto.FLOAT, None)]
)
choose = lambda condition: node("If", [condition], then_branch=branch("Tanh"), else_branch=branch("Neg"))
construct("if_constant", [choose("known")], torch.tanh, {"known": np.array(True)})
construct(
    "if_folded",
    [
        node("Constant", [], "four", value_ints=[4]),
        node("Constant", [], "three", value_ints=[3]),
        node("Less", ["four", "three"], "less"),
        choose("less"),
    ],
    torch.neg,
)
refused(
    "if_of_values",
    [
        node("ReduceMax", ["c"], "top", keepdims=0),
        node("Constant", [], "zero", value_float=0.0),
        node("Greater", ["top", "zero"], "positive"),
        choose("positive"),
    ],
    "If",
)
construct(
    "local_function",
    [helper.make_node("Twice", ["c"], ["y"], domain="own", slope=0.25)],
    lambda c: 2 * F.leaky_relu(c, 0.25),
    functions=[
        helper.make_function(
            "own",
            "Twice",
            ["x"],
            ["z"],
            [
                node("LeakyRelu", ["x"], "c"),
                helper.make_node("Add", ["c", "c"], ["z"]),
            ],
            [helper.make_opsetid("", 17)],
            ["slope"],
        )
    ],
)
reference = helper.make_attribute("alpha", 1.0)
reference.ClearField("f")
reference.ref_attr_name = "slope"
CONSTRUCTS["local_function"]["model"]["functions"][0].node[0].attribute.append(reference)
construct(
    "names",
    [
        node("Tanh", ["c"], "orientation_rad"),
        node("Neg", ["orientation_rad"], "tangent/c"),
        node("Tanh", ["tangent/c"], "D/0"),
        node("Neg", ["D/0"], "a,b:0 c"),
        node("Tanh", ["a,b:0 c"]),
    ],
    lambda c: torch.tanh(-torch.tanh(-torch.tanh(c))),
)
construct(
    "unsorted",
    [node("Tanh", ["t"]), node("Neg", ["n"], "t"), node("Tanh", ["c"], "n")],
    lambda c: torch.tanh(-torch.tanh(c)),
)
sparse = helper.make_sparse_tensor(
    helper.make_tensor("v", TensorProto.FLOAT, [2], [2.0, -3.0]),
    helper.make_tensor("i", TensorProto.INT64, [2], [1, 3]),
    [4],
)
construct(
    "sparse_constant",
    [
        node("Constant", [], "sparse", sparse_value=sparse),
        node("Constant", [], "s", value_ints=[4, 1, 1]),
        node("Reshape", ["sparse", "s"], "column"),
        node("Mul", ["c", "column"]),
    ],
    lambda c: c * double([0, 2, 0, -3]).reshape(4, 1, 1),
)

# Half precision, of which the stored weights count.
half = wave(5, 4, 3, 3).astype(np.float16)
construct(
    "half_precision",
    [
        node("Cast", ["c"], "h", to=TensorProto.FLOAT16),
        node("Conv", ["h", "w"], "q"),
        node("Tanh", ["q"], "t"),
        node("Cast", ["t"], to=TensorProto.FLOAT),
    ],
    lambda c: torch.tanh(F.conv2d(c, double(half))),
    {"w": half},
    single=2e-2,
)

# Where the batch is.
construct(
    "batch_frozen_by_reshape",
    [node("GlobalAveragePool", ["c"], "p"), node("Reshape", ["p", "s"])],
    lambda c: c.mean((2, 3)),
    {"s": np.array([1, -1])},
)
construct(
    "batch_behind_tokens",
    [
        node("Reshape", ["c", "s"], "r"),
        node("Transpose", ["r"], "t", perm=[2, 0, 1]),
        node("MatMul", ["t", "w"], "m"),
        node("Softmax", ["m"], axis=-1),
    ],
    lambda c: torch.softmax(c.reshape(1, 4, 256).permute(2, 0, 1) @ double(wave(4, 5)), -1),
    {"s": np.array([0, 4, -1]), "w": wave(4, 5)},
)
refused(
    "batch_mixed",
    [node("ReduceMean", ["c"], "m", axes=[0]), node("Sub", ["c", "m"])],
    "ReduceMean",
)
refused(
    "batch_normalization_9_of_the_batch",
    [node("BatchNormalization", ["c", "g", "b", "g", "g"], ["y", "m", "v", "sm", "sv"])],
    "BatchNormalization",
    {"g": np.ones(4, np.float32), "b": np.zeros(4, np.float32)},
    opset=9,
)
refused(
    "dropout_in_training",
    [node("Dropout", ["c", "ratio", "training"])],
    "Dropout",
    {"ratio": np.array(0.5, np.float32), "training": np.array(True)},
    opset=13,
)


def model_of(name, entry):
    weights = {"front.w": W1, "front.b": B1, **entry["weights"]}
    graph = helper.make_graph(
        [node("Conv", ["input", "front.w", "front.b"], "c", pads=[1, 1, 1, 1]), *entry["nodes"]],
        name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(value), key) for key, value in weights.items()],
    )
    functions = entry["model"].get("functions", [])
    opsets = [helper.make_opsetid("", entry["opset"]), *([helper.make_opsetid("own", 1)] if functions else [])]
    return helper.make_model(graph, opset_imports=opsets, functions=functions, ir_version=8, producer_name="oblique")


def sensitivity(function, orientation):
    def run(angle):
        values = {"orientation": angle, "frequency": 0.1, "phase": math.radians(20), "sigma": 5.0, "contrast": 1.0}
        parameters = {
            key: value if torch.is_tensor(value) else torch.tensor([value], dtype=torch.float64)
            for key, value in values.items()
        }
        return function(front(gabor(parameters, SIZE, SIZE, "none").contiguous()))

    angle = torch.tensor([math.radians(orientation)], dtype=torch.float64)
    _, tangent = jvp(run, (angle,), (torch.ones_like(angle),))
    return float((tangent**2).sum())


def main():
    out = sys.argv[1]
    os.makedirs(out, exist_ok=True)
    expected = {}
    for name, entry in CONSTRUCTS.items():
        onnx.save(model_of(name, entry), os.path.join(out, f"{name}.onnx"))
        if "refused" in entry:
            expected[name] = {"refused": entry["refused"]}
            continue
        d = [sensitivity(entry["function"], orientation) for orientation in ORIENTATIONS]
        expected[name] = {"d": d, "float32": entry["single"]}
    with open(os.path.join(out, "constructs.json"), "w") as file:
        json.dump({"orientations": ORIENTATIONS, "networks": expected}, file, indent=1)
        file.write("\n")


main()
