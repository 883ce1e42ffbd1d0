from __future__ import annotations

from pathlib import Path

import pytest

import oblique as ob
from conftest import CLONE


def test_the_notebook_runs_from_top_to_bottom(lab: ob.Lab, home: Path) -> None:
    pytest.importorskip("torch", reason="the notebook measures a network of torchvision")
    pytest.importorskip("torchvision", reason="the notebook measures a network of torchvision")
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.read(CLONE / "docs" / "measuring-a-torchvision-network.ipynb", as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(CLONE)}}).execute()
    figures = [output for cell in notebook.cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
    assert len(figures) == 1
