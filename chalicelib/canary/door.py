"""How a canary comes in by the front door: with a proof that whoever rings knows the stage's key."""

from __future__ import annotations

import hmac
from dataclasses import replace

from chalicelib.bell.ringing import pseudonym
from chalicelib.canary import place
from chalicelib.ports import Ports

HEADER = "X-Canary"


def opening(key: bytes, words: str) -> str:
    """The header's value for a ring with these words, and no others."""
    return pseudonym(key, "canary", words)


def opened(ports: Ports, proof: str, words: str) -> Ports:
    """The ports with the canary's place alone, for whoever can prove it; for anybody else the ports as they are."""
    if hmac.compare_digest(proof.encode(), opening(ports.policy.key, words).encode()):
        return replace(ports, directories=place.Alone())
    return ports
