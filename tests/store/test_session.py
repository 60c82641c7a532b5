"""A session that only knows our services calls the same handlers, in the same order, as botocore's own does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from botocore import handlers
from botocore.awsrequest import AWSRequest
from botocore.model import ServiceModel
from botocore.session import Session

from chalicelib import aws_models

Heard = list[int]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """The numbers of botocore's handlers that were called since, each in place of what it does."""
    called: Heard = []

    def noting(number: int) -> Callable[..., None]:
        return lambda **_: called.append(number)

    specs = [(spec[0], noting(number), *spec[2:]) for number, spec in enumerate(handlers.BUILTIN_HANDLERS)]
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", specs)
    monkeypatch.setattr(aws_models, "BUILTIN_HANDLERS", specs)
    return called


@pytest.mark.parametrize("service", aws_models.SERVICES)
def test_every_event_of_our_services_meets_the_handlers_it_always_met(service: str, heard: Heard) -> None:
    ours, botocores = aws_models.session(), Session()
    met = {event: (_calls(ours, event, heard), _calls(botocores, event, heard)) for event in _events(service)}
    assert {event: told for event, told in met.items() if told[0] != told[1]} == {}
    assert any(called for called, _ in met.values())


def test_events_of_other_services_and_of_documentation_are_not_listened_to(heard: Heard) -> None:
    kept = list(aws_models.listened())
    assert 0 < len(kept) < len(handlers.BUILTIN_HANDLERS) / 2
    assert not [event for event, *_ in kept if event.startswith(("docs.", "before-call.rds"))]


def _events(service: str) -> Iterator[str]:
    model = ServiceModel(aws_models.loader().load_service_model(service, "service-2"))
    name = model.service_id.hyphenize()
    kinds = sorted({spec[0].partition(".")[0] for spec in handlers.BUILTIN_HANDLERS} - {"docs"})
    for kind in kinds:
        yield from (kind, f"{kind}.{name}", f"{kind}.{service}")
        # Operations are told apart by S3 alone; one stands for all of the others'.
        operations = model.operation_names if service == "s3" else model.operation_names[:1]
        yield from (f"{kind}.{name}.{operation}" for operation in operations)


def _calls(session: Session, event: str, heard: Heard) -> Heard:
    heard.clear()
    _emit(session, event)
    return list(heard)


def _emit(session: Session, event: str) -> None:
    # A handler of Powertools, once that is imported, wants the request that is being sent.
    session.get_component("event_emitter").emit(event, request=AWSRequest())
