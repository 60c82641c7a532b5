"""Every SMS and mail that leaves is in the outbox, in order, and stays there."""

from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

from infra.local.embedded import EmbeddedAws, embedded_aws
from infra.local.outbox import Outbox
from infra.local.pages import outbox_page


def at_eight() -> datetime:
    return datetime(2026, 11, 2, 8, 0, 0, 5000, tzinfo=UTC)


def test_an_sms_is_kept_as_it_was_sent(tmp_path: Path) -> None:
    with embedded_aws(outbox=Outbox(tmp_path, at_eight)) as aws:
        aws.client("sns").publish(PhoneNumber="+8613800000001", Message="【协商铃】有人按铃 💧")
        assert aws.outbox.as_json() == [
            {
                "channel": "sms",
                "to": "+8613800000001",
                "text": "【协商铃】有人按铃 💧",
                "at": "2026-11-02T08:00:00.005Z",
                "subject": "",
            }
        ]


def test_a_message_to_operators_is_no_sms(aws: EmbeddedAws) -> None:
    aws.client("sns").publish(TopicArn=aws.operator_alerts_arn, Message="alarm")
    assert aws.outbox.messages() == []


def test_a_mail_needs_no_verified_sender_and_shows_its_plain_text(aws: EmbeddedAws) -> None:
    aws.client("sesv2").send_email(
        FromEmailAddress="bell@example.org",
        Destination={"ToAddresses": ["a@example.org", "b@example.org"]},
        Content={
            "Simple": {
                "Subject": {"Data": "铃"},
                "Body": {"Text": {"Data": "有人按铃"}, "Html": {"Data": "<p>有人按铃</p>"}},
            }
        },
    )
    sent = [(m.channel, m.to, m.subject, m.text) for m in aws.outbox.messages()]
    assert sent == [("mail", to, "铃", "有人按铃") for to in ("a@example.org", "b@example.org")]


def test_the_older_mail_interface_works_too(aws: EmbeddedAws) -> None:
    aws.client("ses").send_email(
        Source="bell@example.org",
        Destination={"ToAddresses": ["a@example.org"]},
        Message={"Subject": {"Data": "铃"}, "Body": {"Text": {"Data": "有人按铃"}}},
    )
    raw = "From: bell@example.org\nTo: a@example.org\nSubject: raw\n\nhello\n"
    aws.client("ses").send_raw_email(
        Source="bell@example.org", Destinations=["a@example.org"], RawMessage={"Data": raw.encode()}
    )
    assert [(m.subject, m.text.strip()) for m in aws.outbox.messages()] == [
        ("铃", "有人按铃"),
        ("raw", "hello"),
    ]


def test_messages_outlive_the_process_and_a_torn_line(tmp_path: Path) -> None:
    first = Outbox(tmp_path, at_eight)
    first.add("sms", "+86138", "one")
    with (tmp_path / "outbox.jsonl").open("a") as file:
        file.write('{"channel": "sms", "to"')
    second = Outbox(tmp_path, at_eight)
    second.add("mail", "a@example.org", "two", "subject")
    assert [m.text for m in Outbox(tmp_path, at_eight).messages()] == ["one", "two"]


def test_the_page_shows_the_newest_first_with_links_to_press_and_no_html_of_others() -> None:
    box = Outbox(now=at_eight)
    box.add("sms", "+86138", "old")
    box.add("sms", "+86139", "<script>x</script> 请点 http://127.0.0.1:8000/a/Abc123。谢谢")
    page = outbox_page(box.messages())
    assert page.index("+86139") < page.index("+86138")
    assert '<a href="http://127.0.0.1:8000/a/Abc123">http://127.0.0.1:8000/a/Abc123</a>。谢谢' in page
    assert "<script>" not in page
    assert "11-02 16:00:00" in page, "in the place's zone"
    assert '<meta http-equiv="refresh"' in page


def test_what_a_mail_encloses_is_kept_and_can_be_downloaded(tmp_path: Path) -> None:
    raw = (
        "From: bell@example.org\nTo: a@example.org\nSubject: s\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/plain\n\nsee below\n'
        "--x\nContent-Type: text/calendar; method=REQUEST\n"
        'Content-Disposition: attachment; filename="<b>.ics"\n\nBEGIN:VCALENDAR\n--x--\n'
    )
    with embedded_aws(outbox=Outbox(tmp_path, at_eight)) as aws:
        aws.client("sesv2").send_email(
            FromEmailAddress="bell@example.org",
            Destination={"ToAddresses": ["a@example.org"]},
            Content={"Raw": {"Data": raw.encode()}},
        )
    (sent,) = Outbox(tmp_path, at_eight).messages()
    (enclosed,) = sent.enclosures
    assert (sent.text.strip(), enclosed.name) == ("see below", "<b>.ics")
    assert b64decode(enclosed.content).strip() == b"BEGIN:VCALENDAR"
    assert sent.json()["enclosures"][0]["kind"] == 'text/calendar; method="REQUEST"'
    page = outbox_page([sent])
    assert f'download="&lt;b&gt;.ics" href="data:text/calendar;base64,{enclosed.content}"' in page
    assert "<b>" not in page


def test_an_empty_outbox_says_so() -> None:
    assert "还没有消息" in outbox_page([])
