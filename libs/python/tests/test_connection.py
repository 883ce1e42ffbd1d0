"""What goes wrong on the way, on real sockets."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path

import grpc
import pytest
import trustme

import oblique as ob
from conftest import CLONE
from oblique import errors
from oblique._local import read_endpoints
from oblique.artifact.v1 import artifact_pb2, artifact_pb2_grpc

DIGEST = f"sha256:{'0' * 64}"


class ForeignStore(artifact_pb2_grpc.ArtifactServiceServicer):
    """Answers with bytes of another digest to those who bring the token."""

    def GetArtifact(
        self, request: artifact_pb2.GetArtifactRequest, context: grpc.ServicerContext
    ) -> Iterator[artifact_pb2.GetArtifactResponse]:
        if ("authorization", "Bearer secret") not in [tuple(pair) for pair in context.invocation_metadata()]:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you?")
        yield artifact_pb2.GetArtifactResponse(chunk=b"something else")


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    server = grpc.server(futures.ThreadPoolExecutor(2))
    artifact_pb2_grpc.add_ArtifactServiceServicer_to_server(ForeignStore(), server)
    key, chain = certificate.private_key_pem.bytes(), b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    port = server.add_secure_port("localhost:0", grpc.ssl_server_credentials([(key, chain)]))
    server.start()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    path.write_bytes(authority.cert_pem.bytes())
    yield f"localhost:{port}", path
    server.stop(None)


def test_bytes_of_another_digest_are_refused(secured: tuple[str, Path]) -> None:
    endpoint, ca = secured
    with ob.connect(endpoint, ca=ca, token="secret") as lab, pytest.raises(errors.ArtifactCorrupt):
        lab.artifact(DIGEST)


def test_the_token_travels(secured: tuple[str, Path]) -> None:
    endpoint, ca = secured
    with ob.connect(endpoint, ca=ca, token="wrong") as lab, pytest.raises(ob.ObliqueError) as refused:
        lab.artifact(DIGEST)
    assert refused.value.reason == "UNAUTHENTICATED"


def test_without_the_certificate_nothing_is_said(secured: tuple[str, Path]) -> None:
    endpoint, _ = secured
    with ob.connect(endpoint, token="secret") as lab, pytest.raises(errors.Unavailable):
        lab.artifact(DIGEST)


def test_nobody_answers() -> None:
    with ob.connect("127.0.0.1:9") as lab, pytest.raises(errors.Unavailable, match=r"No service answers at 127.0.0.1:9"):
        lab.models()


def test_a_service_without_an_endpoint() -> None:
    with ob.connect("serving=127.0.0.1:9") as lab, pytest.raises(errors.Unavailable, match="endpoint of the training"):
        lab.train()


@pytest.mark.parametrize("text", ["nowhere", "host:0", "host:99999", "cooking=host:1", "serving=host"])
def test_an_endpoint_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        read_endpoints(text)


def test_every_reason_of_the_registry_is_an_exception() -> None:
    table = (CLONE / "docs" / "errors.md").read_text(encoding="utf8")
    reasons = set(re.findall(r"^\| `([A-Z_]+)` \|", table, flags=re.MULTILINE))
    assert {kind.reason for kind in ob.ObliqueError.__subclasses__()} | {"INTERNAL"} == reasons


LONG = """
import numpy as np, oblique as ob
lab = ob.connect(progress=False)
network = lab.add("alexnet")
print("measuring", flush=True)
network.measure(orientation=np.linspace(0, 179, 5000))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_cancels_the_measurement(lab: ob.Lab) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", LONG], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "measuring\n"
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert said.rstrip().endswith("KeyboardInterrupt")
    # The services still answer, and are not stopped by a client that did not start them.
    assert isinstance(lab.models(), list)
