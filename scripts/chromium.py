"""Makes a Chromium ready for the tests in a browser and prints where it is.

That is SONGTOR_TEST_CHROMIUM if given, else the installed one, else (root, Debian) its package is installed.
"""

import os
import shutil
import sys

from scripts import servers
from tests.support.servers import ServerError

SETTING = "SONGTOR_TEST_CHROMIUM"
PACKAGE = (
    "chromium-headless-shell"  # without windows that nobody sees, which cost half of what the others compute
)
NAMES = (PACKAGE, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found() -> str:
    """The program; ServerError if there is none."""
    given = os.environ.get(SETTING)
    if given:
        if not shutil.which(given):
            raise ServerError(f"{SETTING} names no program: {given}")
        return given
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise ServerError(f"Chromium is not installed; as root: apt-get install {PACKAGE}, or set {SETTING}")


def ready() -> str:
    """The program, installed if need be; ServerError if it cannot be had."""
    try:
        return found()
    except ServerError:
        if os.environ.get(SETTING) or not servers.ROOT or not shutil.which("apt-get"):
            raise
    servers.say(f"installing {PACKAGE}")
    servers.install(PACKAGE)
    return found()


def main() -> int:
    try:
        print(ready())
    except ServerError as error:
        servers.say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
