"""One address for every page that people come to see, on a platform where all of it has happened."""

from dataclasses import dataclass

from tests.browser.running import Platform, Rung, until


@dataclass(frozen=True)
class Scene:
    """A page by what it shows, and the heading that proves that it shows it."""

    name: str
    path: str
    heading: str


def stage(platform: Platform) -> tuple[Scene, ...]:
    """Make everything happen; the pages that show it."""
    gas = platform.ring(category="gas", neighbourhood="midu-bridge")
    mine, declined, withdrawn = (platform.ring(neighbourhood="xiaohe-east") for _ in range(3))
    _act(platform, mine, "answer")
    _act(platform, declined, "answer", "decline")
    accepted = platform.ring(neighbourhood="xiaohe-east", building="12", unit="3-302")
    _act(platform, accepted, "answer", "accept")
    platform.post(f"/v1/bells/{withdrawn.id}/withdraw", token=withdrawn.token)
    bundle = _bundle(platform)
    return (
        Scene("ring", "/", "按一下铃，有人应"),
        Scene("emergency ringing", f"/t/{gas.token}", "响铃中"),
        Scene("answered", f"/t/{mine.token}", "已接铃"),
        Scene("accepted", f"/t/{accepted.token}", "噪声油烟"),
        Scene("declined", f"/t/{declined.token}", "不予受理"),
        Scene("withdrawn", f"/t/{withdrawn.token}", "已撤回"),
        Scene("own data of a bell that is over", f"/t/{declined.token}/data", "我的信息"),
        Scene("own data of a case that goes on", f"/t/{accepted.token}/data", "我的信息"),
        Scene("answer an emergency", platform.answer_link(gas), "燃气泄漏"),
        Scene("mine to decide", platform.answer_link(mine), "噪声油烟"),
        Scene("mine and accepted", platform.answer_link(accepted), "噪声油烟"),
        Scene("withdrawn before", platform.answer_link(withdrawn), "已撤回"),
        Scene("bundle", bundle, "等您接"),
        Scene("board", "/board", "正在响的铃"),
        Scene("sign in", "/sign-in", "用手机号登录"),
        Scene("privacy", "/privacy", "隐私告知书"),
    )


def _act(platform: Platform, bell: Rung, *verbs: str) -> None:
    token = platform.answer_link(bell).rsplit("/", 1)[1]
    words = {"reason_code": "other_authority", "reason": "不归街道管", "go_to": "市自来水公司 96390"}
    for verb in verbs:
        platform.post(f"/v1/bells/{bell.id}/{verb}", words if verb == "decline" else None, token=token)


def _bundle(platform: Platform) -> str:
    """Several bells at once: the first is told alone, the rest in one message."""
    waiting = [platform.ring(neighbourhood="wenyi") for _ in range(4)]
    return until("one message for several bells", lambda: _bundle_with(platform, waiting[-1]))


def _bundle_with(platform: Platform, bell: Rung) -> str | None:
    paths = [f"/s/{token}" for kind, token in platform.links_sent() if kind == "s"]
    return next((path for path in paths if bell.number in platform.text(path)), None)
