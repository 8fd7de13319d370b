"""Plain values as YAML that `yaml_text` reads back as the same values, and that people can edit.

Text stands in quotes unless it can be taken for nothing else: a name such as 871 or NO must come
back as a name.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

_PLAIN = re.compile(r"[A-Za-z][\w-]*([ ,.][ \w-]*\w)?", re.ASCII)
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"}


class _Dumper(yaml.SafeDumper):
    """Writes text in quotes where it needs them, and never an alias: they are refused."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_plain else '"')


_Dumper.add_representer(str, _text)


def write_yaml(values: Any) -> str:
    """Mappings, lists, text and numbers as YAML, in the order in which they stand."""
    return str(yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100))
