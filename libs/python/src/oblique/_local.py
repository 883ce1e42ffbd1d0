"""The services of this machine: those that ``oblique up`` left running, and how to start some."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

from .errors import Unavailable

SERVICES = ("stimulus", "serving", "statistics", "training", "orchestrator")


def read_endpoints(text: str) -> dict[str, str]:
    """Reads ``host:port`` (all services) or ``serving=host:port,stimulus=host:port``, as the command line does."""
    if "=" not in text:
        return dict.fromkeys(SERVICES, _checked(text, text))
    endpoints: dict[str, str] = {}
    for part in text.split(","):
        name, _, endpoint = part.partition("=")
        if name.strip() not in SERVICES:
            raise ValueError(f"{text!r}: there is no service {name.strip()!r}; there are {', '.join(SERVICES)}.")
        endpoints[name.strip()] = _checked(endpoint, text)
    return endpoints


def _checked(endpoint: str, whole: str) -> str:
    host, _, port = endpoint.strip().rpartition(":")
    if host == "" or not port.isdecimal() or not 1 <= int(port) <= 65_535:
        raise ValueError(f"{whole!r}: write HOST:PORT for all services, or SERVICE=HOST:PORT,….")
    return endpoint.strip()


def home() -> Path:
    """The folder for local state: ``$OBLIQUE_HOME``, else ``.oblique`` below the working folder."""
    return Path(os.environ.get("OBLIQUE_HOME") or ".oblique").resolve()


def find_running(folder: Path) -> dict[str, str] | None:
    """``host:port`` by service, of the services that run for this home; absent where none do."""
    try:
        state = json.loads((folder / "services.json").read_text(encoding="utf8"))
        with socket.create_connection(("127.0.0.1", int(state["port"])), timeout=10) as connection:
            connection.sendall(f"{state['token']} status".encode())
            connection.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        return {service["name"]: service["endpoint"] for service in json.loads(answer)["services"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None


class LocalServices:
    """Services that were started here, and are stopped by :meth:`stop`."""

    def __init__(self) -> None:
        """
        Raises:
            Unavailable: There is no ``oblique`` command, or it could not start the services; the message is its own.
        """
        self._command = _command()
        answer = self._run("--json", "up")
        self.endpoints: dict[str, str] = json.loads(answer)["endpoints"]

    def stop(self) -> None:
        self._run("down")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([*self._command, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Unavailable(f"oblique {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout


def _command() -> list[str]:
    """The ``oblique`` command: of the clone around the working folder, or on the path."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        script = folder / "libs" / "cli" / "bin" / "oblique.js"
        if script.is_file():
            return ["node", str(script)]
    found = shutil.which("oblique")
    if found is not None:
        return [found]
    raise Unavailable(
        "No services run and none can be started: the oblique command is neither in a clone around the working folder "
        "nor on the path. Start them with `npx oblique up` in a clone, or name them: connect('host:port')."
    )
