"""PyTorch modules as ONNX files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch


def is_module(network: object) -> bool:
    """Whether it is a torch.nn.Module, without importing PyTorch where it is not."""
    return any(kind.__module__.startswith("torch.nn") and kind.__name__ == "Module" for kind in type(network).__mro__)


def exported(module: "torch.nn.Module", size: int) -> tuple[bytes, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The module in evaluation mode as an ONNX file with a free batch, and an example: images and what it gives.

    Raises:
        TypeError: It does not give one tensor for a batch of images.
    """
    import torch

    was_training = module.training
    module.eval()
    generator = torch.Generator().manual_seed(0)
    images = torch.rand((2, 3, size, size), generator=generator)
    try:
        with torch.no_grad(), tempfile.TemporaryDirectory() as folder:
            answer = module(images)
            if not isinstance(answer, torch.Tensor):
                raise TypeError(f"{type(module).__name__} gives {type(answer).__name__}; one tensor is needed.")
            path = Path(folder) / "network.onnx"
            torch.onnx.export(
                module,
                (images,),
                str(path),
                input_names=["input"],
                output_names=["output"],
                dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
                opset_version=17,
                dynamo=False,
            )
            return path.read_bytes(), images.numpy(), answer.numpy()
    finally:
        module.train(was_training)
