"""重新计票 · Recount a poll from its published file alone: `python -m chalicelib.poll.recount FILE`.

Nothing but Python's standard library, and not a line of the platform's own counting, so that a mistake there shows
here. `--receipt` finds your own ballot by the secret code that you were shown; `--sha256` compares the file with the
digest in the poll's record. Ends with 1 when anything in the file does not follow from its ballots.

Two statements cannot be recounted, because the file names no one: how many conflicts there were (and whether they could
have turned the result), and whether it is called a close call.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from io import TextIOWrapper
from math import ceil, floor
from pathlib import Path
from typing import Any

FORMAT, VERSION = "consultation-bell/count", 1
_RECEIPT = re.compile(r"[A-Za-z0-9_-]{43}")
_NOT_STATED = frozenset({"close", "conclusive"})
_SPECIAL = (6, 7, 8)
_CHOICES = {
    "for": "同意 for",
    "against": "反对 against",
    "abstain": "弃权 abstain",
    "majority": "随多数 with the majority",
    "": "未填 blank",
}
_OUTCOMES = {
    "passed": "通过 passed",
    "failed": "未通过 failed",
    "no_quorum": "参与人数或面积不足 not enough took part",
    "tie": "票数相同 a tie",
}
_REASONS = {
    "superseded": "其后又投了票,以最后一次为准 a later ballot took its place",
    "not_named_voter": "登记的投票人已投票 the voter whom the roll names voted",
    "no_proof": "代理人没有授权证明 the proxy had no proof of authority",
    "ruled_out": "经社区认定不计 ruled out by the community",
    "not_asked": "车位不计票 parking spaces do not count here",
    "no_such_unit": "业主清册中没有此户 no such unit in the roll",
}
Json = Mapping[str, Any]
Found = dict[str, Any]


class Unreadable(Exception):
    """The file is no published count that this program knows."""


def differences(file: Json) -> Iterator[tuple[str, object, object]]:
    """What does not follow from the ballots: where, what the file says, what was counted. Raises Unreadable."""
    try:
        yield from _broken(file)
        yield from _misstated(file)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error


# -- the ballots by themselves


def _broken(file: Json) -> Iterator[tuple[str, object, object]]:
    seen: Counter[str] = Counter()
    for topic in file["topics"]:
        ballots = file["ballots"][topic["id"]]
        options = {option[0] for option in topic["options"]} | {""}
        for number, batch in enumerate(ballots["counted"], 1):
            where = f"{topic['id']} 第{number}批 batch {number}"
            if batch["heads"] != len(batch["receipts"]):
                yield f"{where} heads", batch["heads"], len(batch["receipts"])
            if batch["choice"] not in options:
                yield f"{where} choice", batch["choice"], sorted(options)
            seen.update(batch["receipts"])
        for receipts in ballots["not_counted"].values():
            seen.update(receipts)
    for receipt, times in seen.items():
        if times > 1:
            yield f"回执重复 receipt {receipt}", times, 1
        if not _RECEIPT.fullmatch(receipt):
            yield "回执格式 form of a receipt", receipt, "43 × A-Z a-z 0-9 - _"
    if extra := set(file["ballots"]) - {topic["id"] for topic in file["topics"]}:
        yield "ballots", sorted(extra), []


# -- the result from the ballots


def _misstated(file: Json) -> Iterator[tuple[str, object, object]]:
    stated, roll = file["result"], file["roll"]
    units, took_part = (sum(row[column] for row in roll["buildings"]) for column in (1, 2))
    yield from _compare("roll.units", roll["units"], units)
    yield from _compare("roll.area", roll["area"], sum(row[3] for row in roll["buildings"]))
    if len(stated["topics"]) != len(file["topics"]):
        yield "result.topics", len(stated["topics"]), len(file["topics"])
    for topic, told in zip(file["topics"], stated["topics"], strict=False):
        found = counted(file, topic)
        for key in sorted((set(told) | set(found)) - _NOT_STATED):
            yield from _compare(f"{topic['id']}.{key}", told.get(key), found.get(key))
        if file["poll"]["kind"] == "households":
            yield from _compare(f"{topic['id']}.took_part", took_part, found["took_part"][0])
        not_counted = file["ballots"][topic["id"]]["not_counted"]
        later = len(not_counted.get("superseded", []))
        yield from _compare("result.superseded", stated["superseded"], later)
        others = sum(map(len, not_counted.values())) - later
        yield from _compare("result.left_out", stated["left_out"], others)
    parts = [told["took_part"] for told in stated["topics"]]
    for part in parts[1:]:
        yield from _compare("took_part: 各议题应相同 the same in every topic", part, parts[0])
    passed = all(counted(file, topic)["outcome"] == "passed" for topic in file["topics"])
    yield from _compare("result.carried", stated["carried"], passed)
    if stated["buildings"]:
        rows = [list(row[:3]) for row in roll["buildings"]]
        yield from _compare("result.buildings", stated["buildings"], rows)


def _compare(where: str, stated: object, found: object) -> Iterator[tuple[str, object, object]]:
    if stated != found:
        yield where, stated, found


def counted(file: Json, topic: Json) -> Found:
    """The result of a topic as its batches give it, in the words of the file."""
    owners, roll, terms = topic["matter"] != 0, file["roll"], file["terms"]
    heads, areas = _sums(file, topic)
    asked = [roll["heads"], roll["area"]]
    took_part = _took_part(file, topic, heads, areas)
    share = _share(topic, terms)
    whole = asked if not owners and terms["of"] == "asked" else took_part
    winner, tie = _leading(topic, heads, share)
    if _yes_no(topic):
        agreed = [heads["for"], areas["for"] or 0]
    else:
        agreed = [max((heads[choice] for choice in _candidates(heads)), default=0), 0]
    participation = _pair(took_part, asked, Fraction(2, 3) if owners else Fraction(0), True, owners)
    consent = _pair(agreed, whole, share, topic["matter"] in _SPECIAL, owners)
    outcome = _outcome(topic, participation, consent, tie)
    return {
        "id": topic["id"],
        "matter": topic["matter"],
        "outcome": outcome,
        "asked": asked,
        "took_part": took_part,
        "silent": [asked[0] - took_part[0], asked[1] - took_part[1]],
        "choices": [[choice, heads[choice], areas[choice]] for choice in heads],
        "participation": participation,
        "consent": consent,
        "threshold": [3, 4] if topic["matter"] in _SPECIAL else [1, 2] if owners else terms["share"],
        "inclusive": topic["matter"] in _SPECIAL,
        "margin": [_beyond(consent["heads"]), _beyond(consent["area"])],
        "tie": tie,
        "winner": winner,
        "covenant": _covenant(file, topic, heads, areas, whole) if _has_covenant(file, topic) else None,
    }


def _sums(file: Json, topic: Json) -> tuple[dict[str, int], dict[str, int | None]]:
    """Heads and area by choice; no area for what is told only together."""
    heads = {option[0]: 0 for option in topic["options"]} | {"": 0}
    areas: dict[str, int | None] = dict.fromkeys(heads, 0)
    batches = file["ballots"][topic["id"]]["counted"]
    for batch in batches:
        choice, area = batch["choice"], batch["area"]
        heads[choice] = heads.get(choice, 0) + len(batch["receipts"])
        areas[choice] = None if area is None else (areas.get(choice) or 0) + area
    if any(batch["area"] is None for batch in batches):
        areas = {choice: area if choice == "for" else None for choice, area in areas.items()}
    return heads, areas


def _took_part(
    file: Json, topic: Json, heads: Mapping[str, int], areas: Mapping[str, int | None]
) -> list[int]:
    """All who returned a ballot; what a few chose has its area only in the rest."""
    rest = file["ballots"][topic["id"]]["rest_area"]
    return [sum(heads.values()), sum(area or 0 for area in areas.values()) + rest]


def _share(topic: Json, terms: Json) -> Fraction:
    if topic["matter"] == 0:
        return Fraction(*terms["share"])
    return Fraction(3, 4) if topic["matter"] in _SPECIAL else Fraction(1, 2)


def _yes_no(topic: Json) -> bool:
    return {"for", "against"} <= {option[0] for option in topic["options"]}


def _candidates(heads: Mapping[str, int]) -> list[str]:
    return [choice for choice in heads if choice not in ("", "abstain", "majority")]


def _leading(topic: Json, heads: Mapping[str, int], share: Fraction) -> tuple[str, bool]:
    """The option that leads alone (of options of the topic's own), and whether it is a tie."""
    if _yes_no(topic):
        return "", heads["for"] == heads["against"] > 0 and share == Fraction(1, 2)
    most = max((heads[choice] for choice in _candidates(heads)), default=0)
    leaders = [choice for choice in _candidates(heads) if heads[choice] == most > 0]
    return (leaders[0], False) if len(leaders) == 1 else ("", len(leaders) > 1)


def _pair(part: Sequence[int], whole: Sequence[int], share: Fraction, inclusive: bool, owners: bool) -> Found:
    return {
        "heads": [part[0], whole[0], _needed(whole[0], share, inclusive)],
        "area": [part[1], whole[1], _needed(whole[1], share, inclusive)] if owners else None,
    }


def _needed(whole: int, share: Fraction, inclusive: bool) -> int:
    return ceil(share * whole) if inclusive else floor(share * whole) + 1


def _met(pair: Found) -> bool:
    return all(part >= needed and whole > 0 for part, whole, needed in filter(None, pair.values()))


def _beyond(ratio: Sequence[int] | None) -> int:
    return ratio[0] - ratio[2] if ratio else 0


def _outcome(topic: Json, participation: Found, consent: Found, tie: bool) -> str:
    if topic["matter"] != 0:
        if not _met(participation):
            return "no_quorum"
        return "passed" if _met(consent) else "failed"
    if tie and not _yes_no(topic):
        return "tie"
    return "passed" if _met(consent) else "tie" if tie else "failed"


def _has_covenant(file: Json, topic: Json) -> bool:
    return bool(file["terms"]["covenant"]) and _yes_no(topic)


def _covenant(
    file: Json, topic: Json, heads: Mapping[str, int], areas: Mapping[str, int | None], whole: Sequence[int]
) -> Found:
    """Marks (and blanks, where the terms say so) go where heads and area both lean."""
    owners, share = topic["matter"] != 0, _share(topic, file["terms"])
    marked = ["majority", ""] if file["terms"]["silent_with_majority"] else ["majority"]
    marks = [sum(column.get(mark) or 0 for mark in marked) for column in (heads, areas)]
    leans = [_sign((column["for"] or 0) - (column["against"] or 0)) for column in (heads, areas)]
    if not owners:
        leans[1] = leans[0]
    lean = leans[0] if leans[0] == leans[1] else 0
    moved = marks if lean else [0, 0]
    agreed = [(column["for"] or 0) + (moved[i] if lean > 0 else 0) for i, column in enumerate((heads, areas))]
    against = heads["against"] + (moved[0] if lean < 0 else 0)
    consent = _pair(agreed, whole, share, topic["matter"] in _SPECIAL, owners)
    took_part = _took_part(file, topic, heads, areas)
    asked = [file["roll"]["heads"], file["roll"]["area"]]
    participation = _pair(took_part, asked, Fraction(2, 3) if owners else Fraction(0), True, owners)
    tie = agreed[0] == against > 0 and share == Fraction(1, 2)
    return {
        "side": {1: "for", -1: "against", 0: ""}[lean],
        "moved": moved,
        "consent": consent,
        "outcome": _outcome(topic, participation, consent, tie),
    }


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


# -- one's own ballot


def own(file: Json, code: str) -> Iterator[tuple[str, str]]:
    """Where the ballot with that secret code (or receipt) is: the topic, and what became of it."""
    for topic in file["topics"]:
        ballots = file["ballots"][topic["id"]]
        places = {r: batch["choice"] for batch in ballots["counted"] for r in batch["receipts"]}
        lost = {r: reason for reason, receipts in ballots["not_counted"].items() for r in receipts}
        for choice in [option[0] for option in topic["options"]] + [""]:
            receipt = (
                code if _RECEIPT.fullmatch(code) else _receipt(file["poll"]["id"], topic["id"], choice, code)
            )
            if places.get(receipt) == choice:
                yield topic["id"], f"计为 counted as: {_label(topic, choice)}"
            elif receipt in lost:
                reason = lost[receipt]
                yield topic["id"], f"未计入 not counted: {_REASONS.get(reason, reason)}"
                break


def _receipt(poll: str, topic: str, choice: str, nonce: str) -> str:
    said = {"choice": choice, "nonce": nonce, "poll": poll, "topic": topic}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def _label(topic: Json, choice: str) -> str:
    labels = {option[0]: " ".join(filter(None, option[1:])) for option in topic["options"]}
    return labels.get(choice) or _CHOICES.get(choice, choice)


# -- what is printed


def report(file: Json) -> Iterator[str]:
    """The recounted result, line by line."""
    poll, roll = file["poll"], file["roll"]
    yield from file["about"]
    yield ""
    number = f"{poll['id'][:2]}-{poll['id'][2:6]}-{poll['id'][6:]}"
    yield f"征询 poll {number},第 {poll['count']} 次计票 count {poll['count']}"
    yield f"清册 roll: {roll['units']} 户 units, {roll['heads']} 人 heads, {_area(roll['area'])}"
    for topic in file["topics"]:
        yield ""
        yield from _reported(file, topic)
    undecided = file["result"]["conflicts"]["open"]
    if undecided:
        yield f"\n尚有 {undecided} 处冲突待认定 conflicts not yet ruled on: {undecided}"


def _reported(file: Json, topic: Json) -> Iterator[str]:
    found = counted(file, topic)
    matter = (
        f"民法典第278条第({topic['matter']})项 art. 278 ({topic['matter']})"
        if topic["matter"]
        else "住户征询 households"
    )
    yield f"{topic['id']} [{matter}] {topic['question']} {topic['question_en']}".rstrip()
    for choice, heads, area in found["choices"]:
        told = "面积合并公布 area only in the total" if area is None else _area(area)
        yield f"  {_label(topic, choice)}: {heads}" + (f", {told}" if topic["matter"] else "")
    for name, key in (("参与 took part", "participation"), ("同意 agreed", "consent")):
        for unit, ratio in found[key].items():
            if ratio:
                yield f"  {name} / {'人数 heads' if unit == 'heads' else '面积 area'}: {_ratio(unit, ratio)}"
    winner = f": {_label(topic, found['winner'])}" if found["winner"] else ""
    yield f"  结果 result: {_OUTCOMES[found['outcome']]}{winner}"
    if found["covenant"]:
        yield f"  按随多数约定 with the covenant's majority rule: {_OUTCOMES[found['covenant']['outcome']]}"


def _ratio(unit: str, ratio: Sequence[int]) -> str:
    part, whole, needed = (_area(n) if unit == "area" else str(n) for n in ratio)
    # Rounded down, so that nothing looks like more than it is.
    share = (
        f" = {ratio[0] * 10_000 // ratio[1] // 100}.{ratio[0] * 10_000 // ratio[1] % 100:02} %"
        if ratio[1]
        else ""
    )
    return f"{part} / {whole}{share}" + (f",需 needed {needed}" if ratio[2] else "")


def _area(area: int) -> str:
    return f"{area // 100}.{area % 100:02} m²"


def check(data: bytes, sha256: str = "", code: str = "") -> tuple[list[str], int]:
    """The report on a file and the exit code: 0 when all follows from the ballots, 1 when not. Raises Unreadable."""
    file = _read(data)
    digest = hashlib.sha256(data).hexdigest()
    wrong = list(differences(file))
    try:
        lines = [*report(file), "", f"SHA-256 {digest}"]
        mine = [f"{topic}: {fate}" for topic, fate in own(file, code)] if code else []
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error
    if code:
        lines += ["", "您的选票 your ballot:", *(mine or ["未找到 not found in this file"])]
    if sha256 and sha256.lower() != digest:
        wrong.append(("SHA-256", sha256, digest))
    lines += ["", *_verdict(wrong)]
    return lines, 1 if wrong or (code and not mine) else 0


def _verdict(wrong: Sequence[tuple[str, object, object]]) -> Iterator[str]:
    if not wrong:
        yield "✓ 重新计票与公布结果一致 The recount agrees with what is stated."
        return
    yield f"✗ 有 {len(wrong)} 处不一致 {len(wrong)} figures differ:"
    for where, stated, found in wrong:
        yield f"  {where}: 文件所述 stated {stated!r}, 重新计算 found {found!r}"


def _read(data: bytes) -> Json:
    try:
        file = json.loads(data)
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from error
    if not isinstance(file, dict) or (file.get("format"), file.get("version")) != (FORMAT, VERSION):
        raise Unreadable(f"not a {FORMAT} file of version {VERSION}")
    return file


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 2 for a file that cannot be read as a published count."""
    parser = argparse.ArgumentParser(
        prog="recount", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--receipt", default="", metavar="CODE", help="the secret code of your ballot, or its receipt"
    )
    parser.add_argument("--sha256", default="", metavar="HEX", help="the digest in the poll's record")
    asked = parser.parse_args(arguments)
    try:
        lines, code = check(asked.file.read_bytes(), asked.sha256, asked.receipt)
    except (OSError, Unreadable) as error:
        sys.stderr.write(f"无法读取 {asked.file}: {error}\n")
        return 2
    sys.stdout.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # wherever it is run: the report is half Chinese
    sys.exit(main())
