"""What is in the shell can't be changed, nor guessed from its fingerprint."""

import hashlib
import json

import pytest

from fiilis.simulate.seal import FORMAT, SealBroken, fingerprint, open_seal, seal, verify
from fiilis.simulate.settings import Settings, Truths

SETTINGS = Settings(seed=42, truths=Truths().without("artefacts"))


def test_sealed_settings_come_out_as_they_went_in() -> None:
    shell = seal(SETTINGS)
    assert open_seal(shell.text, shell.digest) == SETTINGS
    assert shell.digest == hashlib.sha256(shell.text.encode()).hexdigest()


def test_same_settings_have_another_fingerprint_each_time() -> None:
    assert seal(SETTINGS).digest != seal(SETTINGS).digest
    assert seal(SETTINGS, nonce="n") == seal(SETTINGS, nonce="n")


def test_changed_shell_is_refused() -> None:
    shell = seal(SETTINGS)
    changed = shell.text.replace('"seed":42', '"seed":43')
    assert (verify(shell.text, shell.digest), verify(changed, shell.digest)) == (True, False)
    with pytest.raises(SealBroken, match="changed after it was sealed"):
        open_seal(changed, shell.digest)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", json.dumps({"format": "other", "settings": {}}), f'{{"format":"{FORMAT}"}}']
)
def test_what_is_no_seal_is_refused(text: str) -> None:
    with pytest.raises(SealBroken):
        open_seal(text, fingerprint(text))


def test_seal_with_settings_of_a_shop_that_cannot_be_is_refused() -> None:
    text = json.dumps({"format": FORMAT, "settings": {"size": -1}})
    with pytest.raises(SealBroken):
        open_seal(text, fingerprint(text))
