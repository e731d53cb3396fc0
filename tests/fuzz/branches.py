"""Which branches of the workshop ran: every one is numbered when its module is imported.

An import hook rewrites the syntax tree of our own modules: each function body, loop, branch
(the missing ``else`` too) and error path begins by noting its number. That costs tens of
nanoseconds where a trace function costs microseconds, and keeps line numbers as they are. The
words a module compares with are gathered on the way: they are the fuzzer's dictionary.
"""

import ast
import builtins
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any, Final

WATCHED: Final = (
    "redaction.formats",
    "redaction.carriers",
    "redaction.fidelity",
    "redaction.members",
    "redaction.signatures",
    "redaction.sniff",
    "redaction.sweep.regions",
)
NOTE: Final = "_branch_ran_"
SHORTEST_WORD, LONGEST_WORD = 2, 40

ran: set[int] = set()
words: set[bytes] = set()


def watch() -> None:
    """Number the branches of all that is imported from now on.

    Raises:
        RuntimeError: it is too late, something of it is imported already.
    """
    if any(name.startswith(WATCHED) for name in sys.modules):
        raise RuntimeError("a handler was imported before its branches could be numbered")
    setattr(builtins, NOTE, ran.add)
    sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith(WATCHED):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        # Without the cache: nobody else must ever be given this code.
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:
        tree = _Numbering().visit(ast.parse(data, path))
        words.update(_words(tree))
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


class _Numbering(ast.NodeTransformer):
    """Begins every block inside functions with a note of its number."""

    numbered = 0

    def _noted(self, block: list[ast.stmt], where: ast.AST) -> list[ast.stmt]:
        _Numbering.numbered += 1
        call = ast.Call(ast.Name(NOTE, ast.Load()), [ast.Constant(_Numbering.numbered)], [])
        note = ast.copy_location(ast.Expr(call), where)
        begin = 1 if block and _is_docstring(block[0]) else 0
        return [*block[:begin], note, *block[begin:]]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.body = self._noted(node.body, node)
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        node.body = self._noted(node.body, node)
        node.orelse = self._noted(node.orelse, node)
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.body = self._noted(node.body, node)
        node.orelse = self._noted(node.orelse, node)
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        self.generic_visit(node)
        node.body = self._noted(node.body, node)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        self.generic_visit(node)
        node.body = self._noted(node.body, node)
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        self.generic_visit(node)
        node.body = self._noted(node.body, node.pattern)
        return node


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _words(tree: ast.AST) -> set[bytes]:
    """Return what a module may compare a file's bytes with: its short texts and bytes."""
    found: set[bytes] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            value = node.value
            if isinstance(value, str):
                value = value.encode("utf-8", "ignore")
            if isinstance(value, bytes) and SHORTEST_WORD <= len(value) <= LONGEST_WORD:
                found.add(value)
    return found
