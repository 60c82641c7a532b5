"""A reader's WeChat: whether a message goes there before or after the other channels, and what each one uses up.

News that somebody accepted in WeChat goes there first: that is what they tapped for, and it costs no SMS. What cannot
wait (a bell that asks to be answered, an emergency) and what goes everywhere keeps to SMS and mail, and WeChat is what
is left when neither got through. Nobody without a phone is looked up, and nobody at all where there is no mini program.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.bell.ringing import person_of
from chalicelib.delivery.rules import goes_anyway, key_of
from chalicelib.notice.types import Notice
from chalicelib.notice.window import shared
from chalicelib.people.staff import Channel
from chalicelib.ports import NotAccepted, PermanentFailure, Ports, TemporaryFailure

if TYPE_CHECKING:
    from chalicelib.notice.shapes import Message
    from chalicelib.ports import Sender, Wechat
    from chalicelib.wechat.rules import Standing


class Subscription:
    """Of the one person to whom these notices go as one message. Read once, when it is first of use."""

    def __init__(self, ports: Ports, notices: Sequence[Notice]) -> None:
        self._ports = ports
        self._notices = notices

    @cached_property
    def first(self) -> bool:
        """Whether WeChat comes before every other channel."""
        notices = self._notices
        if notices[0].everywhere or all(goes_anyway(notice) for notice in notices):
            return False
        if self._standing is None:
            return False
        from chalicelib.wechat.rules import goes_first

        return goes_first(self._standing, self._template)

    @property
    def last(self) -> bool:
        """Whether WeChat comes when no other channel got through."""
        if self.first or self._standing is None:
            return False
        from chalicelib.wechat.rules import goes_last

        return goes_last(self._standing, self._template)

    @property
    def opted_out(self) -> bool | None:
        """Whether they want no SMS; None when that was not read."""
        standing = self.__dict__.get("_standing")
        return standing.out if standing else None

    @property
    def openid(self) -> str:
        """Their address there, empty when they have unbound it since."""
        return self._standing.binding.openid if self._standing and self._standing.binding else ""

    @property
    def sender(self) -> Sender | None:
        """Sends to them, each message for one acceptance."""
        sender = self._ports.senders.get(Channel.WECHAT)
        return _Spending(self._wechat, self._person, sender) if sender and self._wechat else None

    @property
    def _wechat(self) -> Wechat | None:
        """None, too, when none of these notices ever went by a template: then there is nothing to look up."""
        wechat = self._ports.wechat
        names = {notice.template for notice in self._notices} | {shared(self._notices[0])}
        return wechat if wechat and any(wechat.program.template(name) for name in names) else None

    @property
    def _template(self) -> str:
        first = self._notices[0]
        name = first.template if len(self._notices) == 1 else shared(first)
        return self._wechat.program.template(name) if self._wechat else ""

    @property
    def _phone(self) -> str:
        addresses = self._notices[0].recipient.addresses
        return next((address for channel, address in addresses if channel is Channel.SMS), "")

    @property
    def _person(self) -> str:
        return person_of(self._ports.policy.key, self._phone)

    @cached_property
    def _standing(self) -> Standing | None:
        if self._wechat is None or not self._phone:
            return None
        wish = key_of(self._ports.policy.key, Channel.SMS, self._phone)
        return self._wechat.bindings.standing(wish, self._person, self._notices)


class _Spending:
    """WeChat's sender, for somebody. An acceptance is used up before the message goes, and given back when it surely
    did not; where WeChat knows of none, none is counted any more."""

    def __init__(self, wechat: Wechat, person: str, sender: Sender) -> None:
        self._wechat = wechat
        self._person = person
        self._sender = sender

    def send(self, message: Message) -> str:
        """As `ports.Sender`."""
        bindings, template = self._wechat.bindings, self._wechat.program.template(message.template)
        used = self._person, message.to, template
        if not template or not bindings.spend(*used):
            raise PermanentFailure("none_accepted")
        try:
            return self._sender.send(message)
        except NotAccepted:
            bindings.void(*used)
            raise
        except (TemporaryFailure, PermanentFailure):
            bindings.give_back(*used)
            raise
