"""What sends messages, and the key that links and sessions hang on."""

from __future__ import annotations

import json
from collections.abc import Iterator

from chalicelib.config import mail_comes_back
from chalicelib.core.times import iso
from chalicelib.status.rules import MAILBOX, SILENT
from infra.deploy.checks import Finding
from infra.doctor.data import pulses_of
from infra.doctor.stage import Stage, error, good, warning

# SES lets an account in its sandbox send so many mails a day.
_SANDBOX = 200
_SHORT = 32
_UNREAD = "docs/runbooks/report-faults.md"


def key(stage: Stage) -> Iterator[Finding]:
    """The key is there and long enough; it is never shown."""
    if stage.told.get("SECRET_KEY"):
        yield warning("SECRET_KEY stands in .chalice/config.json: move it into the safe (docs/deploying.md).")
        return
    name = f"{stage.where.app}/{stage.where.stage}/key"
    text = stage.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    try:
        value = str(json.loads(text).get("SECRET_KEY", ""))
    except (ValueError, AttributeError):
        value = ""
    if len(value) < _SHORT:
        yield error(
            f'The secret {name} has no SECRET_KEY of {_SHORT} characters: put {{"SECRET_KEY": "…"}} into it.'
        )
    else:
        yield good("The key is in its safe")


def sms(stage: Stage) -> Iterator[Finding]:
    """SNS may send to anybody, and for enough money; another provider keeps that in its own console."""
    provider = stage.settings["SMS_PROVIDER"]
    if provider != "sns" or not stage.where.commercial:
        yield good(f"SMS go by {provider}: its console has balance, signature and templates")
        return
    client = stage.client("sns")
    found = client.get_sms_attributes()["attributes"]
    limit = float(found.get("MonthlySpendLimit") or 1)
    if limit <= 1:
        yield error(
            "SMS may cost 1 USD a month, about twenty of them: ask AWS Support for a higher spend limit, then "
            f"aws sns set-sms-attributes --attributes MonthlySpendLimit=… --region {stage.where.region}"
        )
    else:
        yield good(f"SMS may cost {limit:g} USD a month")
    if not found.get("DeliveryStatusIAMRole"):
        yield warning(
            "SNS keeps no log of what becomes of SMS, so a lost one is not sent again another way: "
            f"make deploy STAGE={stage.where.stage} SMS_LOG=on"
        )
    if client.get_sms_sandbox_account_status()["IsInSandbox"]:
        yield error(
            "SNS is in the SMS sandbox: only verified numbers get messages. Ask to leave it (SNS, Text messaging)."
        )


def mail(stage: Stage) -> Iterator[Finding]:
    """SES may send to anybody, in the name of MAIL_FROM; what comes back of mail by SMTP is read."""
    provider = stage.settings["MAIL_PROVIDER"]
    if provider != "ses" or not stage.where.commercial:
        yield good(f"Mail goes by {provider}")
        if provider == "smtp":
            yield from _mail_that_comes_back(stage)
        return
    client, sender = stage.client("ses"), stage.settings.get("MAIL_FROM", "")
    quota = client.get_send_quota()
    if quota["Max24HourSend"] <= _SANDBOX:
        yield error("SES is in its sandbox: only verified addresses get mail. Ask for production access.")
    elif quota["SentLast24Hours"] > 0.8 * quota["Max24HourSend"]:
        yield warning(
            f"{quota['SentLast24Hours']:g} of {quota['Max24HourSend']:g} mails a day are used: ask for more."
        )
    if not client.get_account_sending_enabled().get("Enabled", True):
        yield error("SES has paused this account: answer what AWS wrote about bounces and complaints.")
    names = [sender, sender.partition("@")[2]]
    known = client.get_identity_verification_attributes(Identities=names)["VerificationAttributes"]
    if not any(found.get("VerificationStatus") == "Success" for found in known.values()):
        yield error(
            f"SES may not send as {sender}: verify the address or its domain in {stage.where.region}."
        )
    else:
        yield good(f"Mail goes by SES as {sender}")


def _mail_that_comes_back(stage: Stage) -> Iterator[Finding]:
    """The mailbox is read each minute, from where the functions are: to reach it from here would prove nothing."""
    if not mail_comes_back(stage.settings):
        yield warning(
            "Nobody reads what comes back of mail, so a lost one is not sent again another way: name the mailbox "
            "(SMTP_BOUNCES, docs/providers.md)."
        )
        return
    pulse = pulses_of(stage).get(MAILBOX)
    if pulse is None:
        yield warning(
            f"The mailbox was never read. Right after `make deploy` wait two minutes; else: {_UNREAD}."
        )
    elif stage.now - pulse.at > SILENT[MAILBOX]:
        yield error(f"The mailbox was last read at {iso(pulse.at)}: {_UNREAD}.")
    elif not pulse.ok:
        yield error(f"The mailbox cannot be read since {iso(pulse.since)} ({pulse.detail}): {_UNREAD}.")
    else:
        yield good(f"The mailbox was read at {iso(pulse.at)}")
