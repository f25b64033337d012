"""What the embedded system costs when nobody uses it: resident memory idle and with the sample network, and its
start-up time; beside a process that only brings in the libraries it is made of."""

import json
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import requests

SONGTOR = Path(sys.executable).with_name("songtor")
BARE = """
import flask, kombu, marshmallow, nameko.containers, psutil, sqlalchemy
print(psutil.Process().memory_info().rss / 1e6)
"""
SETTLE = 5.0  # seconds of idling before memory is read


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        empty = _start(folder, 1)
        started = time.perf_counter()
        subprocess.run(
            [SONGTOR, "--data", f"{folder}/sample", "load-sample"], check=True, capture_output=True
        )
        loading = time.perf_counter() - started
        full = _start(f"{folder}/sample", 3)
    bare = _bare(3)
    print(
        json.dumps(
            {
                "figure": "f_footprint",
                **{
                    name: {
                        "ours": full[name],
                        "peer": bare[name],
                        "ratio": round(full[name] / bare[name], 2),
                    }
                    for name in bare
                },
                "peer_name": "the libraries alone",
                "idle_mb": empty["memory"],
                "sample_load_s": round(loading, 1),
                "aim": "under 200 MB, under 3 s",
            }
        ),
        flush=True,
    )


def _start(folder: str, times: int) -> dict[str, float]:
    """Start the system some times; its memory after idling and the median time until it is ready."""
    seconds = []
    memory = 0.0
    for _ in range(times):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        started = time.perf_counter()
        process = subprocess.Popen(
            [SONGTOR, "--data", folder, "up", "--http", address], stderr=subprocess.DEVNULL
        )
        try:
            while not _ready(address):
                time.sleep(0.02)
            seconds.append(time.perf_counter() - started)
            time.sleep(SETTLE)
            parent = psutil.Process(process.pid)
            # What several processes share counts once.
            memory = sum(each.memory_full_info().pss for each in (parent, *parent.children())) / 1e6
        finally:
            process.terminate()
            process.wait(30)
    return {"memory": round(memory), "start_up": round(sorted(seconds)[len(seconds) // 2], 2)}


def _bare(times: int) -> dict[str, float]:
    """Memory and the median time of a process that brings in the libraries and ends."""
    seconds = []
    memory = 0.0
    for _ in range(times):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", BARE], check=True, capture_output=True, text=True)
        seconds.append(time.perf_counter() - started)
        memory = float(done.stdout)
    return {"memory": round(memory), "start_up": round(sorted(seconds)[len(seconds) // 2], 2)}


def _ready(address: str) -> bool:
    try:
        return requests.get(f"http://{address}/ready", timeout=2).status_code == 200
    except requests.ConnectionError:
        return False


if __name__ == "__main__":
    main()
