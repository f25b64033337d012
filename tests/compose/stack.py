"""The services of docker-compose.yml as local processes: their commands, environment and health checks, taken from the
file."""

import json
import re
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.running import SONGTOR, Running, environment
from tests.support.servers import PostgresServer, RabbitServer, free_port

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
IMAGE = ROOT / "Dockerfile"
SERVERS = ("postgres", "rabbitmq")


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return loaded


@dataclass
class Stack:
    """Servers of its own in `folder`, which the user who runs PostgreSQL must be able to enter.

    What a container would see otherwise is changed and nothing else: host names, the port, the paths of secrets and of
    /data.
    """

    folder: Path
    chosen: Mapping[str, str] = field(
        default_factory=dict
    )  # variables of the file that whoever starts it has set
    file: dict[str, Any] = field(default_factory=compose)

    def __post_init__(self) -> None:
        self.postgres = PostgresServer(self.folder / "postgres")
        self.rabbit = RabbitServer(self.folder / "rabbit")
        # A front door's own, where containers would have a machine each: the published one, and a second.
        self.ports = (free_port(), free_port())
        self.address, self.second_address = (f"http://127.0.0.1:{port}" for port in self.ports)
        self.secrets = self.folder / "secrets"

    def start_servers(self) -> None:
        with ThreadPoolExecutor(2) as pool:
            for started in [pool.submit(server.start) for server in (self.postgres, self.rabbit)]:
                started.result()
        self.secrets.mkdir(mode=0o700)
        # RabbitMQ's node of the tests knows one user; the file carries its password as the container's would.
        words = {"database_password": secrets.token_hex(16), "broker_password": "guest"}
        words["master_key"] = subprocess.run(
            ["sh", "-c", "head -c 32 /dev/urandom | base64"], capture_output=True, text=True, check=True
        ).stdout
        for name, word in words.items():
            (self.secrets / name).write_text(word)
            (self.secrets / name).chmod(0o600)
        self._application_role(words["database_password"])

    def _application_role(self, password: str) -> None:
        """Run the file's own script for a new cluster, as the image's entry point does. No test here cuts the power, so
        no commit needs to wait for the disk."""
        script = self.file["configs"]["application_role"]["content"].replace("$$", "$")
        script += "\npsql --username postgres --command 'alter role songtor set synchronous_commit = off'"
        env = environment(
            PGHOST="127.0.0.1",
            PGPORT=str(self.postgres.port),
            PGDATABASE="postgres",
            POSTGRES_PASSWORD=password,
        )
        subprocess.run(["sh", "-euc", script], env=env, check=True, capture_output=True)

    def environment(self, service: str, replica: int) -> dict[str, str]:
        """The container's environment, the image's included."""
        image = dict(re.findall(r"(SONGTOR_\w+)=(\S+)", IMAGE.read_text()))
        told = {**image, **self.file["services"][service]["environment"]}
        data = self.folder / f"data-{service}-{replica}"
        return environment(**{name: self._here(str(value), data, replica) for name, value in told.items()})

    def _here(self, value: str, data: Path, replica: int) -> str:
        value = re.sub(r"\$\{(\w+):-(.*?)\}", lambda one: self.chosen.get(one[1], one[2]), value)
        value = re.sub(r"\$\{\w+:\+.*?\}", "", value)
        value = value.replace("@postgres/", f"@127.0.0.1:{self.postgres.port}/")
        value = value.replace(
            "//songtor:{password}@rabbitmq/", f"//guest:{{password}}@127.0.0.1:{self.rabbit.port}/"
        )
        value = value.replace("/run/secrets/", f"{self.secrets}/").replace(
            "0.0.0.0:8000", f"127.0.0.1:{self.ports[replica - 1]}"
        )
        value = value.replace("/ledger/", f"{self.folder / 'ledger'}/")
        return str(data) if value == "/data" else value

    def container(self, service: str, replica: int = 1) -> Running:
        """The image's entry point with the service's command."""
        entry = re.search(r"^ENTRYPOINT (\[.*\])$", IMAGE.read_text(), re.MULTILINE)
        assert entry and json.loads(entry[1]) == ["songtor"]
        arguments = self.file["services"][service]["command"]
        log = self.folder / f"{service}-{replica}.log"
        return Running(arguments, self.environment(service, replica), log, apart=True)

    def healthy(self, service: str) -> "subprocess.CompletedProcess[str]":
        """The service's health check, as Docker would run it inside the container."""
        kind, *command = self.file["services"][service]["healthcheck"]["test"]
        assert kind == "CMD"
        if service == "postgres":
            env = environment()
            command.append(f"--port={self.postgres.port}")
        elif service == "rabbitmq":
            # Debian's wrapper on PATH would switch to the user `rabbitmq`.
            env = environment(
                HOME=str(self.rabbit.directory), RABBITMQ_NODENAME=f"songtor-{self.rabbit.port}@localhost"
            )
            own = Path("/usr/lib/rabbitmq/bin") / command[0]
            command[0] = str(own) if own.exists() else command[0]
        else:
            env = self.environment(service, 1)
            command[0] = SONGTOR
        command[0] = shutil.which(command[0]) or _postgres_program(command[0])
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


def _postgres_program(name: str) -> str:
    """Debian keeps PostgreSQL's programs outside PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    assert found, f"{name} is not installed"
    return str(found[-1])
