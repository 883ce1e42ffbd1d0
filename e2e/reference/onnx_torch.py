"""Executes an ONNX network in PyTorch, in float64 or float32, so that PyTorch's forward-mode AD differentiates it.

Written for reference values only, and independent of Oblique: weights are read with the `onnx` package, every operator
is the PyTorch function of the same meaning, and the derivatives are PyTorch's own.
"""

import hashlib

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

FLOATS = {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE}
INTEGERS = {
    onnx.TensorProto.INT64: torch.int64,
    onnx.TensorProto.INT32: torch.int32,
    onnx.TensorProto.BOOL: torch.bool,
}


class Network:
    """One ONNX file. `run` gives any of its tensors for a batch of images."""

    def __init__(self, path, dtype):
        with open(path, "rb") as file:
            data = file.read()
        self.sha256 = hashlib.sha256(data).hexdigest()
        model = onnx.load_from_string(data)
        self.dtype = dtype
        self.graph = model.graph
        self.metadata = {entry.key: entry.value for entry in model.metadata_props}
        self.weights = {entry.name: self._tensor(entry) for entry in model.graph.initializer}
        self.input = next(entry.name for entry in model.graph.input if entry.name not in self.weights)
        self.outputs = [entry.name for entry in model.graph.output]

    def _tensor(self, proto):
        array = np.array(numpy_helper.to_array(proto))
        tensor = torch.from_numpy(array)
        return tensor.to(self.dtype) if tensor.is_floating_point() else tensor

    def _needed(self, wanted):
        """The nodes that `wanted` depend on, in order, and after which of them each tensor is dead."""
        needed, nodes = set(wanted), []
        for node in reversed(self.graph.node):
            if any(output in needed for output in node.output):
                nodes.append(node)
                needed.update(name for name in node.input if name)
        nodes.reverse()
        last_use = {}
        for index, node in enumerate(nodes):
            for name in node.input:
                last_use[name] = index
        return nodes, last_use

    def run(self, images, wanted, visit):
        """Calls `visit(name, tensor)` for each wanted tensor as soon as it is known; keeps nothing longer than needed."""
        nodes, last_use = self._needed(wanted)
        values = {self.input: images}
        remaining = set(wanted)
        for index, node in enumerate(nodes):
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            inputs = [None if name == "" else self._value(values, name) for name in node.input]
            if node.op_type not in OPERATORS:
                raise NotImplementedError(f"no PyTorch counterpart written for {node.op_type} (node {node.name})")
            results = OPERATORS[node.op_type](self, attributes, *inputs)
            if not isinstance(results, (tuple, list)):
                results = (results,)
            for name, result in zip(node.output, results):
                values[name] = result
                if name in remaining:
                    visit(name, result)
                    remaining.discard(name)
            for name in node.input:
                if name in values and last_use[name] == index:
                    del values[name]
        if remaining:
            raise KeyError(f"tensors not in the network: {sorted(remaining)}")

    def _value(self, values, name):
        return values[name] if name in values else self.weights[name]


def _halves(pads):
    """ONNX pads [top, left, bottom, right] as torch's (left, right, top, bottom)."""
    top, left, bottom, right = pads
    return (left, right, top, bottom)


def conv(net, a, x, weight, bias=None):
    pads = a.get("pads", [0, 0, 0, 0])
    padding = (pads[0], pads[1])
    if list(pads[:2]) != list(pads[2:]):
        x, padding = F.pad(x, _halves(pads)), (0, 0)
    return F.conv2d(
        x, weight, bias, a.get("strides", [1, 1]), padding, a.get("dilations", [1, 1]), a.get("group", 1)
    )


def max_pool(net, a, x):
    pads = a.get("pads", [0, 0, 0, 0])
    if any(pads):
        x = F.pad(x, _halves(pads), value=float("-inf"))
    return F.max_pool2d(x, a["kernel_shape"], a.get("strides", [1, 1]), 0, 1, bool(a.get("ceil_mode", 0)))


def average_pool(net, a, x):
    pads = a.get("pads", [0, 0, 0, 0])
    if list(pads[:2]) != list(pads[2:]):
        raise NotImplementedError("AveragePool with unequal pads")
    return F.avg_pool2d(
        x,
        a["kernel_shape"],
        a.get("strides", [1, 1]),
        (pads[0], pads[1]),
        bool(a.get("ceil_mode", 0)),
        bool(a.get("count_include_pad", 0)),
    )


def gemm(net, a, x, y, c=None):
    x = x.t() if a.get("transA", 0) else x
    y = y.t() if a.get("transB", 0) else y
    result = a.get("alpha", 1.0) * (x @ y)
    return result if c is None else result + a.get("beta", 1.0) * c


def batch_normalization(net, a, x, gain, shift, mean, variance):
    shape = [1, -1] + [1] * (x.dim() - 2)
    scale = gain / torch.sqrt(variance + a.get("epsilon", 1e-5))
    return (x - mean.reshape(shape)) * scale.reshape(shape) + shift.reshape(shape)


def layer_normalization(net, a, x, gain, shift=None):
    axis = a.get("axis", -1) % x.dim()
    return F.layer_norm(x, x.shape[axis:], gain, shift, a.get("epsilon", 1e-5))


def flatten(net, a, x):
    axis = a.get("axis", 1)
    return x.reshape(int(np.prod(x.shape[:axis])), -1)


def reshape(net, a, x, shape):
    sizes = [x.shape[i] if size == 0 and not a.get("allowzero", 0) else size for i, size in enumerate(shape.tolist())]
    return x.reshape(sizes)


def slice_(net, a, x, starts, ends, axes=None, steps=None):
    starts, ends = starts.tolist(), ends.tolist()
    axes = list(range(len(starts))) if axes is None else axes.tolist()
    steps = [1] * len(starts) if steps is None else steps.tolist()
    for start, end, axis, step in zip(starts, ends, axes, steps):
        picked = range(x.shape[axis])[slice(start, end, step)]
        x = x.index_select(axis, torch.tensor(list(picked), dtype=torch.int64))
    return x


def pad(net, a, x, pads, value=None, axes=None):
    if axes is not None or a.get("mode", b"constant") != b"constant":
        raise NotImplementedError("Pad other than constant over all axes")
    pads = pads.tolist()
    torch_pads = []
    for axis in reversed(range(x.dim())):
        torch_pads += [pads[axis], pads[axis + x.dim()]]
    return F.pad(x, torch_pads, value=0.0 if value is None else float(value))


def gather(net, a, x, indices):
    axis = a.get("axis", 0) % x.dim()
    indices = torch.where(indices < 0, indices + x.shape[axis], indices)
    picked = x.index_select(axis, indices.reshape(-1))
    return picked.reshape(list(x.shape[:axis]) + list(indices.shape) + list(x.shape[axis + 1 :]))


def _axes(a, axes):
    return a.get("axes") if axes is None else axes.tolist()


def unsqueeze(net, a, x, axes=None):
    axes = _axes(a, axes)
    rank = x.dim() + len(axes)
    for axis in sorted(axis % rank for axis in axes):
        x = x.unsqueeze(axis)
    return x


def squeeze(net, a, x, axes=None):
    axes = _axes(a, axes)
    return x.squeeze() if axes is None else x.squeeze(tuple(axes))


def expand(net, a, x, shape):
    return x.expand(torch.broadcast_shapes(tuple(x.shape), tuple(shape.tolist())))


def split(net, a, x, sizes=None):
    axis = a.get("axis", 0)
    sizes = a.get("split") if sizes is None else sizes.tolist()
    if sizes is None:
        count = a["num_outputs"]
        return torch.split(x, -(-x.shape[axis] // count), axis)
    return torch.split(x, sizes, axis)


def reduce_mean(net, a, x, axes=None):
    axes = _axes(a, axes)
    axes = list(range(x.dim())) if axes is None else axes
    return x.mean(axes, keepdim=bool(a.get("keepdims", 1)))


def cast(net, a, x):
    return x.to(net.dtype) if a["to"] in FLOATS else x.to(INTEGERS[a["to"]])


def constant(net, a):
    if "value" in a:
        return net._tensor(a["value"])
    if "value_ints" in a:
        return torch.tensor(a["value_ints"], dtype=torch.int64)
    if "value_int" in a:
        return torch.tensor(a["value_int"], dtype=torch.int64)
    return torch.tensor(a["value_float" if "value_float" in a else "value_floats"], dtype=net.dtype)


def constant_of_shape(net, a, shape):
    value = net._tensor(a["value"]) if "value" in a else torch.zeros(1, dtype=net.dtype)
    return value.reshape(()).expand(shape.tolist())


def gelu(net, a, x):
    return F.gelu(x, approximate=a.get("approximate", b"none").decode())


OPERATORS = {
    "Add": lambda net, a, x, y: x + y,
    "AveragePool": average_pool,
    "BatchNormalization": batch_normalization,
    "Cast": cast,
    "Concat": lambda net, a, *x: torch.cat(x, a["axis"]),
    "Constant": constant,
    "ConstantOfShape": constant_of_shape,
    "Conv": conv,
    "Div": lambda net, a, x, y: x / y if x.is_floating_point() else torch.div(x, y, rounding_mode="trunc"),
    "Dropout": lambda net, a, x, *_: x,
    "Erf": lambda net, a, x: torch.erf(x),
    "Expand": expand,
    "Flatten": flatten,
    "Gather": gather,
    "Gelu": gelu,
    "Gemm": gemm,
    "GlobalAveragePool": lambda net, a, x: x.mean(list(range(2, x.dim())), keepdim=True),
    "Identity": lambda net, a, x: x,
    "LayerNormalization": layer_normalization,
    "MatMul": lambda net, a, x, y: x @ y,
    "MaxPool": max_pool,
    "Mul": lambda net, a, x, y: x * y,
    "Pad": pad,
    "Pow": lambda net, a, x, y: x**y,
    "ReduceMean": reduce_mean,
    "Relu": lambda net, a, x: torch.relu(x),
    "Reshape": reshape,
    "Shape": lambda net, a, x: torch.tensor(x.shape[a.get("start", 0) : a.get("end")], dtype=torch.int64),
    "Slice": slice_,
    "Softmax": lambda net, a, x: torch.softmax(x, a.get("axis", -1)),
    "Split": split,
    "Sqrt": lambda net, a, x: torch.sqrt(x),
    "Squeeze": squeeze,
    "Sub": lambda net, a, x, y: x - y,
    "Transpose": lambda net, a, x: x.permute(a.get("perm", list(reversed(range(x.dim()))))),
    "Unsqueeze": unsqueeze,
}
