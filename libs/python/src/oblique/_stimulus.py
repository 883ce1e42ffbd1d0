"""Requests about stimuli, from keyword arguments: numbers are settings, sequences are axes of the grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from .stimulus.v1 import stimulus_pb2

Values: TypeAlias = float | Sequence[float] | np.ndarray[Any, Any]

_STRETCHES = {"none": stimulus_pb2.STRETCH_NONE, "minmax": stimulus_pb2.STRETCH_MINMAX}
_ENCODINGS = {
    "direct": stimulus_pb2.INPUT_ENCODING_DIRECT,
    "imagenet": stimulus_pb2.INPUT_ENCODING_IMAGENET,
    "model": stimulus_pb2.INPUT_ENCODING_MODEL,
}


@dataclass(frozen=True)
class Stimuli:
    """What is shown: one stimulus for each combination of the grid's values."""

    spec: stimulus_pb2.StimulusSpec
    grid: list[stimulus_pb2.GridAxis]


def read_stimuli(
    family: str,
    parameters: Mapping[str, Values],
    *,
    size: int | tuple[int, int] | None,
    stretch: str,
    input: str | None,
) -> Stimuli:
    """
    Args:
        parameters: In the family's units. A number holds for all stimuli, a sequence is an axis of the grid.
        size: Pixels, or width and height.

    Raises:
        ValueError: A value is no number or vector of numbers, or a word is none of those allowed.
    """
    width, height = (0, 0) if size is None else (size, size) if isinstance(size, int) else size
    spec = stimulus_pb2.StimulusSpec(
        family=family,
        width_pixels=width,
        height_pixels=height,
        stretch=chosen("stretch", stretch, _STRETCHES),  # type: ignore[arg-type]
        input=0 if input is None else chosen("input", input, _ENCODINGS),  # type: ignore[arg-type]
    )
    grid = []
    for name, given in parameters.items():
        try:
            values = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"{name} takes a number or a sequence of numbers, not {given!r}.") from None
        if values.ndim == 0:
            spec.parameters[name] = float(values)
        elif values.ndim == 1:
            grid.append(stimulus_pb2.GridAxis(parameter=name, values=values.tolist()))
        else:
            raise ValueError(f"{name} has the shape {values.shape}; an axis of a grid is a vector.")
    return Stimuli(spec, grid)


def chosen(name: str, word: str, choices: Mapping[str, int]) -> int:
    """The number that a word stands for.

    Raises:
        ValueError: It is none of the words allowed.
    """
    plain = word.lower().replace("_", "-")
    if plain not in choices:
        raise ValueError(f"{name} {word!r} is unknown; give one of {', '.join(choices)}.")
    return choices[plain]
