"""infra/template.yaml as it is sent to one place.

CloudFormation refuses a template that names a type which its region does not know, even behind a condition that is
false; and it takes over what already exists (a table kept when its stack was deleted) only if its name is written
out. So what hangs on the partition is decided here, and names are filled in.
"""

from __future__ import annotations

import json
import re
from typing import Any

from infra.deploy.target import Target
from infra.template import load_template

LIMIT = 51_200
"""What CloudFormation takes in the request itself, in bytes."""
_PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")


def rendered(target: Target) -> str:
    """The template for one place, as JSON; raises ValueError when it has grown too large to be sent as it is."""
    body = json.dumps(document(target), separators=(",", ":"), ensure_ascii=False)
    if len(body.encode()) > LIMIT:
        raise ValueError(f"the template has {len(body.encode())} bytes, CloudFormation takes {LIMIT}")
    return body


def document(target: Target) -> dict[str, Any]:
    """The template for one place: without what that partition lacks, and with names written out."""
    template = load_template()
    gone = frozenset() if target.commercial else _only_commercial(template["Conditions"])
    known = {"AppName": target.app, "Stage": target.stage, "AWS::AccountId": target.account}
    for section in ("Resources", "Outputs"):
        kept = {k: v for k, v in template[section].items() if v.get("Condition") not in gone}
        template[section] = {k: _named(v, known) for k, v in kept.items()}
    template["Conditions"] = {k: v for k, v in template["Conditions"].items() if k not in gone}
    if not template["Conditions"]:
        del template["Conditions"]
    return _without_unused(template)


def _only_commercial(conditions: dict[str, Any]) -> frozenset[str]:
    """The conditions that cannot be true in aws-cn: `Commercial`, and each that demands it among others."""
    demands = {"Condition": "Commercial"}
    return frozenset({"Commercial"} | {k for k, v in conditions.items() if demands in v.get("Fn::And", [])})


def _named(value: Any, known: dict[str, str]) -> Any:
    """The value as JSON has it, with every `Fn::Sub` written out that only needs what is known."""
    if isinstance(value, list):
        return [_named(item, known) for item in value]
    if not isinstance(value, dict):
        return value
    attribute = value.get("Fn::GetAtt")
    if isinstance(attribute, str):
        # The short form is YAML's; in JSON the two names stand apart.
        return {"Fn::GetAtt": attribute.split(".", 1)}
    text = value.get("Fn::Sub") if len(value) == 1 else None
    if isinstance(text, str) and set(_PLACEHOLDER.findall(text)) <= known.keys():
        return _PLACEHOLDER.sub(lambda found: known[found[1]], text)
    return {key: _named(item, known) for key, item in value.items()}


def _without_unused(template: dict[str, Any]) -> dict[str, Any]:
    """Leaves out the parameters that nothing asks for any more: they would only be warned of."""
    body = json.dumps([template.get(s, {}) for s in ("Conditions", "Resources", "Outputs")])
    for name in list(template["Parameters"]):
        if f'{{"Ref": "{name}"}}' not in body and "${" + name + "}" not in body:
            del template["Parameters"][name]
    return template
