"""SNS and SES take what is signed with our credentials, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.notify.ses import SesSender
from chalicelib.notify.sns import SnsSender
from chalicelib.ports import OptedOut, PermanentFailure, Sender, TemporaryFailure
from tests.notify.carrier import session
from tests.notify.providers import MAIL, SMS
from tests.notify.standins.aws import Aws, aws, signature
from tests.notify.standins.server import Asked


def wall() -> datetime:
    """Botocore signs with the wall clock, so the stand-in looks at it too."""
    return datetime.now(UTC)


@pytest.fixture(params=["sns", "ses"])
def provider(request: pytest.FixtureRequest) -> Iterator[Aws]:
    with aws(request.param, wall) as there:
        yield there


def sender(provider: Aws) -> Sender:
    if provider.service == "sns":
        return SnsSender(session, provider.url, 1)
    return SesSender(session, "bell@example.org", provider.url, 1, "consultation-bell-prod")


def send(provider: Aws) -> str:
    return sender(provider).send(SMS if provider.service == "sns" else MAIL)


def test_the_stand_in_computes_the_signature_of_the_documentation() -> None:
    asked = Asked(
        "GET",
        "/?Action=ListUsers&Version=2010-05-08",
        {
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "host": "iam.amazonaws.com",
            "x-amz-date": "20150830T123600Z",
        },
        b"",
    )
    names = ["content-type", "host", "x-amz-date"]
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    assert signature(asked, names, "20150830", "us-east-1", "iam", secret) == (
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


def test_what_is_signed_is_taken_and_has_its_id(provider: Aws) -> None:
    assert send(provider) == f"{provider.service}-1"


def test_mail_names_whom_ses_tells_what_became_of_it() -> None:
    with aws("ses", wall) as ses:
        sender(ses).send(MAIL)
        SesSender(session, "bell@example.org", ses.url, 1).send(MAIL)
        assert [sent.get("ConfigurationSetName") for sent in ses.sent] == ["consultation-bell-prod", None]


def test_another_secret_opens_nothing(provider: Aws) -> None:
    provider.keys = {"testing": "another"}
    with pytest.raises(PermanentFailure, match="SignatureDoesNotMatch"):
        send(provider)
    assert provider.sent == []


def test_a_clock_that_goes_wrong_is_found_out(provider: Aws) -> None:
    provider.now = lambda: wall() + timedelta(minutes=10)
    with pytest.raises(PermanentFailure, match="SignatureDoesNotMatch"):
        send(provider)


def test_a_throttle_is_temporary(provider: Aws) -> None:
    provider.refuse = (400, "Throttling") if provider.service == "sns" else (429, "TooManyRequestsException")
    with pytest.raises(TemporaryFailure):
        send(provider)
    assert len(provider.asked) == 1


def test_a_number_that_wants_none_is_told_apart() -> None:
    with aws("sns", wall) as sns:
        sns.opted_out.add(SMS.to)
        with pytest.raises(OptedOut, match="OptedOut"):
            sender(sns).send(SMS)
