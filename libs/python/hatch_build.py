"""Makes the messages and stubs of the package from the contracts, as the package is built."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).parent
PROTOS = HERE.parent.parent / "proto"
PACKAGE = HERE / "src" / "oblique"


class ContractsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs protoc; what it writes is ignored by git and packed into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not PROTOS.is_dir():
            raise FileNotFoundError(
                f"{PROTOS} is missing: the package is built inside a clone of Oblique, whose contracts it is made from."
            )
        contracts = sorted(path.relative_to(PROTOS).as_posix() for path in (PROTOS / "oblique").rglob("*.proto"))
        for name in {contract.split("/")[1] for contract in contracts}:
            shutil.rmtree(PACKAGE / name, ignore_errors=True)
        source = PACKAGE.parent
        protoc(
            f"--python_out={source}", f"--grpc_python_out={source}",
            f"--mypy_out=quiet:{source}", f"--mypy_grpc_out=quiet:{source}",
            *contracts,
        )  # fmt: skip
        # Kept out of protobuf's one pool of names, where it would clash with the clients of Triton and KServe.
        protoc(f"--descriptor_set_out={PACKAGE / '_inference.binpb'}", "inference/grpc_service.proto")
        for contract in contracts:
            folder = PACKAGE.parent / Path(contract).parent
            for package in (folder, folder.parent):
                (package / "__init__.py").touch()


def protoc(*arguments: str) -> None:
    import grpc_tools
    from grpc_tools import protoc as compiler

    scripts = Path(sys.executable).parent
    plugins = [
        f"--plugin=protoc-gen-{name}={found}"
        for name in ("mypy", "mypy_grpc")
        if (found := shutil.which(f"protoc-gen-{name}") or scripts / f"protoc-gen-{name}")
    ]
    known = Path(grpc_tools.__file__).parent / "_proto"
    if compiler.main(["protoc", f"-I{PROTOS}", f"-I{known}", *plugins, *arguments]) != 0:
        raise RuntimeError(f"protoc could not compile {' '.join(arguments)}.")
