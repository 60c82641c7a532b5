"""infra/template.yaml as a dictionary, for whoever sends it and for whoever imitates it."""

import copy
import functools
from pathlib import Path
from typing import Any

import yaml

TEMPLATE_PATH = Path(__file__).with_name("template.yaml")


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, read as {"Ref": …} and {"Fn::…": …}."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}  # type: ignore[arg-type]  # the only kind left


_Loader.add_multi_constructor("!", _intrinsic)


def load_template(path: Path = TEMPLATE_PATH) -> dict[str, Any]:
    """infra/template.yaml as a dictionary, which the caller may change."""
    return copy.deepcopy(_parsed(path.read_text("utf-8")))


@functools.cache
def _parsed(text: str) -> dict[str, Any]:
    # Takes a tenth of a second, and half of what it takes to start the embedded AWS. A SafeLoader: the class only adds
    # constructors that build dictionaries.
    template: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506
    return template
