"""Copy the state machine into infra/template.yaml, so that one file deploys: `python -m infra.inline`."""

import re
import textwrap
from pathlib import Path

from chalicelib.timeline import machine

TEMPLATE_PATH = Path(__file__).with_name("template.yaml")
_BLOCK = re.compile(
    r"(?P<head>^(?P<indent> +)DefinitionString: \|\n)(?P<body>(?:(?P=indent) {2}.*\n|\n)+)", re.MULTILINE
)


def inlined(template: str, definition: str) -> str:
    """The template with its state machine's definition replaced; ValueError when it has no place for one."""
    found = _BLOCK.search(template)
    if found is None:
        raise ValueError("the template has no DefinitionString block")
    body = textwrap.indent(definition.rstrip("\n") + "\n", found["indent"] + "  ")
    gap = "\n" if found["body"].endswith("\n\n") else ""
    return template[: found.start()] + found["head"] + body + gap + template[found.end() :]


def main() -> None:
    """Generate the definition anew and put it into the template."""
    machine.main()
    TEMPLATE_PATH.write_text(inlined(TEMPLATE_PATH.read_text("utf-8"), machine.render()), "utf-8")


if __name__ == "__main__":
    main()
