"""YAML files as plain data that remembers the line of every value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Step = str | int
Steps = tuple[Step, ...]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SYNTAX_MEND = "检查这一行和上一行：缩进用空格、冒号和逗号后空一格、引号和括号成对"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one file: ``file.yaml:LINE: path.to.key: what; how to mend``."""

    file: str
    line: int
    path: str
    text: str

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}: {where}{self.text}"


class ContentError(Exception):
    """The content pack cannot be used; ``problems`` are sentences in order of file and line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__(f"内容包有 {len(problems)} 处问题：\n" + "\n".join(problems))


@dataclass(frozen=True)
class Document:
    """One file: its ``data`` in plain Python types and the line of each path into it."""

    name: str
    data: Any = None
    lines: dict[Steps, int] = field(default_factory=dict)

    def line(self, path: Steps) -> int:
        """The line (from 1) where ``path`` stands, or its nearest parent."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def show(self, path: Steps) -> str:
        """``path`` for people: list entries by their ``key``, else as [1], [2] …"""
        text, here = "", self.data
        for step in path:
            here = _inside(here, step)
            if isinstance(step, str):
                text += f".{step}"
            else:
                name = here.get("key") if isinstance(here, Mapping) else None
                text += f".{name}" if isinstance(name, str) else f"[{step + 1}]"
        return text.removeprefix(".")


def _inside(value: Any, step: Step) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None


def read(file: Path) -> tuple[Document, list[Problem]]:
    """The contents of ``file`` and what is wrong with its YAML. Never raises for bad content."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return Document(file.name), [
            Problem(file.name, 1, "", "缺少这个文件；从安装包中恢复，或检查文件名")
        ]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Document(file.name), [
            Problem(file.name, line, "", "这一行不是 UTF-8 文字；用 UTF-8 编码另存一次")
        ]
    except OSError as error:
        return Document(file.name), [
            Problem(file.name, 1, "", f"读不到文件（{error.strerror}）；检查文件权限")
        ]
    walk = _Walk(file.name)
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        return Document(file.name), [_syntax_problem(file.name, text, error)]
    data = None if node is None else walk.value(node, ())
    if data is None:
        return Document(file.name), [
            Problem(file.name, 1, "", "文件是空的；从安装包中恢复这个文件")
        ]
    return Document(file.name, data, walk.lines), walk.finish(data)


def _syntax_problem(name: str, text: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    detail = getattr(error, "problem", None) or getattr(error, "reason", None) or "无法识别"
    if mark is not None:
        line = mark.line + 1
    else:
        odd = yaml.reader.Reader.NON_PRINTABLE.search(text)
        line = text[: odd.start() if odd else 0].count("\n") + 1
    return Problem(name, line, "", f"YAML 语法不对（{detail}）；{_SYNTAX_MEND}")


class _Walk:
    """Turns composed nodes into data, noting lines, doubled keys and what we do not accept."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Steps, int] = {(): 1}
        self._found: list[tuple[int, Steps, str]] = []
        self._seen: set[int] = set()
        self._construct = yaml.constructor.SafeConstructor()

    def finish(self, data: Any) -> list[Problem]:
        shown = Document(self.name, data, self.lines)
        return [
            Problem(self.name, line, shown.show(path), text) for line, path, text in self._found
        ]

    def value(self, node: Any, path: Steps) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        if id(node) in self._seen:
            self._found.append((self.lines[path], path, "不支持 & 和 * 引用；把内容写全"))
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
        return self._scalar(node, path)

    def _scalar(self, node: Any, path: Steps) -> Any:
        try:
            return self._construct.construct_object(node)
        except (yaml.YAMLError, ValueError):
            self._found.append((self.lines[path], path, f"看不懂“{node.value}”；给它加上引号"))
            return None

    def _mapping(self, node: Any, path: Steps) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._key(key_node)
            if key is None:
                text = f"键名“{key_node.value}”要写成文字；给它加上引号，如 'no'"
                self._found.append((line, path, text))
            elif key in data:
                first = self.lines[(*path, key)]
                text = f"这个键写了两次，第 {first} 行已有；删去或合并其中一处"
                self._found.append((line, (*path, key), text))
            else:
                self.lines[(*path, key)] = line
                data[key] = self.value(value_node, (*path, key))
        return data

    def _key(self, node: Any) -> str | None:
        if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:str":
            return None
        return str(node.value)
