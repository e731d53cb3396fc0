"""The settings as a document for operators, from the settings themselves.

Room: config. Pure. ``python -m config.reference > docs/reference/settings.md`` writes it anew; a
test fails when the document is older than the settings.
"""

import sys
from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.settings import ENV_PREFIX, Settings

_HEAD = """\
# Settings

Generated from `config/settings.py` by `python -m config.reference`.

Defaults, then the TOML file given with `--config`, then the environment, then the command line:
the later one wins. A name that no setting has stops the start. In the environment a name is
written in capitals after `DRAWBRIDGE_`, with two underscores between table and setting.

| setting | default | environment | what it is |
|---|---|---|---|
"""


def document() -> str:
    """Return the whole document in Markdown."""
    return _HEAD + "".join(_line(*row) for row in _rows(Settings, ""))


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _rows(inner, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def _line(name: str, field: FieldInfo) -> str:
    default = "—" if field.default is None else f"`{field.default}`"
    variable = ENV_PREFIX + name.upper().replace(".", "__")
    words = " ".join((field.description or "").split())
    return f"| `{name}` | {default} | `{variable}` | {words} |\n"


if __name__ == "__main__":
    sys.stdout.write(document())
