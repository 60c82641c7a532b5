"""The outbox as a page: what would arrive on people's phones and in their mail."""

import html
import re
from datetime import datetime
from zoneinfo import ZoneInfo

from infra.local.outbox import Sent

# Without an icon of its own the browser asks for /favicon.ico, which is nobody's.
_META = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<link rel="icon" href="data:,">'
)
_LINK = re.compile(r"https?://[^\s<>\"'，。；：！？、）】」]+")
SHOWN = 200
_KINDS = {"sms": "短信 SMS", "mail": "邮件 Mail", "wechat": "微信 WeChat"}

_STYLE = """
:root { color-scheme: light dark; --ground: #eef1f4; --paper: #fff; --ink: #1c2430; --quiet: #5b6675;
  --sms: #d7f0dd; --mail: #dfe8fb; --wechat: #c9f0c0;
  --link: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181d; --paper: #1d232b; --ink: #e8ecf1;
  --quiet: #9aa6b4;  --sms: #1f4a2d; --mail: #223a63; --wechat: #24532a; --link: #8cc4ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 1.0625rem/1.5 system-ui, "Noto Sans SC", sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.4rem; margin: 0; }
p.note { color: var(--quiet); margin: .25rem 0 1.5rem; }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem; }
article { background: var(--paper); border-radius: 1rem; padding: .75rem 1rem 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem .75rem; color: var(--quiet); font-size: .9rem;
  margin-bottom: .5rem; }
header strong { color: var(--ink); }
header time { margin-left: auto; font-variant-numeric: tabular-nums; }
.bubble { border-radius: .25rem 1rem 1rem 1rem; padding: .75rem 1rem; white-space: pre-wrap;
  overflow-wrap: anywhere; }
.sms .bubble { background: var(--sms); }
.mail .bubble { background: var(--mail); }
.wechat .bubble { background: var(--wechat); }
.subject { font-weight: 600; margin: 0 0 .5rem; }
ul.files { list-style: none; margin: .5rem 0 0; padding: 0; }
a { color: var(--link); display: inline-block; min-height: 2.75rem; line-height: 2.75rem; font-weight: 600; }
"""


def outbox_page(messages: list[Sent], zone: str = "Asia/Shanghai") -> str:
    """The newest messages first; the page fetches itself anew every three seconds."""
    newest = list(reversed(messages))[:SHOWN]
    items = "".join(f"<li>{_message(sent, ZoneInfo(zone))}</li>" for sent in newest)
    body = (
        f"<ol>{items}</ol>" if items else "<p>还没有消息。按一次铃试试。<br>Nothing yet: ring the bell.</p>"
    )
    return f"""<!doctype html>
<html lang="zh-CN"><head>{_META}
<meta http-equiv="refresh" content="3"><title>({len(messages)}) 发件箱 Outbox</title>
<style>{_STYLE}</style></head>
<body><main><h1>发件箱 Outbox</h1>
<p class="note">本机上发出的短信、邮件和微信消息（最新在前）。
What would have gone to phones, mailboxes and WeChat, newest first.</p>
{body}</main></body></html>"""


def _message(sent: Sent, zone: ZoneInfo) -> str:
    at = datetime.fromisoformat(sent.at).astimezone(zone)
    kind = _KINDS.get(sent.channel, sent.channel)
    subject = f'<p class="subject">{html.escape(sent.subject)}</p>' if sent.subject else ""
    return (
        f'<article class="{html.escape(sent.channel)}"><header><span>{kind}</span>'
        f"<strong>{html.escape(sent.to)}</strong>"
        f'<time datetime="{html.escape(sent.at)}">{at:%m-%d %H:%M:%S}</time></header>'
        f'<div class="bubble">{subject}{_linked(sent.text)}</div>{_enclosures(sent)}</article>'
    )


def _enclosures(sent: Sent) -> str:
    """What came with the mail, to download."""
    links = "".join(
        f'<li><a download="{html.escape(enclosed.name)}" href="data:{html.escape(_type(enclosed.kind))};base64,'
        f'{html.escape(enclosed.content)}">📎 {html.escape(enclosed.name)}</a></li>'
        for enclosed in sent.enclosures
    )
    return f'<ul class="files">{links}</ul>' if links else ""


def _type(kind: str) -> str:
    return kind.partition(";")[0].strip()


def _linked(text: str) -> str:
    parts, end = [], 0
    for found in _LINK.finditer(text):
        url = html.escape(found[0])
        parts += [html.escape(text[end : found.start()]), f'<a href="{url}">{url}</a>']
        end = found.end()
    return "".join(parts) + html.escape(text[end:])


def error_page(status: int, title: str, message: str) -> str:
    """A small page for an address or a method that does not exist."""
    return f"""<!doctype html>
<html lang="zh-CN"><head>{_META}
<title>{status} {html.escape(title)}</title><style>{_STYLE}</style></head>
<body><main><h1>{html.escape(title)}</h1><p>{html.escape(message)}</p>
<p><a href="/">按铃 Ring the bell</a></p></main></body></html>"""
