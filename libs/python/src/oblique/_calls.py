"""Calls of services over gRPC: one way for all methods."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from typing import TypeVar

import grpc
from google.protobuf.message import Message

from . import errors
from .artifact.v1 import artifact_pb2

_MAX_MESSAGE_BYTES = 64 * 1024 * 1024
_OPTIONS = (
    ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
    # A machine that vanished without closing its connections is noticed within a minute.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 20_000),
)


Answer = TypeVar("Answer", bound=Message)


class Service:
    """A channel to one endpoint."""

    def __init__(self, endpoint: str, *, ca: bytes | None, token: str | None) -> None:
        """
        Args:
            endpoint: ``host:port``.
            ca: Certificates (PEM) that the service's must be signed by; absent: the connection is not encrypted.
            token: Sent as bearer token with every call.
        """
        self.endpoint = endpoint
        self._metadata = () if token is None else (("authorization", f"Bearer {token}"),)
        self._channel = (
            grpc.aio.insecure_channel(endpoint, options=_OPTIONS)
            if ca is None
            else grpc.aio.secure_channel(endpoint, grpc.ssl_channel_credentials(ca), options=_OPTIONS)
        )

    async def unary(
        self, method: str, request: Message, answer: type[Answer], *, timeout: float | None = None
    ) -> Answer:
        """Calls ``package.Service/Method`` with one message, for one message."""
        call = self._channel.unary_unary(
            f"/{method}", request_serializer=_bytes, response_deserializer=answer.FromString
        )
        try:
            return await call(request, timeout=timeout, metadata=self._metadata)
        except grpc.aio.AioRpcError as error:
            raise errors.from_rpc_error(error, self.endpoint) from error

    async def stream(
        self, method: str, request: Message, answer: type[Answer], *, timeout: float | None = None
    ) -> AsyncIterator[Answer]:
        """Calls it with one message, for a stream; leaving the loop early cancels the call."""
        call = self._channel.unary_stream(
            f"/{method}", request_serializer=_bytes, response_deserializer=answer.FromString
        )(request, timeout=timeout, metadata=self._metadata)
        try:
            async for message in call:
                yield message
        except grpc.aio.AioRpcError as error:
            raise errors.from_rpc_error(error, self.endpoint) from error
        finally:
            call.cancel()

    async def upload(
        self,
        method: str,
        requests: Iterator[Message],
        answer: type[Answer],
        *,
        timeout: float | None = None,
    ) -> Answer:
        """Calls it with a stream of messages, for one message."""
        call = self._channel.stream_unary(
            f"/{method}", request_serializer=_bytes, response_deserializer=answer.FromString
        )
        try:
            return await call(requests, timeout=timeout, metadata=self._metadata)
        except grpc.aio.AioRpcError as error:
            raise errors.from_rpc_error(error, self.endpoint) from error

    async def artifact(self, digest: str) -> bytes:
        """The bytes of an artifact, compared with their hash.

        Raises:
            ArtifactNotFound: The store has none of this digest.
            ArtifactCorrupt: What came has another digest.
        """
        request = artifact_pb2.GetArtifactRequest(digest=digest)
        parts = self.stream(
            "oblique.artifact.v1.ArtifactService/GetArtifact", request, artifact_pb2.GetArtifactResponse
        )
        content = b"".join([part.chunk async for part in parts])
        found = f"sha256:{hashlib.sha256(content).hexdigest()}"
        if found != digest:
            raise errors.ArtifactCorrupt(f"Artifact {digest} came with other bytes, of the digest {found}.")
        return content

    async def close(self) -> None:
        await self._channel.close()


def _bytes(message: Message) -> bytes:
    return message.SerializeToString()
