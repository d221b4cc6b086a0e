"""Which settings can an operator give, and which values do they take?"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict


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


Secret = Annotated[SecretStr, AfterValidator(_one_word)]
Url = Annotated[str, AfterValidator(_url)]


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
    backup_dir: Path = Field(default=Path("data/backups"), description="Give a folder.")
    backup_keep: PositiveInt = Field(
        default=7, description="Give how many backups to keep, 1 or more."
    )

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
