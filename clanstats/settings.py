"""Which settings can an operator give, and which values do they take?"""

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    SecretStr,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from clanstats.errors import BadInputError
from clanstats.relay.patterns import DEFAULTS, Patterns, template


def _one_word(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", secret.get_secret_value()):
        raise ValueError("has spaces or characters that don't belong into it")
    return secret


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("should be one line")
    return text


def _url(text: str) -> str:
    if not re.match(r"https?://[^\s/]+", text):
        raise ValueError("should begin with https://")
    return text.rstrip("/")


def _database(text: str) -> str:
    text = re.sub(r"^sqlite://", "sqlite+aiosqlite://", text)
    if not re.match(r"sqlite\+aiosqlite:///.|postgresql\+asyncpg://.", text):
        raise ValueError("should be sqlite+aiosqlite:/// and a file's path")
    return text


def _timezone(name: object) -> ZoneInfo:
    if isinstance(name, ZoneInfo):
        return name
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"isn't a timezone.{nearest(str(name), available_timezones())}") from None


def _split(text: object) -> object:
    return [part for part in text.split(",") if part.strip()] if isinstance(text, str) else text


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


def _upper(text: object) -> object:
    return text.upper() if isinstance(text, str) else text


def _tables(text: object) -> object:
    """In the environment a list of tables is JSON."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise ValueError("isn't JSON") from None


def _pattern(text: str) -> str:
    try:
        template(text)
    except BadInputError as error:
        raise ValueError(str(error)) from None
    return text


Secret = Annotated[SecretStr, AfterValidator(_one_word)]
Url = Annotated[str, AfterValidator(_url)]


class Relay(BaseModel):
    """Where in-game chat arrives on Discord, and how it is written there.

    Attributes:
        channel_id: The channel.
        webhook_id: Whose messages are game chat: a webhook's id, or a bot's user id. None: any
            webhook's in that channel.
        patterns: Of chat lines; see `clanstats.relay.Patterns`, also for what follows.
        system: Under which names the game itself speaks, besides the clan's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    channel_id: PositiveInt
    webhook_id: PositiveInt | None = None
    patterns: tuple[Annotated[str, AfterValidator(_pattern)], ...] = Field(
        default=DEFAULTS, min_length=1, max_length=20
    )
    system: tuple[str, ...] = ()
    username: bool = False
    embeds: bool = True
    batched: bool = False

    def read_as(self, clan_name: str) -> Patterns:
        """As `clanstats.relay.read` takes it."""
        return Patterns(
            self.patterns,
            (clan_name, *self.system),
            username=self.username,
            embeds=self.embeds,
            batched=self.batched,
        )


class Settings(BaseSettings):
    """What an operator decides. A field's description says how to get it right.

    Built directly it reads neither the environment nor a file: that is `load_settings`.
    """

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    discord_token: Secret | None = Field(
        default=None,
        description="Copy it from your application's page Bot at discord.com/developers.",
    )
    discord_guild_id: PositiveInt | None = Field(
        default=None,
        description="Turn on Discord's developer mode, right-click the server, Copy Server ID.",
    )
    discord_api_base: Url = Field(
        default="https://discord.com/api/v10", description="Leave it out unless you test."
    )
    wom_group_id: PositiveInt | None = Field(
        default=None,
        description="It is the number in your group's address, wiseoldman.net/groups/NUMBER.",
    )
    wom_api_key: Secret | None = Field(
        default=None, description="Ask for one on Wise Old Man's Discord, or leave it out."
    )
    wom_group_secret: Secret | None = Field(
        default=None,
        description="It is the group's verification code, like 123-456-789: with it the bot asks "
        "Wise Old Man once a day to read every member anew. Or leave it out.",
    )
    wom_base_url: Url = Field(
        default="https://api.wiseoldman.net/v2", description="Leave it out unless you test."
    )
    wom_contact: Annotated[str, AfterValidator(_one_line)] | None = Field(
        default=None,
        description="Give your Discord name or an address, so that they can reach you.",
    )
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default="sqlite+aiosqlite:///data/clanstats.db",
        repr=False,  # it may hold a password
        description="Write sqlite+aiosqlite:/// and the path, such as data/clanstats.db.",
    )
    timezone: Annotated[ZoneInfo, BeforeValidator(_timezone)] = Field(
        default=ZoneInfo("UTC"), description="Write it as Europe/London or America/New_York."
    )
    log_format: Annotated[Literal["auto", "console", "json"], BeforeValidator(_lower)] = Field(
        default="auto", description="auto is console on a terminal, json elsewhere."
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = (
        Field(default="INFO", description="INFO is right for almost everyone.")
    )
    harvest_every: int = Field(
        default=60,
        ge=15,
        le=360,
        description="Give the minutes from one harvest to the next, 15 to 360.",
    )
    owner_ids: Annotated[tuple[PositiveInt, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=(), description="List Discord user IDs, with commas between them."
    )
    relay_channel_ids: Annotated[tuple[PositiveInt, ...], NoDecode, BeforeValidator(_split)] = (
        Field(
            default=(),
            description="List the ids of the channels where a webhook posts in-game chat, with "
            "commas between them; leave it out to look for such lines in all channels.",
        )
    )
    relays: Annotated[tuple[Relay, ...], NoDecode, BeforeValidator(_tables)] = Field(
        default=(),
        description="Write [[relays]] tables with channel_id, and where needed webhook_id and "
        'patterns, in clanstats.toml; in the environment JSON: [{"channel_id": 1}].',
    )
    count_words: bool = Field(
        default=False, description="true counts each member's words by week; false counts none."
    )
    purge_after_days: PositiveInt = Field(
        default=90,
        description="Give after how many days the data of who left the server goes, 1 or more.",
    )
    ranks_file: Path = Field(
        default=Path("data/ranks.toml"),
        description="Give the file with the clan's rank rules; see docs/rules.md.",
    )
    feed_port: Annotated[int, Field(ge=0, le=65535)] | None = Field(
        default=None,
        description="Give a port, and FEED_TOKEN, to serve approved ranks to a game client.",
    )
    feed_token: Secret | None = Field(
        default=None, description="Make up a long word; whoever knows it may read approved ranks."
    )
    feed_host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]+$")] = Field(
        default="127.0.0.1", description="Leave it out, or give 0.0.0.0 to serve other machines."
    )
    backup_dir: Path = Field(default=Path("data/backups"), description="Give a folder.")
    backup_daily: PositiveInt = Field(
        default=7, description="Give of how many days a backup is kept, 1 or more."
    )
    backup_weekly: NonNegativeInt = Field(
        default=4, description="Give of how many weeks a backup is kept, 0 or more."
    )
    backup_monthly: NonNegativeInt = Field(
        default=12, description="Give of how many months a backup is kept, 0 or more."
    )

    @property
    def all_relays(self) -> tuple[Relay, ...]:
        """Those written out, and for each other channel of `relay_channel_ids` the default."""
        known = {relay.channel_id for relay in self.relays}
        short = dict.fromkeys(one for one in self.relay_channel_ids if one not in known)
        return (*self.relays, *(Relay(channel_id=one) for one in short))

    @property
    def longest_backup_days(self) -> int:
        """For how long what was deleted may still be in a backup."""
        return max(self.backup_daily, 7 * self.backup_weekly, 31 * self.backup_monthly)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Leave the reading to `load_settings`, which knows where each value came from."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint to the one of `words` that was probably meant; "" if none is near."""
    lower = {known.lower(): known for known in words}
    near = get_close_matches(word.lower(), lower, n=1)
    return f" Did you mean {lower[near[0]]}?" if near else ""
