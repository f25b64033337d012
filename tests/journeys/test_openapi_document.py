"""schemathesis asks the running system whatever its OpenAPI document allows, and what it does not, and compares the
answers with it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import LONGEST, environment

CONFIG = Path(__file__).with_name("schemathesis.toml")
PROGRAM = Path(sys.executable).with_name("schemathesis")


@pytest.mark.parametrize(("user", "calls"), [("worker-60", ()), ("ministry", ("--include-method", "GET"))])
def test_every_call_answers_as_the_document_says(system, nakhon_sawan, tmp_path, user, calls):
    partner_id = nakhon_sawan.partner()
    programme_id = nakhon_sawan.programme(partner_id, 5)
    case_id = nakhon_sawan.planned_case("60")
    referral_id = nakhon_sawan.refer(case_id, programme_id)["referral_id"]
    token = system.command("token", user).strip()
    known = {
        "CASE_ID": case_id,
        "REFERRAL_ID": referral_id,
        "PARTNER_ID": partner_id,
        "PROGRAMME_ID": programme_id,
    }
    asked = subprocess.run(
        [
            PROGRAM, "--config-file", CONFIG, "run", f"{system.address}/api/openapi.json", "--no-color",
            "--header", f"Authorization: Bearer {token}", *calls,
        ],
        env=environment(**known), cwd=tmp_path, capture_output=True, text=True, timeout=LONGEST,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stdout
    [(selected, tested)] = re.findall(r"Selected: (\d+)/\d+\s+Tested: (\d+)", asked.stdout)
    assert selected == tested > "0", asked.stdout
