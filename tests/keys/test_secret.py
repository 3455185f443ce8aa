import pickle

import pytest

from rofi.keys.secret import Secret, new_salt


def test_no_rendering_of_a_secret_shows_its_bytes():
    secret = Secret(b"do not show me: 32 bytes of that")
    for text in (repr(secret), str(secret), f"{secret}", repr([secret]), repr({"key": secret})):
        assert "show" not in text
        assert secret.material.hex() not in text


def test_a_failing_assertion_or_traceback_cannot_print_it():
    secret = Secret(bytes(range(32)))
    with pytest.raises(AttributeError) as caught:
        secret.material = b""  # type: ignore[misc]
    assert "\\x01" not in str(caught.value)


def test_new_secrets_and_salts_never_repeat():
    assert len({Secret.new() for _ in range(100)}) == 100
    assert len({new_salt() for _ in range(100)}) == 100
    assert len(new_salt()) == 16
    assert len(Secret.new().material) == 32


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_secret_of_another_length_is_an_error_that_does_not_show_it(length):
    with pytest.raises(ValueError, match=f"32 bytes, not {length}") as caught:
        Secret(b"x" * length)
    assert "xx" not in str(caught.value)


def test_a_secret_travels_to_worker_processes():
    secret = Secret.new()
    assert pickle.loads(pickle.dumps(secret)) == secret
