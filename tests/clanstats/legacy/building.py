"""How does a test write a file as the predecessor did, in any of the shapes it had?"""

import json
import sqlite3
from datetime import UTC, datetime, timedelta

from clanstats.chat import snowflake

SERVER, CHAT, GENERAL = 900_000, 700_001, 700_002
WEBHOOK, WEBHOOK_NAME = 800_000, "Osrs clanchat#0000"

# As its migrations found the tables, and left them.
_OLD = """
CREATE TABLE clan_members (username VARCHAR NOT NULL, role VARCHAR, joined_at DATETIME,
    last_updated DATETIME, PRIMARY KEY (username));
CREATE TABLE wom_snapshots (id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT,
    timestamp TIMESTAMP, total_xp INTEGER, total_boss_kills INTEGER, ehp REAL, ehb REAL,
    raw_data TEXT);
CREATE TABLE boss_snapshots (id INTEGER NOT NULL, snapshot_id INTEGER, boss_name VARCHAR,
    kills INTEGER, rank INTEGER, PRIMARY KEY (id));
CREATE TABLE discord_messages (id INTEGER PRIMARY KEY, author_id INTEGER, author_name TEXT,
    content TEXT, channel_id INTEGER, channel_name TEXT, guild_id INTEGER, guild_name TEXT,
    created_at TIMESTAMP);
CREATE TABLE wom_records (id INTEGER PRIMARY KEY, username TEXT);
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
"""
_MIGRATED = """
ALTER TABLE clan_members ADD COLUMN id INTEGER;
ALTER TABLE wom_snapshots ADD COLUMN user_id INTEGER;
ALTER TABLE boss_snapshots ADD COLUMN wom_snapshot_id INTEGER;
ALTER TABLE discord_messages ADD COLUMN user_id INTEGER;
CREATE INDEX ix_boss_snapshots_snapshot_id ON boss_snapshots(snapshot_id);
"""
# As a fresh installation made them: other columns first, another key.
_FRESH = """
CREATE TABLE clan_members (id INTEGER NOT NULL, username VARCHAR NOT NULL, role VARCHAR,
    joined_at DATETIME, last_updated DATETIME, PRIMARY KEY (id));
CREATE TABLE wom_snapshots (id INTEGER NOT NULL, user_id INTEGER, username VARCHAR,
    timestamp DATETIME, total_xp INTEGER, total_boss_kills INTEGER, ehp FLOAT, ehb FLOAT,
    raw_data TEXT, PRIMARY KEY (id));
CREATE TABLE boss_snapshots (id INTEGER NOT NULL, wom_snapshot_id INTEGER, snapshot_id INTEGER,
    boss_name VARCHAR, kills INTEGER, rank INTEGER, PRIMARY KEY (id));
CREATE TABLE discord_messages (id INTEGER NOT NULL, user_id INTEGER, author_id INTEGER,
    author_name VARCHAR, content TEXT, channel_id INTEGER, channel_name VARCHAR, guild_id INTEGER,
    guild_name VARCHAR, created_at DATETIME, PRIMARY KEY (id));
CREATE TABLE wom_records (id INTEGER PRIMARY KEY, username TEXT);
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
CREATE UNIQUE INDEX ix_clan_members_username ON clan_members(username);
"""
LAYOUTS = {"old": _OLD, "migrated": _OLD + _MIGRATED, "fresh": _FRESH}
_REVISIONS = {"old": "dedup_snaps_002"}


def day(number, hour=12, *, ms=0):
    """A day of a make-believe autumn, from 1 on; UTC."""
    return datetime(2025, 9, 30, hour, tzinfo=UTC) + timedelta(days=number, milliseconds=ms)


def iso(at):
    return at.isoformat()


def spaced(at):
    """As SQLAlchemy writes it: without a timezone."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


def zulu(at):
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def snapshot(wom_id, at, xp, *, kills=None, ehp=None):
    """What Wise Old Man lists in a history; `kills` are Zulrah's."""
    return {
        "id": 1,
        "playerId": wom_id,
        "createdAt": zulu(at),
        "importedAt": None,
        "data": {
            "skills": {
                "overall": {"metric": "overall", "experience": xp, "rank": 5, "level": 900},
                "attack": {"metric": "attack", "experience": xp // 4, "rank": 5, "level": 70},
            },
            "bosses": {
                "zulrah": {"metric": "zulrah", "kills": -1 if kills is None else kills, "rank": -1}
            },
            "activities": {"clue_scrolls_all": {"score": -1, "rank": -1}},
            "computed": {} if ehp is None else {"ehp": {"metric": "ehp", "value": ehp}},
        },
    }


def page(wom_id, name, at, xp, **more):
    """A player's page, with the latest snapshot in it."""
    return {
        "id": wom_id,
        "username": name.lower(),
        "displayName": name,
        "type": "ironman",
        "build": "main",
        "status": "active",
        "country": "SE",
        "registeredAt": "2025-01-01T00:00:00.000Z",
        "updatedAt": zulu(at),
        "lastChangedAt": zulu(at),
        "latestSnapshot": snapshot(wom_id, at, xp, **more),
    }


class Legacy:
    """A file of the predecessor's, written to as the test goes; in one of `LAYOUTS`."""

    def __init__(self, file, *, layout="migrated"):
        self.file = file
        self._numbers = 0
        self._connection = sqlite3.connect(file)
        self._connection.executescript(LAYOUTS[layout])
        revision = _REVISIONS.get(layout, "normalize_user_ids_004")
        self.insert("alembic_version", version_num=revision)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.commit()
        self._connection.close()

    def commit(self):
        self._connection.commit()

    def insert(self, table, **values):
        marks = ", ".join("?" * len(values))
        made = self._connection.execute(
            f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})",  # noqa: S608 — our own
            tuple(values.values()),
        )
        return made.lastrowid

    def script(self, sql):
        self._connection.executescript(sql)

    def member(self, name, *, role="member", joined=None, seen=None):
        joined_at = joined if joined is None or isinstance(joined, str) else iso(joined)
        seen_at = iso(day(60) if seen is None else seen)
        self.insert(
            "clan_members", username=name, role=role, joined_at=joined_at, last_updated=seen_at
        )

    def history(self, name, wom_id, at, xp, **more):
        """A snapshot as the deep scan stored it: with Wise Old Man's time, and no EHP beside it."""
        json_ = json.dumps(snapshot(wom_id, at, xp, **more))
        return self.row(name, json_, at=at, xp=xp)

    def harvest(  # noqa: PLR0913 — a row has this many sides
        self, name, wom_id, at, xp, *, fetched=None, called=None, **more
    ):
        """A player's page as the daily harvest stored it, with the harvest's time."""
        json_ = json.dumps(page(wom_id, called or name, at, xp, **more))
        return self.row(name, json_, at=fetched or at + timedelta(hours=2), xp=xp)

    def row(self, name, json_, *, at, xp=5):
        return self.insert(
            "wom_snapshots",
            username=name,
            timestamp=at if isinstance(at, str) else iso(at),
            total_xp=xp,
            total_boss_kills=0,
            ehp=0,
            ehb=0,
            raw_data=json_,
        )

    def boss(self, snapshot_id, kills, name="zulrah"):
        self.insert("boss_snapshots", snapshot_id=snapshot_id, boss_name=name, kills=kills, rank=1)

    def relayed(self, name, at, said="hello", *, author=None):
        """A line of game chat, as the webhook passed it on."""
        return self.message(at, WEBHOOK, author or name, f"**{name}**: {said}")

    def broadcast(self, at, said="Bob has reached level 90 in Slayer."):
        return self.message(at, WEBHOOK, WEBHOOK_NAME, said)

    def message(  # noqa: PLR0913 — likewise
        self, at, author, name, content="hello", *, channel=CHAT, server=SERVER, written=None
    ):
        self._numbers += 1
        message_id = snowflake(at) + self._numbers
        self.insert(
            "discord_messages",
            id=message_id,
            author_id=author,
            author_name=name,
            content=content,
            channel_id=channel,
            channel_name="clan-chat" if channel == CHAT else "general",
            guild_id=server,
            guild_name="Some Clan",
            created_at=spaced(at) if written is None else written,
        )
        return message_id

    def change(self, table, row, **values):
        """Change columns of the row with this id."""
        told = ", ".join(f"{name} = ?" for name in values)
        statement = f"UPDATE {table} SET {told} WHERE id = ?"  # noqa: S608 — our own
        self._connection.execute(statement, (*values.values(), row))


def a_clan(file, *, players, snapshots, messages):
    """A file with so many players, snapshots of each, and messages in all."""
    with Legacy(file) as legacy:
        for number in range(players):
            name = f"player {number}"
            legacy.member(name, joined=day(1))
            for count in range(snapshots):
                at, xp = day(2 + count, ms=number), 1_000 * (number + 1) + count * 10
                row = legacy.history(name, 100 + number, at, xp, kills=number + count // 2)
                legacy.boss(row, number + count // 2)
        for count in range(messages):
            legacy.relayed(f"Player {count % (players + 1)}", day(1, ms=count * 60_000))
