"""FHIR reads a second of the embedded system with the sample network: a list of Tasks, one Task, its Patient, and a
search of HealthcareServices, by one client and by four at once, each with its own connection. The clients run in a
process of their own and share the machine with the system. `--data` keeps the loaded network for the next time."""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

SONGTOR = Path(sys.executable).with_name("songtor")
SECONDS, WARMING = 10.0, 2.0
PATIENCE = 30.0  # seconds for one answer
WORKER = "worker-60"


def command(*arguments: str, env: dict[str, str]) -> str:
    done = subprocess.run([SONGTOR, *arguments], env=env, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def get(connection: HTTPConnection, token: str, path: str) -> Any:
    connection.request("GET", f"/fhir/{path}", headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"/fhir/{path}: {answer.status} {body[:300]!r}")
    return json.loads(body)


def measure(address: str, token: str, paths: Sequence[str], clients: int) -> dict[str, float]:
    """Reads a second and the median of one, of so many clients that read these addresses in turn."""
    begin = time.perf_counter() + WARMING
    times: list[float] = []

    def read(number: int) -> None:
        connection, turn = HTTPConnection(address, timeout=PATIENCE), number
        while (started := time.perf_counter()) < begin + SECONDS:
            get(connection, token, paths[turn % len(paths)])
            turn += 1
            if started > begin:
                times.append(time.perf_counter() - started)
        connection.close()

    readers = [threading.Thread(target=read, args=(number,)) for number in range(clients)]
    for each in readers:
        each.start()
    for each in readers:
        each.join()
    return {"per_second": round(len(times) / SECONDS, 1), "p50_ms": round(statistics.median(times) * 1000, 1)}


def wait_ready(address: str, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        connection = HTTPConnection(address, timeout=PATIENCE)
        try:
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    raise RuntimeError("the system ended instead of becoming ready")


def run(data: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SONGTOR_")}
    env = {**kept, "SONGTOR_DATA": str(data), "SONGTOR_HTTP": address}
    if not (data / "intake.db").exists():
        command("load-sample", env=env)
    token = command("token", WORKER, env=env)
    with subprocess.Popen(
        [SONGTOR, "up"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_ready(address, process)
            connection = HTTPConnection(address, timeout=PATIENCE)
            found = get(connection, token, "Task?_count=50")["entry"]
            ids = [each["resource"]["id"] for each in found]
            reads = {
                "list of 20 Tasks": ["Task?_count=20"],
                "one Task": [f"Task/{id}" for id in ids],
                "one Patient": [f"Patient/{id}" for id in ids],
                "20 HealthcareServices": ["HealthcareService?_count=20"],
            }
            for name, paths in reads.items():
                for clients in (1, 4):
                    figure: dict[str, object] = {"figure": "u: FHIR reads", "read": name, "clients": clients}
                    figure |= measure(address, token, paths, clients) | {"load": round(os.getloadavg()[0], 1)}
                    print(json.dumps(figure, ensure_ascii=False), flush=True)
        finally:
            process.terminate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    chosen = parser.parse_args()
    if chosen.data:
        run(chosen.data)
    else:
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder) / "data")


if __name__ == "__main__":
    main()
