"""One case of the small subdistrict over HTTP, and everybody who has to do with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from chalicelib.case.state import Case
from tests.contract.client import Answer, Web, visiting
from tests.fakes.world import World
from tests.session.people import PHONES, sign_in, two_communities

SECRET = "我家门锁密码贴在脚垫下"
NAME, PHONE = "欧阳震华", "13900000077"


class House:
    """A case that zhao works on. `act` posts a command; who acts is named: `zhao`, `wang`, `li`, `he`, `lin`, `sun`
    (of the community beside), `resident`, or a party's id."""

    def __init__(self, web: Web) -> None:
        self.web, self.world = web, web.world
        self._tokens: dict[str, str] = {}
        self.bell, self.case = self.rings()
        self._tokens["resident"] = self._tokens[self.bell]

    def rings(self, join: str = "", by: str = "zhao", **changes: object) -> tuple[str, str]:
        """Somebody rings and a specialist accepts: the bell, by which they act, and its case; `join`: an open one."""
        told = {
            "name": NAME,
            "phone": PHONE,
            "text": SECRET,
            "where": "3幢后门",
            "building": "3",
            "unit": "502",
        }
        rung = self.web.ring(**{**told, **changes})
        assert rung.status == 201, rung.text
        bell = str(rung.json["id"])
        self._tokens[bell] = rung.json["tracking_token"]
        self.world.settle()
        for step, body in (("answer", {}), ("accept", {"case": join} if join else {})):
            accepted = self.web.post(f"/v1/bells/{bell}/{step}", body, token=self.token(by))
            assert accepted.status == 200, accepted.text
        self.world.settle()
        return bell, str(accepted.json["case_id"])

    def joins(self, **changes: object) -> str:
        """Somebody else rings about the same, and zhao lets the bell join the case; the bell."""
        told = {"phone": "13900000088", "name": "司马相如", "text": "我也被吵到了"}
        bell, case = self.rings(self.case, **{**told, **changes})
        assert case == self.case
        return bell

    def token(self, who: str) -> str:
        """What shows who somebody is; staff sign in once a test."""
        if who not in self._tokens:
            self._tokens[who] = sign_in(self.web, _STAFF[who]) if who in _STAFF else self._invitation(who)
        return self._tokens[who]

    def signs_in_anew(self, who: str) -> None:
        """Their working day is over; a new one begins when they are next needed."""
        self._tokens.pop(who, None)

    def read(self, who: str, case: str = "") -> Answer:
        """Read the case."""
        return self.web.get(f"/v1/cases/{case or self.case}", token=self.token(who))

    def tries(self, who: str, verb: str, body: Mapping[str, Any] | None = None, **options: str) -> Answer:
        """Post a command, whatever comes of it; nothing reacts to it yet."""
        path = f"/v1/cases/{options.pop('case', self.case)}/{verb}"
        return self.web.post(path, dict(body or {}), token=self.token(who), **options)

    def act(self, who: str, verb: str, body: Mapping[str, Any] | None = None, **options: str) -> Any:
        """Post a command, which works, and everybody reacts."""
        answer = self.tries(who, verb, body, **options)
        assert answer.status < 300, (verb, answer.status, answer.text)
        self.world.settle()
        return answer.json

    def invites(self, *organisations: str) -> None:
        """Zhao invites organisations of the directory."""
        for organisation in organisations:
            self.act("zhao", "invite", {"organisation": organisation})

    def photo(self, who: str = "zhao", kind: str = "image/jpeg") -> str:
        """Upload a picture; its id."""
        form = self.act(who, "files", {"kind": kind, "bytes": 9})
        assert self.web.world.files.post(form["url"], form["fields"], b"a picture") == 204
        return str(form["id"])

    def agrees(self, *signatories: str, form: str = "minutes") -> None:
        """The parties negotiate, an agreement is drafted, and they are asked to sign it."""
        self.act("zhao", "negotiate")
        duty = {"who": "specialist", "text": "装上减振垫", "due_at": self.soon(days=9)}
        draft = {
            "form": form,
            "terms": ["晚十点后不施工"],
            "duties": [duty],
            "signatories": list(signatories),
        }
        self.act("zhao", "draft", draft)
        self.act("zhao", "consult", {"how": "parties", "until": self.soon(days=3)})

    def code(self, phone: str) -> str:
        """The newest code for a signature that was texted to a phone."""
        self.world.settle()
        texts = [s.text for s in self.world.sent if s.to.endswith(phone) and s.template == "sign"]
        found = re.search(r"\d{6}", texts[-1])
        assert found
        return found[0]

    def soon(self, **span: float) -> str:
        """An instant from now."""
        return (self.world.clock.now() + timedelta(**span)).isoformat()

    def stored(self) -> Case:
        """The case as it is stored."""
        return self.world.case(self.case)

    def words(self, template: str) -> list[str]:
        """To whom messages of that template went."""
        self.world.settle()
        return [sent.to for sent in self.world.sent if sent.template == template]

    def _invitation(self, party: str) -> str:
        self.world.settle()
        contact = self.world.case_file(self.case).parties[party]
        known = next((o for o in self.world.store.places["MX"].organisations if o.id == party), contact)
        phone = known.phone or known.mail
        texts = (s.text for s in reversed(self.world.sent) if s.to.endswith(phone[-11:]))
        return next(found[1] for text in texts if (found := re.search(r"/p/(\w+)", text)))


_STAFF = {
    "zhao": PHONES["specialist"],
    "wang": PHONES["community"],
    "li": PHONES["subdistrict"],
    "he": PHONES["supervisor"],
    "lin": PHONES["lawyer"],
    "zheng": PHONES["police"],
    "sun": PHONES["neighbouring specialist"],
    "qian": PHONES["neighbouring community"],
}


@contextmanager
def living() -> Iterator[House]:
    """A case of the subdistrict with two communities."""
    with visiting(World(two_communities())) as web:
        yield House(web)
