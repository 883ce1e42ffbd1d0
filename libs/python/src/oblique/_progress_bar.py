"""Progress of long work, in a terminal or a notebook."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

from .progress.v1 import progress_pb2

if TYPE_CHECKING:
    from tqdm.auto import tqdm


class ProgressBar:
    """A tqdm bar that follows the services' progress messages; it appears with the first."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown
        self._bar: tqdm[Any] | None = None

    def show(self, progress: progress_pb2.Progress) -> None:
        if not self._shown:
            return
        # In a notebook without its widgets it warns as it is imported.
        from tqdm.auto import tqdm

        bar = self._bar if self._bar is not None else tqdm(unit=f" {progress.unit}", leave=False)
        self._bar = bar
        bar.total = progress.total or None
        bar.set_description(progress.stage, refresh=False)
        bar.update(progress.done - bar.n)

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
