"""How does every table of a database get rows, whichever tables there are?"""
# ruff: noqa: S608 — statements of our own

import sqlite3
from contextlib import closing

EACH = 3  # rows


def fill(file):
    """Put rows into every table, each with a value in every column; references are right."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=ON")
        for table in _parents_first(connection):
            parents = {row[3]: row[2] for row in _pragma(connection, "foreign_key_list", table)}
            columns = _pragma(connection, "table_info", table)
            marks = ", ".join("?" * len(columns))
            rows = [
                [
                    _value(name, kind, n, own=parents.get(name) == table)
                    for _, name, kind, *_ in columns
                ]
                for n in range(1, EACH + 1)
            ]
            connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)


def contents(file):
    """Every row of every table, as values by column."""
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
            for table in _tables(connection)
        }


def schema(file):
    """Tables, indexes and triggers by name, each as its parts: a rebuilt table orders them anew."""
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL")
        return {name: sorted(sql.replace(",", " ").replace('"', "").split()) for name, sql in found}


def _value(name, kind, number, *, own):
    if own:  # a row that points to one of the same table
        return number - 1 or None
    if kind == "BOOLEAN":
        return number % 2
    return f"{name} {number}" if kind == "TEXT" else number


def _parents_first(connection):
    left, done = _tables(connection), []
    while left:
        for table in list(left):
            needs = {row[2] for row in _pragma(connection, "foreign_key_list", table)}
            if needs - {table} <= set(done):
                left.remove(table)
                done.append(table)
    return done


def _tables(connection):
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in found if name != "alembic_version"]


def _pragma(connection, name, table):
    return connection.execute(f"PRAGMA {name}({table})").fetchall()
