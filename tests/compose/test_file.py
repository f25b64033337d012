"""What docker-compose.yml promises, read from the file."""

import re
from typing import Any

import pytest
import yaml

from services.cli.folder import NAMES
from services.kernel.settings import OIDC, OIDC_OPTIONAL, OIDC_REQUIRED, OIDC_URLS
from tests.compose.stack import FILE, ROOT, SERVERS, compose

OIDC_ALL = (*OIDC_REQUIRED, *OIDC_URLS, *OIDC_OPTIONAL)
# Files of whoever runs it, which the front door alone reads and most have none of.
CHOSEN = {
    "oidc_client_secret": f"{OIDC}CLIENT_SECRET_FILE",
    "smtp_password": "SONGTOR_SMTP_PASSWORD_FILE",
    "line_token": "SONGTOR_LINE_TOKEN_FILE",
    "line_secret": "SONGTOR_LINE_SECRET_FILE",
    "sms_token": "SONGTOR_SMS_TOKEN_FILE",
}
SERVICES: dict[str, dict[str, Any]] = compose()["services"]
OURS = [name for name in SERVICES if name not in SERVERS]


def test_there_is_one_container_for_each_service_and_a_job_that_loads_first():
    assert set(OURS) == {*NAMES, "load"}
    for name in NAMES:
        assert SERVICES[name]["command"] == ["up", "--service", name]
        assert SERVICES[name]["restart"] == "unless-stopped"
        assert SERVICES[name]["depends_on"]["load"] == {"condition": "service_completed_successfully"}
    assert SERVICES["load"]["command"] == ["load-sample"]
    assert "restart" not in SERVICES["load"]


def test_the_servers_are_of_the_promised_versions():
    assert SERVICES["postgres"]["image"] == "postgres:17"
    assert SERVICES["rabbitmq"]["image"] == "rabbitmq:4-management"


@pytest.mark.parametrize("name", OURS)
def test_our_containers_wait_for_healthy_servers_and_share_one_image(name: str):
    service = SERVICES[name]
    for server in SERVERS:
        assert service["depends_on"][server] == {"condition": "service_healthy"}
    assert (service["image"], service["build"]) == ("songtor", ".")


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "load"])
def test_every_lasting_container_is_watched(name: str):
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert check["retries"] > 0
    for setting in ("interval", "timeout", "start_period"):
        assert check[setting].endswith("s")
    if name not in SERVERS:
        assert check["test"] == ["CMD", "songtor", "health", name]


@pytest.mark.parametrize("name", list(SERVICES))
def test_every_container_has_limits_and_keeps_no_more_rights_than_it_needs(name: str):
    service = SERVICES[name]
    assert service["mem_limit"] and service["cpus"] and service["pids_limit"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["logging"]["options"]["max-size"]
    assert "privileged" not in service
    if name in OURS:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]


def test_only_the_front_door_is_published_and_only_on_this_machine():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8000"]}
    file = compose()
    assert file["networks"]["inside"] == {"internal": True}
    outside = [name for name, service in SERVICES.items() if "outside" in service["networks"]]
    assert outside == ["web"]


def test_the_front_door_alone_is_told_where_people_reach_the_pages_if_anywhere():
    told = {name: SERVICES[name]["environment"].get("SONGTOR_PUBLIC_URL") for name in OURS}
    assert told == {**dict.fromkeys(OURS), "web": "${SONGTOR_PUBLIC_URL:-}"}


def test_all_use_keys_of_the_same_generation():
    told = {SERVICES[name]["environment"]["SONGTOR_KEY_GENERATION"] for name in OURS}
    assert told == {"${SONGTOR_KEY_GENERATION:-1}"}


def test_the_front_door_alone_is_told_of_a_provider_if_there_is_one():
    wanted = {f"{OIDC}{name}": f"${{{OIDC}{name}:-}}" for name in OIDC_ALL}
    wanted[f"{OIDC}CLIENT_SECRET_FILE"] = (
        "${SONGTOR_OIDC_CLIENT_SECRET_FILE:+/run/secrets/oidc_client_secret}"
    )
    for name in OURS:
        told = {key: value for key, value in SERVICES[name]["environment"].items() if key.startswith(OIDC)}
        assert told == (wanted if name == "web" else {}), name


def test_the_front_door_alone_is_told_where_messages_may_go_and_by_whom_people_are_told():
    settings = (ROOT / "docs" / "operations.md").read_text()
    named = {*re.findall(r"SONGTOR_(?:OUTBOUND|SMTP|LINE|SMS)_\w+", settings)}
    assert len(named) == 9
    for name in OURS:
        told = {key: value for key, value in SERVICES[name]["environment"].items() if key in named}
        assert {*told} == (named if name == "web" else set()), name
        for variable, value in told.items():
            assert variable in CHOSEN.values() or value == f"${{{variable}:-}}"


def test_secrets_come_by_file_and_none_is_written_here():
    file = compose()
    of_all = {*file["secrets"]} - {*CHOSEN}
    for name in of_all:
        assert file["secrets"][name] == {"file": f"./secrets/{name}"}
    for name, variable in CHOSEN.items():
        assert file["secrets"][name] == {"file": f"${{{variable}:-/dev/null}}"}
        assert SERVICES["web"]["environment"][variable] == f"${{{variable}:+/run/secrets/{name}}}"
    assert "secrets" in (ROOT / ".gitignore").read_text()
    for name in OURS:
        told = SERVICES[name]["environment"]
        assert set(SERVICES[name]["secrets"]) == (of_all | {*CHOSEN} if name == "web" else of_all)
        assert "{password}" in told["SONGTOR_DATABASE_URL"] and "{password}" in told["SONGTOR_BROKER_URL"]
        for variable, value in told.items():
            assert not variable.endswith("_FILE") or re.match(r"(\$\{\w+:\+)?/run/secrets/", value)
    variables = {name for service in SERVICES.values() for name in service.get("environment", {})}
    assert not {name for name in variables if "PASSWORD" in name and not name.endswith("_FILE")}


def test_the_databases_outlive_their_containers():
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql/data"]
    assert SERVICES["rabbitmq"]["volumes"] == ["rabbitmq:/var/lib/rabbitmq"]
    assert SERVICES["rabbitmq"]["hostname"], "the node's name, and with it its data, must not change"
    for name in OURS:  # who was erased is in no database's backup
        assert SERVICES[name]["volumes"] == ["ledger:/ledger"]
        assert SERVICES[name]["environment"]["SONGTOR_ERASURE_LEDGER"] == "/ledger/erasures.jsonl"
    assert yaml.safe_load(FILE.read_text())["volumes"].keys() == {"ledger", "postgres", "rabbitmq"}
