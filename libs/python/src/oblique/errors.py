"""What a call can fail for: one exception a reason of Oblique's registry of errors (docs/errors.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import grpc
from google.rpc import error_details_pb2, status_pb2

_DOMAIN = "oblique"
_TRAILER = "grpc-status-details-bin"


@dataclass(frozen=True)
class FieldViolation:
    """One field of a request that is wrong, by its path in the message, e.g. ``grid[0].values``."""

    field: str
    description: str


class ObliqueError(Exception):
    """A call that was refused or failed.

    Attributes:
        reason: Of the registry, e.g. ``UNKNOWN_LAYER``; the subclass of the same name is raised.
        code: The gRPC status; absent where the failure arose in this process.
        fields: The fields of the request that are wrong.
        metadata: What the reason concerns, e.g. ``{"layer": "layer9"}``.
        retry_after_seconds: When a repetition makes sense; absent where the service does not say.
    """

    reason: str = "INTERNAL"

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        code: grpc.StatusCode | None = None,
        fields: tuple[FieldViolation, ...] = (),
        metadata: Mapping[str, str] | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        if reason is not None:
            self.reason = reason
        self.code = code
        self.fields = fields
        self.metadata = dict(metadata or {})
        self.retry_after_seconds = retry_after_seconds


class InvalidArgument(ObliqueError):
    reason = "INVALID_ARGUMENT"


class UnknownModel(ObliqueError):
    reason = "UNKNOWN_MODEL"


class UnknownLayer(ObliqueError):
    reason = "UNKNOWN_LAYER"


class UnknownVariable(ObliqueError):
    reason = "UNKNOWN_VARIABLE"


class UnknownParameter(ObliqueError):
    reason = "UNKNOWN_PARAMETER"


class UnknownFamily(ObliqueError):
    reason = "UNKNOWN_FAMILY"


class ValueOutOfRange(ObliqueError):
    reason = "VALUE_OUT_OF_RANGE"


class GridEmpty(ObliqueError):
    reason = "GRID_EMPTY"


class GridTooLarge(ObliqueError):
    reason = "GRID_TOO_LARGE"


class MalformedModel(ObliqueError):
    reason = "MALFORMED_MODEL"


class UnsupportedOperator(ObliqueError):
    reason = "UNSUPPORTED_OPERATOR"


class ModelExists(ObliqueError):
    reason = "MODEL_EXISTS"


class ArtifactNotFound(ObliqueError):
    reason = "ARTIFACT_NOT_FOUND"


class ArtifactCorrupt(ObliqueError):
    reason = "ARTIFACT_CORRUPT"


class StoreFull(ObliqueError):
    reason = "STORE_FULL"


class StoreUnavailable(ObliqueError):
    reason = "STORE_UNAVAILABLE"


class OutOfMemory(ObliqueError):
    reason = "OUT_OF_MEMORY"


class Overloaded(ObliqueError):
    reason = "OVERLOADED"


class MessageTooLarge(ObliqueError):
    reason = "MESSAGE_TOO_LARGE"


class WorkerDied(ObliqueError):
    reason = "WORKER_DIED"


class ServiceDied(ObliqueError):
    reason = "SERVICE_DIED"


class DeviceUnavailable(ObliqueError):
    reason = "DEVICE_UNAVAILABLE"


class AccessRefused(ObliqueError):
    reason = "ACCESS_REFUSED"


class UnknownRun(ObliqueError):
    reason = "UNKNOWN_RUN"


class RunNotResumable(ObliqueError):
    reason = "RUN_NOT_RESUMABLE"


class UnknownAnalysis(ObliqueError):
    reason = "UNKNOWN_ANALYSIS"


class UnknownTraining(ObliqueError):
    reason = "UNKNOWN_TRAINING"


class Unimplemented(ObliqueError):
    reason = "UNIMPLEMENTED"


class Cancelled(ObliqueError):
    reason = "CANCELLED"


class DeadlineExceeded(ObliqueError):
    reason = "DEADLINE_EXCEEDED"


class Unavailable(ObliqueError):
    reason = "UNAVAILABLE"


_BY_REASON: dict[str, type[ObliqueError]] = {kind.reason: kind for kind in ObliqueError.__subclasses__()}

# What a failure is called where the far end says no reason: it is no service of Oblique's, or none answered.
_BY_CODE: dict[grpc.StatusCode, type[ObliqueError]] = {
    grpc.StatusCode.CANCELLED: Cancelled,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
}


def from_rpc_error(error: grpc.aio.AioRpcError, endpoint: str) -> ObliqueError:
    """The exception that an answer of a service stands for, with what its ``google.rpc`` details say."""
    code = error.code()
    message = error.details() or code.name
    trailers = error.trailing_metadata() or ()
    packed = next((value for key, value in trailers if key == _TRAILER and isinstance(value, bytes)), None)
    details = status_pb2.Status.FromString(packed).details if packed is not None else []
    info, request, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    named = retried = False
    for detail in details:
        named = detail.Unpack(info) or named
        detail.Unpack(request)
        retried = detail.Unpack(retry) or retried
    if not named or info.domain != _DOMAIN:
        kind = _BY_CODE.get(code, ObliqueError)
        told = f"No service answers at {endpoint}: {message}" if kind is Unavailable else message
        return kind(told, reason=code.name if kind is ObliqueError else None, code=code)
    return _BY_REASON.get(info.reason, ObliqueError)(
        message,
        reason=info.reason,
        code=code,
        fields=tuple(FieldViolation(v.field, v.description) for v in request.field_violations),
        metadata=info.metadata,
        retry_after_seconds=retry.retry_delay.ToTimedelta().total_seconds() if retried else None,
    )
