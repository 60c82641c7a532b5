"""Every call the platform makes to the outside, in order, and one of them failing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.ports import TemporaryFailure, UnknownOutcome
from tests.fakes.world import World
from tests.timeline.interpreter import TaskFailed

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class Fault:
    """The call of this number fails, before it does anything or after it did it; `refused`: a sender says so."""

    number: int
    name: str
    when: str
    refused: bool = False

    def __str__(self) -> str:
        """What went wrong, as a test's name says it."""
        return f"{self.number:03d}-{self.name}-{'refused' if self.refused else self.when}"


class Wires:
    """Everything between the platform and the outside: `calls` lists the calls, one of which may fail."""

    def __init__(self, world: World, fault: Fault | None = None) -> None:
        self.calls: list[str] = []
        self.failed = False
        self._fault = fault
        senders = {channel: _Wired(sender, str(channel), self) for channel, sender in world.senders.items()}
        world.ports = replace(
            world.ports,
            store=_Wired(world.store, "store", self),
            timeline=_Wired(world.engine, "timeline", self),
            senders=senders,
        )
        # What Step Functions does itself: write the token into the row and call the function.
        world.engine._row = self.wrap("machine.write_token", world.engine._row)
        world.engine._advance = self.wrap("machine.advance", world.engine._advance)

    def wrap(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, counted, failing when it is its turn."""

        def wired(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            fault = self._fault if self._fault and len(self.calls) - 1 == self._fault.number else None
            if fault is None:
                return call(*args, **kwargs)
            assert fault.name == name, "the story went another way before the fault"
            self.failed = True
            if fault.when == AFTER:
                call(*args, **kwargs)
            raise _error(fault)

        return wired


class _Wired:
    """An object of which every method goes over the wires."""

    def __init__(self, behind: object, name: str, wires: Wires) -> None:
        self._behind, self._name, self._wires = behind, name, wires

    def __getattr__(self, name: str) -> Any:
        return self._wires.wrap(f"{self._name}.{name}", getattr(self._behind, name))


def _error(fault: Fault) -> Exception:
    if fault.name.startswith("machine."):
        throttled, gone = "DynamoDb.ThrottlingException", "DynamoDb.SdkClientException"
        return TaskFailed(gone if fault.when == AFTER else throttled)
    if fault.name.endswith(".send"):
        return TemporaryFailure("throttled") if fault.refused else UnknownOutcome("connection reset")
    return ConnectionResetError(fault.name)


def faults_of(calls: list[str]) -> list[Fault]:
    """Every single fault that a story of these calls can suffer."""
    found = [Fault(number, name, when) for number, name in enumerate(calls) for when in (BEFORE, AFTER)]
    sends = [(number, name) for number, name in enumerate(calls) if name.endswith(".send")]
    return found + [Fault(number, name, BEFORE, refused=True) for number, name in sends]
