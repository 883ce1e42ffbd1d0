"""Messages of the Open Inference Protocol, in a pool of their own: Triton's and KServe's clients register the same names."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, message_factory
from google.protobuf.descriptor_pool import DescriptorPool

from ._calls import Service

_POOL = DescriptorPool()
for _file in descriptor_pb2.FileDescriptorSet.FromString(
    files("oblique").joinpath("_inference.binpb").read_bytes()
).file:
    _POOL.Add(_file)


def _message(name: str) -> Any:
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"inference.{name}"))


_REQUEST = _message("ModelInferRequest")
_RESPONSE = _message("ModelInferResponse")

_DATATYPES = {
    "BOOL": np.bool_, "UINT8": np.uint8, "UINT16": np.uint16, "UINT32": np.uint32, "UINT64": np.uint64,
    "INT8": np.int8, "INT16": np.int16, "INT32": np.int32, "INT64": np.int64,
    "FP16": np.float16, "FP32": np.float32, "FP64": np.float64,
}  # fmt: skip


async def infer(
    service: Service, model: str, inputs: dict[str, np.ndarray[Any, Any]], *, timeout: float | None = None
) -> dict[str, np.ndarray[Any, Any]]:
    """Runs a model on arrays, by the name of each input; gives the outputs by theirs."""
    request = _REQUEST(model_name=model)
    for name, array in inputs.items():
        datatype = next((name for name, dtype in _DATATYPES.items() if np.dtype(dtype) == array.dtype), None)
        if datatype is None:
            raise TypeError(f"Input {name} is of type {array.dtype}; allowed are {', '.join(_DATATYPES)}.")
        request.inputs.add(name=name, datatype=datatype, shape=array.shape)
        request.raw_input_contents.append(np.ascontiguousarray(array).tobytes())
    answer = await service.unary("inference.GRPCInferenceService/ModelInfer", request, _RESPONSE, timeout=timeout)
    return {
        output.name: np.frombuffer(raw, _DATATYPES[output.datatype]).reshape(output.shape)
        for output, raw in zip(answer.outputs, answer.raw_output_contents, strict=True)
    }
