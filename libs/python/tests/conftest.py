"""Real services, started by the package itself over a home of their own, for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import oblique as ob

CLONE = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OBLIQUE_HOME", str(folder))
        patch.delenv("OBLIQUE_ENDPOINT", raising=False)
        patch.chdir(CLONE)
        yield folder


@pytest.fixture(scope="session")
def lab(home: Path) -> Iterator[ob.Lab]:
    with ob.connect(progress=False) as lab:
        yield lab
