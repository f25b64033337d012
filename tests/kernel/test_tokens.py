"""Bearer tokens."""

import hashlib
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from services.kernel.keys import MasterKey
from services.kernel.tokens import CLOCK_SKEW_SECONDS, LIFETIME_SECONDS, OPERATOR, BadToken, Bearer, Tokens

steadily = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MASTER = MasterKey(bytes(range(32)))
MONDAY = 1_800_000_000.5
WORKER = Bearer("worker-60", "worker", ("60",), 3)
ALPHABET = string.ascii_letters + string.digits + "-_."


def tokens_at(now, master=MASTER):
    return Tokens(master, clock=lambda: now)


def reason(token, now=MONDAY, tokens=None):
    with pytest.raises(BadToken) as refusal:
        (tokens or tokens_at(MONDAY)).read(token, now)
    return refusal.value.reason


def signed(payload):
    """A token whose signature is right and whose payload is whatever."""
    return URLSafeSerializer(
        MASTER.derive("token"),
        salt="bearer",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    ).dumps(payload)


def test_a_token_says_who_calls():
    assert tokens_at(MONDAY).read(tokens_at(MONDAY).issue(WORKER)) == WORKER


@steadily
@given(
    st.builds(Bearer, st.text(), st.text(), st.lists(st.text()).map(tuple), st.integers(0, 2**31)),
)
def test_whatever_it_says_comes_back_and_fits_a_url(bearer):
    token = tokens_at(MONDAY).issue(bearer)
    assert set(token) <= set(ALPHABET)
    assert tokens_at(MONDAY).read(token) == bearer


def test_a_token_lives_across_restarts_for_twelve_hours():
    token = tokens_at(MONDAY).issue(WORKER)
    restarted = tokens_at(MONDAY + LIFETIME_SECONDS - 1)
    assert LIFETIME_SECONDS == 12 * 60 * 60
    assert restarted.read(token) == WORKER
    assert reason(token, MONDAY + LIFETIME_SECONDS + 1) == "expired"


def test_a_token_from_a_clock_that_is_slightly_ahead_is_good_and_one_from_tomorrow_is_not():
    token = tokens_at(MONDAY).issue(WORKER)
    assert tokens_at(MONDAY).read(token, MONDAY - 50) == WORKER
    assert reason(token, MONDAY - 24 * 3600) == "expired"


def test_the_first_and_the_last_second_of_a_token_are_its_own():
    tokens, issued = tokens_at(MONDAY), int(MONDAY)
    token = tokens.issue(WORKER)
    assert tokens.read(token, issued - CLOCK_SKEW_SECONDS) == WORKER
    assert tokens.read(token, issued + LIFETIME_SECONDS) == WORKER


def test_whoever_holds_the_master_key_administers_and_sees_no_centres_cases():
    assert Bearer("operator", "admin", (), 0) == OPERATOR


def test_a_token_of_another_installation_is_forged():
    assert reason(tokens_at(MONDAY, MasterKey(bytes(32))).issue(WORKER)) == "forged"


@steadily
@given(st.data())
def test_a_token_with_any_one_character_changed_is_refused(data):
    token = tokens_at(MONDAY).issue(WORKER)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(sorted(set(ALPHABET) - {token[place]})))
    assert reason(token[:place] + other + token[place + 1 :]) in ("forged", "malformed")


def test_a_token_has_one_spelling():
    # A signature of 32 bytes leaves two spare bits in its last character, which decoding ignores.
    token = tokens_at(MONDAY).issue(WORKER)
    digits = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    assert reason(token[:-1] + digits[digits.index(token[-1]) + 1]) == "forged"


@steadily
@given(st.text() | st.text(alphabet=ALPHABET))
def test_any_other_text_is_refused(text):
    assert reason(text) in ("forged", "malformed")


@pytest.mark.parametrize("text", ["", "abc", "Bearer", "โทเค็น.ปลอม", "\ud800.x"])
def test_what_is_no_token_at_all_is_malformed(text):
    assert reason(text) == "malformed"


GOOD = {"user": "u", "role": "worker", "centres": ["60"], "v": 1, "iat": int(MONDAY)}


@pytest.mark.parametrize(
    "payload",
    [None, [], "worker-60", {}, {**GOOD, "user": None}, {**GOOD, "centres": "60"}, {**GOOD, "v": "1"}]
    + [{k: v for k, v in GOOD.items() if k != missing} for missing in GOOD],
)
def test_a_well_signed_token_of_another_shape_is_malformed(payload):
    assert tokens_at(MONDAY).read(signed(GOOD)) == Bearer("u", "worker", ("60",), 1)
    assert reason(signed(payload)) == "malformed"


def test_a_refusal_does_not_repeat_the_token():
    token = tokens_at(MONDAY).issue(WORKER)
    with pytest.raises(BadToken) as refusal:
        tokens_at(MONDAY).read(token + "x")
    assert token not in repr(refusal.value)
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
