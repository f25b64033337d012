"""The settings of an organisation's own provider: all of them or none, and each mistake is named at the start."""

import os
from pathlib import Path

import pytest

from services.kernel.settings import OIDC, BadSetting, read

SECRET = "a-secret-of-the-tests"


@pytest.fixture
def told(tmp_path: Path) -> dict[str, str]:
    """Everything that is needed, without discovery."""
    file = tmp_path / "client-secret"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    return {
        "SONGTOR_PUBLIC_URL": "https://songtor.example",
        f"{OIDC}ISSUER": "https://id.example",
        f"{OIDC}CLIENT_ID": "songtor",
        f"{OIDC}CLIENT_SECRET_FILE": str(file),
        f"{OIDC}AUTHORIZE_URL": "https://id.example/api/v2/oauth2/auth/",
        f"{OIDC}TOKEN_URL": "https://id.example/api/v2/oauth2/token/",
        f"{OIDC}JWKS_URL": "https://id.example/jwks/",
        f"{OIDC}NAME_TH": "ไทยดี",
        f"{OIDC}NAME_EN": "ThaiD",
    }


def test_without_settings_there_is_no_provider():
    assert read({}).provider is None
    empty = {
        f"{OIDC}{name}": "" for name in ("ISSUER", "CLIENT_SECRET_FILE", "SCOPES")
    }  # as compose hands on
    assert read(empty).provider is None


def test_what_is_left_out_has_the_usual_value(told):
    provider = read(told).provider
    assert provider is not None
    assert (provider.scopes, provider.subject_claim, provider.client_auth) == (
        "openid",
        "sub",
        "client_secret_basic",
    )
    assert (provider.algorithms, provider.userinfo_url, provider.discovery_url) == (("RS256",), None, None)
    assert provider.token_url == "https://id.example/api/v2/oauth2/token/"
    assert provider.client_secret == SECRET


def test_the_secret_is_in_no_text_of_the_settings(told):
    assert SECRET not in repr(read(told))


@pytest.mark.parametrize(
    "name",
    [f"{OIDC}{name}" for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET_FILE", "TOKEN_URL", "NAME_EN")]
    + ["SONGTOR_PUBLIC_URL"],
)
def test_half_a_provider_is_refused_naming_what_is_missing(told, name):
    del told[name]
    with pytest.raises(BadSetting, match=f"also needs {name}\\.$"):
        read(told)


def test_all_that_is_missing_is_named_at_once():
    with pytest.raises(BadSetting) as refused:
        read({f"{OIDC}SCOPES": "openid"})
    for name in (
        "ISSUER",
        "CLIENT_ID",
        "CLIENT_SECRET_FILE",
        "AUTHORIZE_URL",
        "TOKEN_URL",
        "JWKS_URL",
        "NAME_TH",
    ):
        assert f"{OIDC}{name}" in str(refused.value)


def test_with_discovery_the_addresses_may_be_left_out(told):
    for name in ("AUTHORIZE_URL", "TOKEN_URL", "JWKS_URL"):
        del told[f"{OIDC}{name}"]
    told[f"{OIDC}DISCOVERY_URL"] = "https://id.example/.well-known/openid-configuration"
    provider = read(told).provider
    assert provider is not None and provider.token_url is None


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example/token", "http://localhost.example/", "http://10.0.0.1/", "https://", "https:///x",
        "id.example",
        "ftp://id.example", "https://user:word@id.example/", "https://id.example/#x",
        "https://id.example:port/", "https://id example/", "https://[::1",
        "javascript:x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["ISSUER", "TOKEN_URL", "USERINFO_URL", "DISCOVERY_URL"])
def test_a_secret_goes_over_tls_only(told, name, url):
    with pytest.raises(BadSetting, match=f"^{OIDC}{name} must be an address"):
        read(told | {f"{OIDC}{name}": url})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8121/token", "http://localhost:1/", "http://[::1]:80/x"])
def test_within_this_machine_it_may_go_without(told, url):
    provider = read(told | {f"{OIDC}TOKEN_URL": url}).provider
    assert provider is not None and provider.token_url == url


@pytest.mark.parametrize(
    "name, wrong",
    [
        ("SCOPES", "pid given_name"), ("SCOPES", 'openid "x"'), ("CLIENT_AUTH", "none"), ("CLIENT_AUTH",
        "private_key_jwt"),
        ("ALGORITHMS", "none"), ("ALGORITHMS", "RS256 HS256"), ("ALGORITHMS", " "), ("CLIENT_ID", "two words"),
        ("SUBJECT_CLAIM", "p id"), ("NAME_TH", "ย" * 41), ("NAME_EN", "a\nb"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused_by_name(told, name, wrong):
    with pytest.raises(BadSetting, match=f"^{OIDC}{name} must be"):
        read(told | {f"{OIDC}{name}": wrong})


def test_a_setting_that_nobody_reads_is_refused(told):
    with pytest.raises(BadSetting, match=f"^{OIDC}TOKEN_URI is no setting"):
        read(told | {f"{OIDC}TOKEN_URI": "https://id.example/token"})


def test_the_file_of_the_secret_is_its_owners_alone_and_not_empty(told, tmp_path):
    file = tmp_path / "client-secret"
    file.chmod(0o640)
    with pytest.raises(BadSetting, match=rf"^{OIDC}CLIENT_SECRET_FILE is open to others \(mode 640\)"):
        read(told)
    file.chmod(0o600)
    file.write_text("\n")
    with pytest.raises(BadSetting, match=f"^{OIDC}CLIENT_SECRET_FILE names an empty file"):
        read(told)
    file.unlink()
    with pytest.raises(BadSetting, match=f"^{OIDC}CLIENT_SECRET_FILE: No such file"):
        read(told)


def test_the_front_door_has_a_process_of_its_own_where_there_is_a_core_for_it_unless_it_is_told_otherwise(
    told,
):
    assert read(told).processes == min(2, len(os.sched_getaffinity(0)))
    assert [read(told | {"SONGTOR_PROCESSES": each}).processes for each in ("1", "2")] == [1, 2]
    for wrong in ("0", "3", "two"):
        with pytest.raises(BadSetting, match=r"^SONGTOR_PROCESSES must be 1 or 2\.$"):
            read(told | {"SONGTOR_PROCESSES": wrong})
