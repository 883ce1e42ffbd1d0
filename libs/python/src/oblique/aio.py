"""The client with asyncio: ``async with oblique.aio.connect() as lab: …``. :mod:`oblique` has the same without."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from . import _torch, errors
from ._calls import Service
from ._inference import infer
from ._local import LocalServices, find_running, home, read_endpoints
from ._progress_bar import ProgressBar
from ._sensitivity import sensitivity_dataset
from ._stimulus import Values, chosen, read_stimuli
from .dataset.v1 import dataset_pb2
from .orchestrator.v1 import orchestrator_pb2
from .serving.v1 import serving_pb2
from .stimulus.v1 import stimulus_pb2
from .training.v1 import training_pb2

if TYPE_CHECKING:
    import torch

_CHUNK_BYTES = 1024**2
_SERVING = "oblique.serving.v1.ServingService"
_STIMULUS = "oblique.stimulus.v1.StimulusService"
_TRAINING = "oblique.training.v1.TrainingService"
_ORCHESTRATOR = "oblique.orchestrator.v1.OrchestratorService"

# A module and its export agree to about 1e-6 of the largest output; what is wrongly exported is off by far more.
_EXPORT_TOLERANCE = 1e-3


def connect(
    endpoint: str | None = None,
    *,
    ca: str | Path | None = None,
    token: str | None = None,
    progress: bool = True,
) -> Lab:
    """A lab at these services.

    Args:
        endpoint: ``host:port`` of all services, or ``serving=host:port,orchestrator=host:port,…``. Absent: what
            OBLIQUE_ENDPOINT says, else the services that ``oblique up`` left running, else services started for as
            long as the lab is open (in a clone, or where the ``oblique`` command is on the path). Those of a Python that
            was killed stay, and are found by the next.
        ca: File of certificates (PEM) that the services' must be signed by; absent: the connection is not encrypted.
        token: Bearer token.
        progress: Show bars for long work.

    Raises:
        ValueError: The endpoint is none.
        Unavailable: Nothing was given, nothing runs, and nothing could be started.
    """
    stated = endpoint or os.environ.get("OBLIQUE_ENDPOINT")
    local = None
    if stated:
        endpoints = read_endpoints(stated)
    else:
        running = find_running(home())
        if running is None:
            local = LocalServices()
            running = local.endpoints
        endpoints = running
    return Lab(endpoints, ca=None if ca is None else Path(ca).read_bytes(), token=token, progress=progress, local=local)


class Lab:
    """Services, and what can be asked of them. Made by :func:`connect`."""

    def __init__(
        self,
        endpoints: Mapping[str, str],
        *,
        ca: bytes | None,
        token: str | None,
        progress: bool,
        local: LocalServices | None,
    ) -> None:
        self._endpoints = dict(endpoints)
        self._ca = ca
        self._token = token
        self._local = local
        self._services: dict[str, Service] = {}
        self._families: dict[str, stimulus_pb2.Family] = {}
        self.shows_progress = progress

    def service(self, name: str) -> Service:
        """The channel to a service: any method can be called through it.

        Raises:
            Unavailable: No endpoint of it is known.
        """
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            raise errors.Unavailable(
                f"No endpoint of the {name} service is known; name it: connect('{name}=HOST:PORT,…')."
            )
        if endpoint not in self._services:
            self._services[endpoint] = Service(endpoint, ca=self._ca, token=self._token)
        return self._services[endpoint]

    async def add(
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
        """Adds a network.

        Args:
            network: An ONNX file; a torch.nn.Module, which is exported and checked against itself; the name or digest
                of a model that is held; or a built-in architecture, e.g. ``"resnet18"``.
            name: Registers it under this name; absent: it is known by its digest.
            replace: The name may belong to another model, and is taken from it.
            mean, std: Of red, green and blue: the network takes ``(x * scale - mean) / std`` for x in [0, 1], which
                ``measure(input="model")`` then feeds it with. Absent: what the file itself declares.
            channel_order: ``"RGB"`` or ``"BGR"``.
            size: Pixels at which a module is exported and checked.
            seed: Of a built-in architecture's weights.

        Raises:
            FileNotFoundError: It can only be a file, and there is none.
            MalformedModel: It is no valid network.
            ModelExists: The name belongs to another model.
            ObliqueError: An exported module gives something else than the module.
        """
        header = serving_pb2.AddModelRequest.Header(name=name, replace=replace)
        if mean is not None or std is not None:
            header.preprocessing.CopyFrom(
                serving_pb2.Preprocessing(
                    channel_order=channel_order,
                    scale=scale,
                    mean=[0, 0, 0] if mean is None else mean,
                    std=[1, 1, 1] if std is None else std,
                )
            )
        if not isinstance(network, (str, Path)):
            if not _torch.is_module(network):
                raise TypeError(f"A network is a file, a name or a torch.nn.Module, not {type(network).__name__}.")
            content, images, answer = _torch.exported(network, size)
            header.upload.file_name = f"{type(network).__name__}.onnx"
            added = await self._added(header, content)
            await _check_export(added, images, answer)
            return added
        path = Path(network)
        if path.is_file():
            header.upload.file_name = path.name
            return await self._added(header, path.read_bytes())
        if isinstance(network, Path) or path.suffix == ".onnx" or "/" in network:
            raise FileNotFoundError(f"There is no file {network}.")
        try:
            held = await self.model(network)
        except errors.UnknownModel:
            header.architecture.architecture = network
            header.architecture.seed = seed
            return await self._added(header)
        if not name:
            return held
        header.digest = held.digest
        return await self._added(header)

    async def _added(self, header: serving_pb2.AddModelRequest.Header, content: bytes = b"") -> Network:
        def parts() -> Iterator[serving_pb2.AddModelRequest]:
            yield serving_pb2.AddModelRequest(header=header)
            for start in range(0, len(content), _CHUNK_BYTES):
                yield serving_pb2.AddModelRequest(chunk=content[start : start + _CHUNK_BYTES])

        answer = await self.service("serving").upload(f"{_SERVING}/AddModel", parts(), serving_pb2.AddModelResponse)
        return Network(self, answer.model)

    async def model(self, name: str) -> Network:
        """A model that is held, by name or digest.

        Raises:
            UnknownModel: There is none.
        """
        answer = await self.service("serving").unary(
            f"{_SERVING}/DescribeModel",
            serving_pb2.DescribeModelRequest(model=name),
            serving_pb2.DescribeModelResponse,
        )
        return Network(self, answer.model)

    async def models(self) -> list[Network]:
        """The models that have names."""
        answer = await self.service("serving").unary(
            f"{_SERVING}/ListModels", serving_pb2.ListModelsRequest(), serving_pb2.ListModelsResponse
        )
        return [Network(self, model) for model in answer.models]

    async def families(self) -> dict[str, stimulus_pb2.Family]:
        """The families of stimuli by name, with their parameters, units, ranges and defaults."""
        if not self._families:
            answer = await self.service("stimulus").unary(
                f"{_STIMULUS}/ListFamilies", stimulus_pb2.ListFamiliesRequest(), stimulus_pb2.ListFamiliesResponse
            )
            self._families = {family.name: family for family in answer.families}
        return self._families

    async def render(
        self,
        family: str = "gabor",
        *,
        by: str | None = None,
        size: int | tuple[int, int] = 224,
        stretch: str = "none",
        **parameters: Values,
    ) -> xr.Dataset:
        """Draws stimuli.

        Args:
            by: Parameter with respect to which the images are differentiated as well.
            size: Pixels, or width and height.
            parameters: In the family's units; a number holds for all, a sequence is an axis of the grid.

        Returns:
            ``image``, float32, and with ``by`` ``derivative`` (per derivative unit), over the grid's axes, ``channel``
            (red, green, blue), ``y`` and ``x``.
        """
        stimuli = read_stimuli(family, parameters, size=size, stretch=stretch, input=None)
        service = self.service("stimulus")
        answer = await service.unary(
            f"{_STIMULUS}/RenderStimulus",
            stimulus_pb2.RenderStimulusRequest(stimulus=stimuli.spec, grid=stimuli.grid, variable=by or ""),
            stimulus_pb2.RenderStimulusResponse,
        )
        axes = {axis.parameter: np.asarray(axis.values) for axis in stimuli.grid}
        wanted = {"image": answer.images} | ({} if by is None else {"derivative": answer.derivatives})
        variables = {}
        for name, artifact in wanted.items():
            array = np.load(io.BytesIO(await service.artifact(artifact.digest)), allow_pickle=False)
            shape = (*(len(values) for values in axes.values()), *array.shape[1:])
            variables[name] = ((*axes, "channel", "y", "x"), array.reshape(shape))
        return xr.Dataset(variables, coords={**axes, "channel": ["red", "green", "blue"]})

    async def analyses(self) -> dict[str, str]:
        """The analyses that :meth:`run` knows, with what each asks."""
        answer = await self.service("orchestrator").unary(
            f"{_ORCHESTRATOR}/ListAnalyses",
            orchestrator_pb2.ListAnalysesRequest(),
            orchestrator_pb2.ListAnalysesResponse,
        )
        return {analysis.name: analysis.description for analysis in answer.analyses}

    async def run(self, analysis: str, **parameters: Any) -> Run:
        """Runs an analysis to its end. Cancelling the call cancels the run; started again, it goes on where it was.

        Args:
            analysis: One of :meth:`analyses`.
            parameters: As the analysis declares them, e.g. ``profile="quick"``; networks may be :class:`Network`.

        Raises:
            UnknownAnalysis, UnknownParameter, InvalidArgument: Before anything runs.
            ObliqueError: A step failed; what it had computed is kept.
        """
        service = self.service("orchestrator")
        struct = Struct()
        struct.update(_plain(parameters))
        started = await service.unary(
            f"{_ORCHESTRATOR}/StartRun",
            orchestrator_pb2.StartRunRequest(analysis=analysis, parameters=struct),
            orchestrator_pb2.StartRunResponse,
        )
        identifier = started.run.id
        last = started.run
        with ProgressBar(self.shows_progress) as bar:
            try:
                async for event in service.stream(
                    f"{_ORCHESTRATOR}/WatchRun",
                    orchestrator_pb2.WatchRunRequest(run_id=identifier),
                    orchestrator_pb2.WatchRunResponse,
                ):
                    last = event.run
                    bar.show(last.progress)
            except asyncio.CancelledError:
                await service.unary(
                    f"{_ORCHESTRATOR}/CancelRun",
                    orchestrator_pb2.CancelRunRequest(run_id=identifier),
                    orchestrator_pb2.CancelRunResponse,
                )
                raise
        if last.state != orchestrator_pb2.STATE_SUCCEEDED:
            state = orchestrator_pb2.State.Name(last.state).removeprefix("STATE_").lower()
            raise errors.ObliqueError(f"Run {identifier} was {state}: {last.error or 'without a reason'}")
        return Run(self, last)

    async def train(
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
        """Trains a network to its end; the same specification again is joined, gone on with, or answered at once.

        The options are those of ``oblique train``.

        Args:
            network: A built-in architecture, or a network that was added.
            data: ``"scenes"`` (synthetic), a folder, archive or address of images as the training service sees it, or a
                dataset message with all its dials.
            task: ``class``, ``tilt``, ``hue-turn``, ``object-orientation``, ``reconstruction`` or ``contrast``.
            held_out: Fraction of the images that are kept out for the accuracy.
            spec: A whole specification, in the place of everything else.

        Raises:
            InvalidArgument: Before anything runs.
            ObliqueError: The training failed; the message tells why.
        """
        if spec is None:
            named = chosen("task", task, _words(dataset_pb2.Task, "TASK_"))
            spec = training_pb2.TrainingSpec(
                seed=seed,
                network=training_pb2.NetworkTraining(
                    dataset=data if isinstance(data, dataset_pb2.Dataset) else _dataset(data),
                    task=named,  # type: ignore[arg-type]
                    optimiser=training_pb2.Optimiser(
                        method=chosen("optimiser", optimiser, _words(training_pb2.Optimiser.Method, "METHOD_")),  # type: ignore[arg-type]
                        momentum=0 if optimiser == "adam" else momentum,
                        nesterov=optimiser != "adam" and momentum > 0,
                        weight_decay=weight_decay,
                        clip_gradient_norm=clip,
                    ),
                    schedule=training_pb2.Schedule(
                        kind=chosen("schedule", schedule, _words(training_pb2.Schedule.Kind, "KIND_")),  # type: ignore[arg-type]
                        learning_rate=learning_rate,
                        warm_up_steps=warm_up,
                    ),
                    batch_size=batch_size,
                    steps=steps,
                    epochs=epochs,
                    observation_steps=training_pb2.StepSeries(at=[0], logarithmic=10 if held_out > 0 else 0),
                    held_out_fraction=held_out,
                ),
            )
            if isinstance(network, Network):
                spec.network.model.CopyFrom(network.message.artifact)
            else:
                spec.network.architecture.architecture = network
                spec.network.architecture.width = width
        service = self.service("training")
        started = await service.unary(
            f"{_TRAINING}/StartTraining",
            training_pb2.StartTrainingRequest(spec=spec, label=label or str(network)),
            training_pb2.StartTrainingResponse,
        )
        identifier = started.training.id
        ended: training_pb2.Training | None = None
        with ProgressBar(self.shows_progress) as bar:
            try:
                async for event in service.stream(
                    f"{_TRAINING}/WatchTraining",
                    training_pb2.WatchTrainingRequest(id=identifier),
                    training_pb2.WatchTrainingResponse,
                ):
                    if event.HasField("progress"):
                        bar.show(event.progress)
                    elif event.HasField("ended"):
                        ended = event.ended
            except asyncio.CancelledError:
                await service.unary(
                    f"{_TRAINING}/CancelTraining",
                    training_pb2.CancelTrainingRequest(id=identifier),
                    training_pb2.CancelTrainingResponse,
                )
                raise
        if ended is None or ended.state != training_pb2.TRAINING_STATE_SUCCEEDED:
            told = "its service ended before it" if ended is None else ended.failure or "it was cancelled"
            raise errors.ObliqueError(f"Training {identifier} did not succeed: {told}")
        return Training(self, ended)

    async def artifact(self, digest: str) -> bytes:
        """The bytes of an artifact by its digest, compared with their hash."""
        return await self.service("serving").artifact(digest)

    async def close(self) -> None:
        """Closes the connections, and stops the services that were started for this lab."""
        for service in self._services.values():
            await service.close()
        self._services.clear()
        local, self._local = self._local, None
        if local is not None:
            # Not in a thread: a Python that ends starts none any more.
            local.stop()

    async def __aenter__(self) -> Lab:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class Network:
    """A network that the serving service holds."""

    def __init__(self, lab: Lab, message: serving_pb2.Model) -> None:
        self._lab = lab
        #: All that the service tells of it.
        self.message = message

    @property
    def name(self) -> str:
        """Empty where it is not registered."""
        return self.message.name

    @property
    def digest(self) -> str:
        """``sha256:…`` of its ONNX file."""
        return self.message.artifact.digest

    @property
    def layers(self) -> list[str]:
        """What ``measure(layers="auto")`` measures, in the order of depth."""
        return [layer.name for layer in self.message.layers]

    def __repr__(self) -> str:
        return f"Network({self.name or self.digest!r}, {len(self.layers)} layers)"

    async def measure(
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
        """Measures D(y; v) = sum over a layer's units of (dy/dv)^2, exactly, for every layer and grid point (eq. 1).

        Args:
            family: Of the stimuli, see :meth:`Lab.families`.
            by: The parameter v that is differentiated.
            layers: ``"auto"``, ``"all"``, names, and patterns with ``*``.
            size: Pixels, or width and height; absent: what the network fixes, else 224.
            input: ``"direct"``, ``"imagenet"`` or ``"model"`` (the network's own preprocessing); absent: the family's.
            precision: ``"float32"`` or ``"float64"``.
            central_difference: A step in v's derivative unit (radians for angles): differences over twice this step in
                the place of the exact derivative.
            timeout: Seconds after which the measurement is given up.
            parameters: In the family's units (degrees, pixels, cycles/pixel). A number holds for all stimuli, a
                sequence is an axis of the grid.

        Returns:
            One variable a layer, float64, with one dimension an axis of the grid, in the order of the arguments; D is
            per derivative unit squared. ``attrs["digest"]`` is the artifact's.

        Raises:
            UnknownLayer, UnknownParameter, UnknownVariable, ValueOutOfRange, UnsupportedOperator: Before anything runs.
            DeadlineExceeded: Not done within ``timeout``.
        """
        stimuli = read_stimuli(family, parameters, size=size, stretch=stretch, input=input)
        request = serving_pb2.MeasureSensitivityRequest(
            model=self.digest,
            stimulus=stimuli.spec,
            variable=by,
            grid=stimuli.grid,
            layers=[layers] if isinstance(layers, str) else layers,
            batch_size=batch_size,
            precision=chosen("precision", precision, _words(serving_pb2.Precision, "PRECISION_")),  # type: ignore[arg-type]
        )
        if central_difference is not None:
            request.central_difference.step = central_difference
        service = self._lab.service("serving")
        result: serving_pb2.SensitivityResult | None = None
        with ProgressBar(self._lab.shows_progress) as bar:
            async for event in service.stream(
                f"{_SERVING}/MeasureSensitivity", request, serving_pb2.MeasureSensitivityResponse, timeout=timeout
            ):
                if event.HasField("progress"):
                    bar.show(event.progress)
                elif event.HasField("result"):
                    result = event.result
        if result is None:
            raise errors.Unavailable("The serving service ended the measurement without a result.")
        archive = await service.artifact(result.artifact.digest)
        families = await self._lab.families()
        return sensitivity_dataset(archive, request, result, families[family])

    async def infer(self, *, timeout: float | None = None, **inputs: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
        """What the network gives for arrays, by the name of each input and output.

        Raises:
            InvalidArgument: A name, type or shape does not fit; ``message.inputs`` tells what does.
        """
        return await infer(self._lab.service("serving"), self.digest, inputs, timeout=timeout)

    async def derived(self, derivation: str, *, seed: int = 0, name: str = "") -> Network:
        """A control made of this network.

        Args:
            derivation: ``"reinitialised"`` (the untrained twin), ``"shuffled-within-tensor"`` (the paper's text) or
                ``"shuffled-output-channels"`` (the authors' code).
        """
        kind = chosen("derivation", derivation, _words(serving_pb2.Derivation, "DERIVATION_"))
        header = serving_pb2.AddModelRequest.Header(
            name=name,
            derived=serving_pb2.Derived(model=self.digest, derivation=kind, seed=seed),  # type: ignore[arg-type]
        )
        return await self._lab._added(header)


class Run:
    """A run that has succeeded, with its report."""

    def __init__(self, lab: Lab, message: orchestrator_pb2.Run) -> None:
        self._lab = lab
        self.message = message

    @property
    def id(self) -> str:
        return self.message.id

    @property
    def files(self) -> dict[str, str]:
        """The digests of the report's files by path, e.g. ``report.html``."""
        return {file.path: file.artifact.digest for file in self.message.report}

    async def file(self, path: str) -> bytes:
        """One file of the report."""
        return await self._lab.service("orchestrator").artifact(self.files[path])

    async def save(self, folder: str | Path) -> Path:
        """Writes the report and returns the path of its page."""
        target = Path(folder)
        for path in self.files:
            content = await self.file(path)
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_bytes(content)
        return target / "report.html"

    def __repr__(self) -> str:
        return f"Run({self.message.analysis!r}, {self.id!r}, {len(self.files)} files)"


class Training:
    """A training that has succeeded."""

    def __init__(self, lab: Lab, message: training_pb2.Training) -> None:
        self._lab = lab
        self.message = message

    @property
    def id(self) -> str:
        return self.message.id

    async def network(self, *, name: str = "") -> Network:
        """The trained network, ready to be measured; its preprocessing is its own (``input="model"``)."""
        header = serving_pb2.AddModelRequest.Header(name=name, digest=self.message.result.model.digest)
        return await self._lab._added(header)

    async def metrics(self) -> dict[str, np.ndarray[Any, Any]]:
        """``step``, ``loss``, ``accuracy``, ``learningRate``, one value a step; ``heldOutStep``, ``heldOutAccuracy``."""
        return await self._arrays(self.message.result.metrics.digest)

    async def _arrays(self, digest: str) -> dict[str, np.ndarray[Any, Any]]:
        content = await self._lab.service("training").artifact(digest)
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return dict(arrays)

    def __repr__(self) -> str:
        return f"Training({self.message.label!r}, {self.id[:12]!r}, {self.message.step} steps)"


async def _check_export(network: Network, images: np.ndarray[Any, Any], expected: np.ndarray[Any, Any]) -> None:
    found = (await network.infer(input=images))["output"]
    scale = float(np.abs(expected).max())
    difference = float(np.abs(found - expected).max())
    if not difference <= _EXPORT_TOLERANCE * scale:
        raise errors.ObliqueError(
            f"The exported network gives other outputs than the module: they differ by up to {difference:.3g}, "
            f"the largest output being {scale:.3g}. Export it yourself, and add the file.",
            reason="MALFORMED_MODEL",
        )


def _words(enum: Any, prefix: str) -> dict[str, int]:
    """The values of an enum as people write them, without the one that says nothing."""
    return {name.removeprefix(prefix).lower().replace("_", "-"): number for name, number in enum.items() if number != 0}


def _dataset(data: str) -> dataset_pb2.Dataset:
    if data == "scenes":
        return dataset_pb2.Dataset(scenes=dataset_pb2.Scenes())
    # Services on this machine run in other folders.
    return dataset_pb2.Dataset(location=data if "://" in data else str(Path(data).resolve()))


def _plain(value: Any) -> Any:
    """What a protobuf Struct takes: networks by name, arrays as lists."""
    if isinstance(value, Network):
        return value.name or value.digest
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
