from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import xarray as xr
from onnx import TensorProto, helper, numpy_helper

import oblique as ob
from oblique.dataset.v1 import dataset_pb2

WEIGHTS = np.random.default_rng(7).normal(size=(4, 3)).astype(np.float32)


def linear_network(path: Path, layer: str = "mixed") -> Path:
    """y[k] = sum over channels of W[k, c] x[c] at every pixel: D is known from the stimulus's derivative alone."""
    node = helper.make_node("Conv", ["images", "weights"], [layer], name="mix")
    graph = helper.make_graph(
        [node],
        "linear",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info(layer, TensorProto.FLOAT, ["n", 4, "h", "w"])],
        [numpy_helper.from_array(WEIGHTS[:, :, None, None], "weights")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@pytest.fixture(scope="module")
def linear(lab: ob.Lab, tmp_path_factory: pytest.TempPathFactory) -> ob.Network:
    return lab.add(linear_network(tmp_path_factory.mktemp("networks") / "linear.onnx"), name="linear")


def test_d_is_the_squared_norm_of_the_derivative(lab: ob.Lab, linear: ob.Network) -> None:
    grid = {"orientation": np.arange(0, 180, 30), "phase": [0, 70]}
    fixed = {"frequency": 0.08, "sigma": 6}
    measured = linear.measure("gabor", by="orientation", size=48, input="direct", **grid, **fixed)
    drawn = lab.render("gabor", by="orientation", size=48, **grid, **fixed)
    tangent = np.einsum("kc,opcyx->opkyx", WEIGHTS.astype(np.float64), drawn["derivative"].values.astype(np.float64))
    assert measured["mixed"].dims == ("orientation", "phase")
    np.testing.assert_allclose(measured["mixed"].values, (tangent**2).sum(axis=(2, 3, 4)), rtol=1e-5)
    assert measured["mixed"].attrs["units"] == "1/radian^2"
    assert measured["orientation"].attrs["units"] == "degree"
    assert measured.attrs["digest"].startswith("sha256:")
    assert measured["mixed"].mean("phase").sizes == {"orientation": 6}


def test_a_number_holds_for_all_and_a_sequence_is_an_axis(linear: ob.Network) -> None:
    measured = linear.measure(by="phase", size=(40, 24), orientation=30, phase=range(0, 360, 90))
    assert dict(measured.sizes) == {"phase": 4}
    assert json.loads(measured.attrs["stimulus"])["width_pixels"] == 40
    with pytest.raises(ValueError, match="axis of a grid is a vector"):
        linear.measure(orientation=[[0, 1]])
    with pytest.raises(ValueError, match="phase takes a number"):
        linear.measure(phase="all")
    with pytest.raises(ValueError, match="precision 'half' is unknown; give one of float32, float64"):
        linear.measure(precision="half")


def test_a_layer_may_be_called_like_an_axis(lab: ob.Lab, tmp_path: Path) -> None:
    network = lab.add(linear_network(tmp_path / "odd.onnx", layer="sigma"))
    measured = network.measure(size=16, sigma=[2.0, 3.0])
    assert set(measured.data_vars) == {"D/sigma"}
    assert measured["D/sigma"].dims == ("sigma",)


def test_known_results_and_float64(linear: ob.Network) -> None:
    ask = {"size": 32, "orientation": [10.0, 20.0]}
    first, again = linear.measure(**ask), linear.measure(**ask)
    assert again.attrs["cached"] == 1
    xr.testing.assert_equal(first, again)
    exact = linear.measure(precision="float64", **ask)
    assert exact.attrs["precision"] == "float64"
    np.testing.assert_allclose(first["mixed"], exact["mixed"], rtol=1e-5)
    steps = linear.measure(precision="float64", central_difference=1e-4, **ask)
    np.testing.assert_allclose(steps["mixed"], exact["mixed"], rtol=1e-4)


def test_inference(linear: ob.Network) -> None:
    images = np.random.default_rng(0).normal(size=(2, 3, 5, 4)).astype(np.float32)
    answer = linear.infer(images=images)["mixed"]
    np.testing.assert_allclose(answer, np.einsum("kc,ncyx->nkyx", WEIGHTS, images), rtol=1e-5, atol=1e-6)
    with pytest.raises(TypeError, match="complex64"):
        linear.infer(images=images.astype(np.complex64))


def test_networks_are_found_by_name_and_controls_made(lab: ob.Lab, linear: ob.Network) -> None:
    assert lab.model("linear").digest == linear.digest
    assert "linear" in [network.name for network in lab.models()]
    assert lab.add("linear").digest == linear.digest
    twin = linear.derived("reinitialised", seed=3)
    assert twin.digest not in ("", linear.digest)
    with pytest.raises(FileNotFoundError):
        lab.add("missing.onnx")
    with pytest.raises(TypeError, match="a file, a name or a torch.nn.Module, not int"):
        lab.add(3)  # type: ignore[arg-type]


def test_declared_preprocessing_is_used(lab: ob.Lab, linear: ob.Network, tmp_path: Path) -> None:
    declared = lab.add(linear_network(tmp_path / "declared.onnx"), mean=(0.1, 0.2, 0.3), std=(0.5, 0.5, 0.5))
    ask = {"size": 24, "orientation": [15.0]}
    fed = declared.measure(input="model", **ask)["mixed"]
    np.testing.assert_allclose(fed, linear.measure(input="direct", **ask)["mixed"] / 0.25, rtol=1e-5)


def test_errors_are_exceptions_by_reason_with_their_fields(lab: ob.Lab, linear: ob.Network) -> None:
    with pytest.raises(ob.errors.UnknownModel) as unknown:
        lab.model("nobody")
    assert unknown.value.code is not None and unknown.value.code.name == "NOT_FOUND"
    with pytest.raises(ob.errors.UnknownLayer, match="layer9"):
        linear.measure(layers="layer9", orientation=[0.0])
    with pytest.raises(ob.ObliqueError) as wrong:
        linear.measure(sigma=-1, orientation=[0.0])
    assert wrong.value.reason == "VALUE_OUT_OF_RANGE"
    assert [violation.field for violation in wrong.value.fields] == ["stimulus.parameters.sigma"]
    with pytest.raises(ob.errors.DeadlineExceeded):
        linear.measure(size=512, orientation=np.linspace(0, 179, 2000), timeout=0.05)


def test_a_training_gives_a_network_that_is_measured(lab: ob.Lab) -> None:
    scenes = dataset_pb2.Dataset(scenes=dataset_pb2.Scenes(count=64, size_pixels=16))
    training = lab.train(
        "small_resnet", data=scenes, task="object-orientation", steps=3, batch_size=16, width=0.25, seed=5
    )
    assert training.metrics()["loss"].shape == (3,)
    measured = training.network().measure(input="model", orientation=[0.0, 45.0])
    assert all((values > 0).all() for values in measured.data_vars.values())


def test_a_run_gives_its_report(lab: ob.Lab, tmp_path: Path) -> None:
    assert "human" in lab.analyses()
    run = lab.run("human", profile="quick")
    page = run.save(tmp_path / "report")
    assert page.read_bytes().startswith(b"<!doctype html>")
    assert json.loads((tmp_path / "report" / "results.json").read_text())["claims"]
    with pytest.raises(ob.errors.UnknownAnalysis):
        lab.run("alchemy")


def test_with_asyncio_measurements_run_side_by_side(lab: ob.Lab, linear: ob.Network) -> None:
    async def both() -> list[xr.Dataset]:
        # The services that `lab` started are found as those that run.
        async with ob.aio.connect(progress=False) as other:
            network = await other.model("linear")
            return await asyncio.gather(
                *(network.measure(size=20, orientation=[angle]) for angle in (5.0, 50.0))
            )

    first, second = asyncio.run(both())
    xr.testing.assert_equal(first, linear.measure(size=20, orientation=[5.0]))
    xr.testing.assert_equal(second, linear.measure(size=20, orientation=[50.0]))


def test_beside_tritonclient(lab: ob.Lab, linear: ob.Network) -> None:
    triton = pytest.importorskip("tritonclient.grpc")
    client = triton.InferenceServerClient(lab._lab._endpoints["serving"])
    assert client.is_model_ready("linear")
    images = np.ones((1, 3, 2, 2), np.float32)
    asked = triton.InferInput("images", images.shape, "FP32")
    asked.set_data_from_numpy(images)
    theirs = client.infer("linear", [asked]).as_numpy("mixed")
    np.testing.assert_array_equal(theirs, linear.infer(images=images)["mixed"])


def test_a_module_is_exported_and_checked_against_itself(lab: ob.Lab) -> None:
    torch = pytest.importorskip("torch")
    module = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 5), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()
    )
    network = lab.add(module, size=32)
    assert network.measure(size=32, orientation=[0.0]).sizes["orientation"] == 1
