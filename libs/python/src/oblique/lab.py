"""The client without asyncio: each call waits for its answer. What the calls take and give stands in :mod:`oblique.aio`."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from . import aio
from ._event_loop import EventLoop
from ._stimulus import Values
from .dataset.v1 import dataset_pb2
from .orchestrator.v1 import orchestrator_pb2
from .serving.v1 import serving_pb2
from .stimulus.v1 import stimulus_pb2
from .training.v1 import training_pb2

if TYPE_CHECKING:
    import torch


def connect(
    endpoint: str | None = None,
    *,
    ca: str | Path | None = None,
    token: str | None = None,
    progress: bool = True,
) -> Lab:
    """A lab at these services; see :func:`oblique.aio.connect`. It closes itself when Python ends."""
    loop = EventLoop()
    try:
        lab = Lab(aio.connect(endpoint, ca=ca, token=token, progress=progress), loop)
    except BaseException:
        loop.close()
        raise
    atexit.register(lab.close)
    return lab


class Lab:
    """Services, and what can be asked of them. Made by :func:`connect`."""

    def __init__(self, lab: aio.Lab, loop: EventLoop) -> None:
        self._lab = lab
        self._loop = loop
        self._closed = False

    def add(
        self,
        network: str | Path | torch.nn.Module,
        *,
        name: str = "",
        replace: bool = False,
        mean: Sequence[float] | None = None,
        std: Sequence[float] | None = None,
        scale: float = 1.0,
        channel_order: str = "RGB",
        size: int = 224,
        seed: int = 0,
    ) -> Network:
        """Adds a network: a file, a torch.nn.Module, a built-in architecture; see :meth:`oblique.aio.Lab.add`."""
        added = self._lab.add(
            network,
            name=name,
            replace=replace,
            mean=mean,
            std=std,
            scale=scale,
            channel_order=channel_order,
            size=size,
            seed=seed,
        )
        return Network(self._loop.run(added), self._loop)

    def model(self, name: str) -> Network:
        """A model that is held, by name or digest; see :meth:`oblique.aio.Lab.model`."""
        return Network(self._loop.run(self._lab.model(name)), self._loop)

    def models(self) -> list[Network]:
        """The models that have names."""
        return [Network(network, self._loop) for network in self._loop.run(self._lab.models())]

    def families(self) -> dict[str, stimulus_pb2.Family]:
        """The families of stimuli by name; see :meth:`oblique.aio.Lab.families`."""
        return self._loop.run(self._lab.families())

    def render(
        self,
        family: str = "gabor",
        *,
        by: str | None = None,
        size: int | tuple[int, int] = 224,
        stretch: str = "none",
        **parameters: Values,
    ) -> xr.Dataset:
        """Draws stimuli; see :meth:`oblique.aio.Lab.render`."""
        return self._loop.run(self._lab.render(family, by=by, size=size, stretch=stretch, **parameters))

    def analyses(self) -> dict[str, str]:
        """The analyses that :meth:`run` knows, with what each asks."""
        return self._loop.run(self._lab.analyses())

    def run(self, analysis: str, **parameters: Any) -> Run:
        """Runs an analysis to its end; Ctrl-C cancels it; see :meth:`oblique.aio.Lab.run`."""
        given = {name: value._network if isinstance(value, Network) else value for name, value in parameters.items()}
        for name, value in given.items():
            if isinstance(value, (list, tuple)):
                given[name] = [item._network if isinstance(item, Network) else item for item in value]
        return Run(self._loop.run(self._lab.run(analysis, **given)), self._loop)

    def train(
        self,
        network: str | Network = "small_resnet",
        *,
        data: str | dataset_pb2.Dataset = "scenes",
        task: str = "class",
        steps: int = 0,
        epochs: float = 0,
        width: float = 1.0,
        batch_size: int = 128,
        learning_rate: float = 0.05,
        warm_up: int = 0,
        schedule: str = "cosine",
        optimiser: str = "sgd",
        momentum: float = 0.9,
        weight_decay: float = 5e-4,
        clip: float = 2.0,
        held_out: float = 0.0,
        seed: int = 0,
        label: str = "",
        spec: training_pb2.TrainingSpec | None = None,
    ) -> Training:
        """Trains a network to its end; Ctrl-C cancels it, keeping what it learned; see :meth:`oblique.aio.Lab.train`."""
        trained = self._lab.train(
            network._network if isinstance(network, Network) else network,
            data=data,
            task=task,
            steps=steps,
            epochs=epochs,
            width=width,
            batch_size=batch_size,
            learning_rate=learning_rate,
            warm_up=warm_up,
            schedule=schedule,
            optimiser=optimiser,
            momentum=momentum,
            weight_decay=weight_decay,
            clip=clip,
            held_out=held_out,
            seed=seed,
            label=label,
            spec=spec,
        )
        return Training(self._loop.run(trained), self._loop)

    def artifact(self, digest: str) -> bytes:
        """The bytes of an artifact by its digest, compared with their hash."""
        return self._loop.run(self._lab.artifact(digest))

    def close(self) -> None:
        """Closes the connections, and stops the services that were started for this lab."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        self._loop.run(self._lab.close())
        self._loop.close()

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Network:
    """A network that the serving service holds."""

    def __init__(self, network: aio.Network, loop: EventLoop) -> None:
        self._network = network
        self._loop = loop

    @property
    def message(self) -> serving_pb2.Model:
        """All that the service tells of it."""
        return self._network.message

    @property
    def name(self) -> str:
        """Empty where it is not registered."""
        return self._network.name

    @property
    def digest(self) -> str:
        """``sha256:…`` of its ONNX file."""
        return self._network.digest

    @property
    def layers(self) -> list[str]:
        """What ``measure(layers="auto")`` measures, in the order of depth."""
        return self._network.layers

    def __repr__(self) -> str:
        return repr(self._network)

    def measure(
        self,
        family: str = "gabor",
        *,
        by: str = "orientation",
        layers: str | Sequence[str] = "auto",
        size: int | tuple[int, int] | None = None,
        stretch: str = "none",
        input: str | None = None,
        precision: str = "float32",
        batch_size: int = 0,
        central_difference: float | None = None,
        timeout: float | None = None,
        **parameters: Values,
    ) -> xr.Dataset:
        """Measures D of every layer over a grid of stimuli; Ctrl-C stops it; see :meth:`oblique.aio.Network.measure`."""
        measured = self._network.measure(
            family,
            by=by,
            layers=layers,
            size=size,
            stretch=stretch,
            input=input,
            precision=precision,
            batch_size=batch_size,
            central_difference=central_difference,
            timeout=timeout,
            **parameters,
        )
        return self._loop.run(measured)

    def infer(self, *, timeout: float | None = None, **inputs: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
        """What the network gives for arrays; see :meth:`oblique.aio.Network.infer`."""
        return self._loop.run(self._network.infer(timeout=timeout, **inputs))

    def derived(self, derivation: str, *, seed: int = 0, name: str = "") -> Network:
        """A control made of this network; see :meth:`oblique.aio.Network.derived`."""
        return Network(self._loop.run(self._network.derived(derivation, seed=seed, name=name)), self._loop)


class Run:
    """A run that has succeeded, with its report."""

    def __init__(self, run: aio.Run, loop: EventLoop) -> None:
        self._run = run
        self._loop = loop

    @property
    def message(self) -> orchestrator_pb2.Run:
        return self._run.message

    @property
    def id(self) -> str:
        return self._run.id

    @property
    def files(self) -> dict[str, str]:
        """The digests of the report's files by path, e.g. ``report.html``."""
        return self._run.files

    def file(self, path: str) -> bytes:
        """One file of the report."""
        return self._loop.run(self._run.file(path))

    def save(self, folder: str | Path) -> Path:
        """Writes the report and returns the path of its page."""
        return self._loop.run(self._run.save(folder))

    def __repr__(self) -> str:
        return repr(self._run)


class Training:
    """A training that has succeeded."""

    def __init__(self, training: aio.Training, loop: EventLoop) -> None:
        self._training = training
        self._loop = loop

    @property
    def message(self) -> training_pb2.Training:
        return self._training.message

    @property
    def id(self) -> str:
        return self._training.id

    def network(self, *, name: str = "") -> Network:
        """The trained network; see :meth:`oblique.aio.Training.network`."""
        return Network(self._loop.run(self._training.network(name=name)), self._loop)

    def metrics(self) -> dict[str, np.ndarray[Any, Any]]:
        """What was recorded at each step; see :meth:`oblique.aio.Training.metrics`."""
        return self._loop.run(self._training.metrics())

    def __repr__(self) -> str:
        return repr(self._training)
