"""A measurement as an xarray.Dataset."""

from __future__ import annotations

import io

import numpy as np
import xarray as xr
from google.protobuf.json_format import MessageToJson

from .serving.v1 import serving_pb2
from .stimulus.v1 import stimulus_pb2


def sensitivity_dataset(
    archive: bytes,
    request: serving_pb2.MeasureSensitivityRequest,
    result: serving_pb2.SensitivityResult,
    family: stimulus_pb2.Family,
) -> xr.Dataset:
    """D of every layer over the grid: one variable a layer, one dimension and coordinate an axis.

    A layer that is called like an axis is found as ``D/<layer>``.
    """
    parameters = {parameter.name: parameter for parameter in family.parameters}
    unit = parameters[request.variable].derivative_unit
    axes = [axis.parameter for axis in result.grid]
    coordinates = {
        axis.parameter: xr.DataArray(
            np.asarray(axis.values), dims=axis.parameter, attrs={"units": parameters[axis.parameter].unit}
        )
        for axis in result.grid
    }
    with np.load(io.BytesIO(archive), allow_pickle=False) as arrays:
        layers = {
            f"D/{layer.name}" if layer.name in axes else layer.name: xr.DataArray(
                arrays[f"D/{layer.name}"],
                dims=axes,
                attrs={
                    "long_name": f"D of {layer.name} to {request.variable}",
                    "units": "1" if unit in ("", "1") else f"1/{unit}^2",
                    "tensor": layer.tensor,
                    "operator": layer.operator,
                },
            )
            for layer in result.layers
        }
    return xr.Dataset(
        layers,
        coords=coordinates,
        attrs={
            "digest": result.artifact.digest,
            "model": request.model,
            "variable": request.variable,
            "stimulus": MessageToJson(request.stimulus, preserving_proto_field_name=True, indent=None),
            "device": result.device,
            "executor": result.executor,
            "precision": "float64" if result.precision == serving_pb2.PRECISION_FLOAT64 else "float32",
            "cached": int(result.cached),
        },
    )
