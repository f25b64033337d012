"""`songtor load-sample` makes no sample of a system that is used."""

import shutil

from tests.journeys.conftest import Prepared
from tests.support.running import Embedded, run
from tests.support.servers import free_port


def test_a_system_that_has_users_of_its_own_does_not_become_a_sample(prepared: Prepared, tmp_path):
    own = Embedded(shutil.copytree(prepared.folder, tmp_path / "data"), free_port())
    refused = run("load-sample", env=own.env)
    assert refused.returncode == 1 and "has users of its own" in refused.stderr
    assert not (own.folder / "sample-password").exists()
