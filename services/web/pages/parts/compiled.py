"""Templates made into Python's bytecode once for all processes, and kept beside them as Python keeps that of modules:
to make them all takes seconds, and without it whoever came first to a page after a start waited for its share."""

from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket

FOLDER = Path(__file__).parents[2] / "templates" / "__pycache__"


class Compiled(FileSystemBytecodeCache):
    """In `folder`; where nobody may write there, each process makes them for itself. `environment` as it is when this
    is made: what it decides of the bytecode."""

    def __init__(self, folder: Path, environment: Environment) -> None:
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
        super().__init__(str(folder))
        made_with = (
            jinja2.__version__,
            sorted(environment.extensions),
            environment.trim_blocks,
            environment.lstrip_blocks,
        )
        self._made_with = f"\n{made_with}"

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(source + self._made_with)

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def compile_all(environment: Environment) -> None:
    """Every template that it knows, where later nobody may write: in an image."""
    for name in environment.list_templates(extensions=["html"]):
        environment.get_template(name)
