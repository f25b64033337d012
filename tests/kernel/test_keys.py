"""The master key and its file."""

import base64
import copy
import hashlib
import hmac
import os
import pickle
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.kernel.keys import KeyFileError, MasterKey

SECRET = bytes(range(32))


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "var" / "master.key"
    path.parent.mkdir()
    path.write_bytes(base64.b64encode(SECRET) + b"\n")
    path.chmod(0o600)
    return path


def test_the_first_start_makes_a_key_only_its_owner_can_read(tmp_path):
    path = tmp_path / "not yet there" / "master.key"
    MasterKey.load(path, create=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(base64.b64decode(path.read_bytes(), validate=False)) == 32
    assert os.listdir(path.parent) == ["master.key"]


def test_the_next_start_finds_the_same_key(tmp_path):
    path = tmp_path / "master.key"
    first = MasterKey.load(path, create=True)
    assert MasterKey.load(path, create=True).derive("x") == first.derive("x")
    assert MasterKey.load(path, create=False).derive("x") == first.derive("x")


def test_two_installations_have_two_keys(tmp_path):
    one, two = (MasterKey.load(tmp_path / name, create=True) for name in "ab")
    assert one.derive("x") != two.derive("x")


def test_starting_at_the_same_moment_ends_with_one_key(tmp_path):
    path = tmp_path / "master.key"
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: MasterKey.load(path, create=True).derive("x"), range(32)))
    assert len(set(keys)) == 1
    assert os.listdir(tmp_path) == ["master.key"]


def test_without_create_an_absent_file_is_said_and_not_made(tmp_path):
    path = tmp_path / "master.key"
    with pytest.raises(KeyFileError, match="cannot be read: No such file"):
        MasterKey.load(path, create=False)
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_file_open_to_others_is_refused_with_the_remedy(key_file, mode):
    key_file.chmod(mode)
    with pytest.raises(KeyFileError, match=rf"mode {mode:o}.*chmod 600 {key_file}"):
        MasterKey.load(key_file, create=True)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_wrong_length_is_refused(key_file, length):
    key_file.write_bytes(base64.b64encode(bytes(length)))
    with pytest.raises(KeyFileError, match=f"holds {length} bytes"):
        MasterKey.load(key_file, create=True)


def test_text_that_is_not_base64_is_refused_without_being_shown(key_file):
    key_file.write_bytes("ความลับ not base64".encode())
    with pytest.raises(KeyFileError, match="is not base64 text") as refusal:
        MasterKey.load(key_file, create=True)
    assert "ความลับ" not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KeyFileError, match=r"master\.key cannot be made"):
        MasterKey.load(tmp_path / "file" / "master.key", create=True)


def test_the_key_is_the_one_in_the_file_and_derivation_is_hkdf_sha256(key_file):
    # RFC 5869 by hand: extract with a salt of zeros, expand to one block.
    extracted = hmac.digest(bytes(32), SECRET, hashlib.sha256)
    expected = hmac.digest(extracted, b"vault\x01", hashlib.sha256)
    assert MasterKey.load(key_file, create=False).derive("vault") == expected


def test_every_purpose_has_its_own_key():
    master = MasterKey(SECRET)
    assert len({master.derive(purpose) for purpose in ("vault", "search", "token", "")}) == 4
    assert master.derive("vault") is master.derive("vault")


def test_a_fingerprint_is_keyed_and_equal_for_equal_bodies():
    one, other = MasterKey(SECRET), MasterKey(bytes(32))
    assert one.fingerprint(b"{}") == one.fingerprint(b"{}") != one.fingerprint(b"{} ")
    assert one.fingerprint(b"{}") != other.fingerprint(b"{}")
    assert one.fingerprint(b"{}") != hashlib.sha256(b"{}").hexdigest()
    assert len(one.fingerprint(b"")) == 64


def test_a_key_does_not_show_itself_and_cannot_be_carried_off():
    master = MasterKey(SECRET)
    master.derive("vault")
    assert repr(master) == str(master) == "<MasterKey>"
    for carry in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="neither copied nor pickled"):
            carry(master)


def test_a_secret_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        MasterKey(bytes(31))
