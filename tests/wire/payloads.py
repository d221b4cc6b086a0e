"""What do Discord's objects look like on the wire? Only the fields that discord.py reads."""

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

Json = dict[str, Any]

TOKEN = "fake-token-of-the-fake-discord"
APPLICATION = 100
GUILD = 200
CHANNEL = 300
OWNER = 400
STRANGER = 401

MEMBERS_INTENT, CONTENT_INTENT = 1 << 15, 1 << 19  # the application's flags, of a small bot

ADMINISTRATOR, VIEW, HISTORY, CONNECT = 1 << 3, 1 << 10, 1 << 16, 1 << 20
TEXT, VOICE, NEWS, PUBLIC_THREAD, PRIVATE_THREAD, STAGE, FORUM = 0, 2, 5, 11, 12, 13, 15
THREADS = {PUBLIC_THREAD, PRIVATE_THREAD}

_NUMBERS = count(1_000_000)
_AT = "2026-01-01T00:00:00+00:00"
_ALL_PERMISSIONS = str(2**50 - 1 - ADMINISTRATOR)  # whom nothing could be forbidden
_STRING, _INTEGER, _BOOLEAN, _NUMBER = 3, 4, 5, 10


def new_id() -> str:
    return str(next(_NUMBERS))


def user(user_id: int, name: str = "someone", *, bot: bool = False) -> Json:
    return {
        "id": str(user_id),
        "username": name,
        "discriminator": "0",
        "avatar": None,
        "global_name": None,
        "bot": bot,
    }


BOT = user(APPLICATION, "clanstats", bot=True)


def application() -> Json:
    return {
        "id": str(APPLICATION),
        "name": "ClanStats",
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user(OWNER, "owner"),
        "verify_key": "0" * 64,
        "flags": MEMBERS_INTENT | CONTENT_INTENT,
    }


def channel(channel_id: int = CHANNEL, kind: int = TEXT, name: str = "general") -> Json:
    return {
        "id": str(channel_id),
        "guild_id": str(GUILD),
        "type": kind,
        "name": name,
        "position": 0,
        "permission_overwrites": [],
        "permissions": _ALL_PERMISSIONS,
    }


def guild() -> Json:
    """Without its channels, threads and who is in voice."""
    role = {
        "id": str(GUILD),
        "name": "@everyone",
        "permissions": _ALL_PERMISSIONS,
        "position": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "color": 0,
        "hoist": False,
        "managed": False,
        "mentionable": False,
    }
    return {
        "id": str(GUILD),
        "name": "A clan's server",
        "owner_id": str(OWNER),
        "roles": [role],
        "channels": [],
        "voice_states": [],
        "members": [member(BOT)],
        "member_count": 1,
        "features": [],
        "threads": [],
        "emojis": [],
        "stickers": [],
        "preferred_locale": "en-US",
    }


def member(who: Json) -> Json:
    return {
        "user": who,
        "roles": [],
        "joined_at": _AT,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": _ALL_PERMISSIONS,
    }


def message(author: Json, sent: Mapping[str, Any], files: Iterable[str] = ()) -> Json:
    """The message that comes of the body of a request."""
    return {
        "id": new_id(),
        "channel_id": str(CHANNEL),
        "author": author,
        "content": sent.get("content") or "",
        "timestamp": _AT,
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [BOT] if f"<@{APPLICATION}>" in (sent.get("content") or "") else [],
        "mention_roles": [],
        "attachments": [_attachment(name) for name in files],
        "embeds": sent.get("embeds") or [],
        "components": sent.get("components") or [],
        "flags": sent.get("flags") or 0,
        "pinned": False,
        "type": 0,
    }


def _attachment(name: str) -> Json:
    url = f"http://127.0.0.1/attachments/{name}"
    return {"id": new_id(), "filename": name, "size": 1, "url": url, "proxy_url": url}


def registered(sent: Json, guild_id: str | None) -> Json:
    """A command as Discord gives it back."""
    own = {"id": new_id(), "application_id": str(APPLICATION), "version": "1"}
    return {"description": ""} | sent | own | ({"guild_id": guild_id} if guild_id else {})


def interaction(command: Json, options: Mapping[str, Any], who: Json) -> Json:
    """Somebody running a chat command; `command` may be a subcommand of its group."""
    given: list[Json] = [
        {"name": name, "type": _type_of(value), "value": value} for name, value in options.items()
    ]
    if "subcommand" in command:
        given = [{"name": command["subcommand"], "type": 1, "options": given}]
    data = {"id": command["id"], "name": command["name"], "type": 1, "options": given}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return {
        "id": new_id(),
        "application_id": str(APPLICATION),
        "type": 2,
        "token": f"interaction-{new_id()}",
        "version": 1,
        "guild_id": str(GUILD),
        "guild": {"id": str(GUILD), "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "locale": "en-US",
        "channel_id": str(CHANNEL),
        "channel": channel(),
        "member": member(who),
        "app_permissions": _ALL_PERMISSIONS,
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(GUILD)},
        "context": 0,
        "attachment_size_limit": 10 * 2**20,
        "data": data,
    }


def _type_of(value: object) -> int:
    if isinstance(value, bool):
        return _BOOLEAN
    if isinstance(value, int):
        return _INTEGER
    return _NUMBER if isinstance(value, float) else _STRING
