"""The council's key, by which children are told apart without their numbers. It stands in a file outside the project."""

import os
from pathlib import Path

from svip_lib.config.refusal import Refusal

KEY_VARIABLE = "SVIP_KEY_FILE"
SHORTEST_KEY = 32
# For synthetic children only, so that a sample gives the same clean tables everywhere.
SAMPLE_KEY = b"SYNTHETIC: the key of the sample, no secret"


def read_key(*, synthetic: bool) -> bytes:
    """Return the council's key; for invented children the key of the sample.

    Raises:
        Refusal: When no key was given, or it cannot be read or is too short; without one no real child is read.
    """
    if synthetic:
        return SAMPLE_KEY
    named = os.environ.get(KEY_VARIABLE)
    if not named:
        raise Refusal(
            f"No key was given, so children cannot be told apart without their numbers: {KEY_VARIABLE} is not set.",
            remedy=f"Keep {SHORTEST_KEY} random bytes in a file outside the project, one for the council, and set {KEY_VARIABLE} to it.",
        )
    try:
        key = Path(named).read_bytes()
    except OSError as mistake:
        raise Refusal(
            f"The key cannot be read ({mistake.strerror}).", file=named, remedy=f"Set {KEY_VARIABLE} to the council's key."
        ) from None
    if len(key) < SHORTEST_KEY:
        raise Refusal("The key is too short.", file=named, remedy=f"It needs {SHORTEST_KEY} bytes or more, drawn at random.")
    return key
