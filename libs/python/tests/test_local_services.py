from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from conftest import CLONE

# Nothing closes the lab: it does so itself as Python ends.
SCRIPT = """
import oblique as ob
lab = ob.connect(progress=False)
print(lab.models())
"""


def test_services_started_for_a_script_end_with_it(tmp_path: Path) -> None:
    environment = {**os.environ, "OBLIQUE_HOME": str(tmp_path)}
    environment.pop("OBLIQUE_ENDPOINT", None)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=CLONE, env=environment, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
    assert not (tmp_path / "services.json").exists()
