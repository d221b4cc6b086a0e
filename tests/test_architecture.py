"""Do imports point down, and is the clock read in one place only?

What a file imports is read from its syntax tree, wherever in the file it stands; imports that are
only made for types don't count.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "cogs", "clanstats", "demo", "benchmarks", "migrations")

# Inside clanstats a module imports from its own row or from rows below it.
LAYERS = (
    (
        "clanstats.decisions",
        "clanstats.exports",
        "clanstats.harvest",
        "clanstats.jobs",
        "clanstats.legacy",
        "clanstats.people",
        "clanstats.posts",
        "clanstats.privacy",
        "clanstats.repairs",
        "clanstats.schedules",
        "clanstats.upkeep",
    ),
    ("clanstats.services",),
    ("clanstats.drawing",),
    (
        "clanstats.charts",
        "clanstats.churn",
        "clanstats.inactivity",
        "clanstats.rules",
        "clanstats.sheets",
    ),
    ("clanstats.analytics",),
    ("clanstats.db", "clanstats.tombstones"),
    ("clanstats.wom",),
)
WORDS = len(LAYERS)  # whatever isn't named above: words and values

# Where whatever went wrong ends: it is reported there, and goes no further.
LAST_RESORTS = {
    "clanstats.jobs",  # a job
    "clanstats.charts.worker",  # a picture, in a process of its own
    "clanstats.db.migrate",  # a migration, which is then taken back
    "cogs.views",  # a click
}


def files(*packages: str) -> list[Path]:
    found = [file for package in packages for file in sorted((ROOT / package).rglob("*.py"))]
    return [file for file in found if "__pycache__" not in file.parts]


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All of a tree but what stands under `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from nodes(node)


@cache
def parsed(file: Path) -> ast.AST:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def imports(file: Path) -> set[str]:
    """The modules that a file imports; of `from x import y`, both x and x.y."""
    found = set()
    for node in nodes(parsed(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def layer(module: str) -> int:
    return next(
        (
            number
            for number, packages in enumerate(LAYERS)
            if any(within(module, package) for package in packages)
        ),
        WORDS,
    )


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("clanstats", ("discord", "apscheduler", "bot", "cogs", "demo", "benchmarks", "tests")),
        ("cogs", ("sqlalchemy", "aiosqlite", "apscheduler", "bot", "demo", "benchmarks", "tests")),
        ("bot", ("sqlalchemy.orm", "benchmarks", "tests")),
        ("demo", ("benchmarks", "tests")),
        ("migrations", ("discord", "bot", "cogs", "demo", "tests")),
    ],
)
def test_nothing_imports_what_stands_above_it(package, forbidden):
    wrong = {
        (name_of(file), module)
        for file in files(package)
        for module in imports(file)
        if any(within(module, each) for each in forbidden)
    }

    assert wrong == set()


def test_inside_clanstats_imports_point_down():
    wrong = {
        (name_of(file), module)
        for file in files("clanstats")
        for module in imports(file)
        if within(module, "clanstats") and layer(module) < layer(name_of(file))
    }

    assert wrong == set()


def test_analysis_never_writes_and_neither_it_nor_the_store_commits():
    calls = {
        (name_of(file), node.attr)
        for file in files("clanstats/analytics", "clanstats/db")
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}
        if name_of(file) != "clanstats.db.driver"  # which is told to
    }
    writes = {
        (name_of(file), module)
        for file in files("clanstats/analytics")
        for module in imports(file)
        if module in {f"sqlalchemy.{verb}" for verb in ("insert", "update", "delete")}
    }

    assert calls == writes == set()


def test_no_cog_imports_another():
    cogs = {name_of(file) for file in files("cogs") if defines_a_cog(file)}
    wrong = {
        (name_of(file), module)
        for file in files("cogs")
        for module in imports(file) & cogs
        if name_of(file) in cogs and module != name_of(file)
    }

    assert wrong == set()


def defines_a_cog(file: Path) -> bool:
    """Whether the module is loaded as an extension."""
    return any(
        isinstance(node, ast.AsyncFunctionDef) and node.name == "setup"
        for node in ast.iter_child_nodes(parsed(file))
    )


def test_the_clock_is_read_in_one_place():
    readers = {
        name_of(file)
        for file in files("bot", "cogs", "clanstats", "demo")
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and ast.unparse(node.value).split(".")[-1] in {"datetime", "date"}
    }

    assert readers == {"clanstats.timestamps"}


def test_whatever_it_is_is_only_caught_at_a_last_resort():
    catchers = {
        name_of(file)
        for file in files(*PACKAGES)
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or {"Exception", "BaseException"} & set(ast.unparse(node.type).strip("()").split(", "))
        )
    }

    assert "clanstats.jobs" in catchers
    assert catchers <= LAST_RESORTS


def test_pictures_are_drawn_without_global_state():
    wrong = {
        name_of(file)
        for file in files(*PACKAGES)
        for module in imports(file)
        if within(module, "matplotlib.pyplot")
    }

    assert wrong == set()
