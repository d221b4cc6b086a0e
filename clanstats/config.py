"""Where do the settings come from, and what is wrong with them?

The environment comes first, then the file `.env`, then `clanstats.toml`, then the defaults. What
is blank counts as not given.
"""

import os
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource, TomlConfigSettingsSource

from clanstats.errors import ClanStatsError
from clanstats.settings import Settings, nearest

__all__ = ["ConfigError", "Settings", "load_settings", "redacted", "secret_values"]

ENV_FILE = Path(".env")
TOML_FILE = Path("clanstats.toml")

_PASSWORD = re.compile(r"(?<=://)([^:/]*):(.*)@")  # as SQLAlchemy reads a URL


class ConfigError(ClanStatsError):
    """The settings can't be used; the text has a line for each, and never a value."""


def load_settings(
    *, needs: Collection[str] = (), env: Mapping[str, str] | None = None, folder: Path = Path()
) -> Settings:
    """Read the settings.

    Args:
        needs: Names of fields that must be given for what is about to be done.
        env: Instead of the process's environment.
        folder: Where the two files are looked for; neither has to be there.

    Raises:
        ConfigError: With a line for each setting that is missing, wrong or unknown.
    """
    given, places = _read(os.environ if env is None else env, folder)
    lines = [f"  {_line(name, 'is missing', places)}" for name in needs if name not in given]
    problems: list[ErrorDetails] = []
    try:
        settings = Settings(**given)
    except ValidationError as error:
        # Not raised from here: a traceback would show the error, which knows the values.
        problems = error.errors(include_url=False, include_context=False, include_input=False)
    lines += [f"  {line}" for line in _lines(problems, places)]
    if lines:
        raise ConfigError("\n".join(["The settings can't be used:", *lines]))
    return settings


def redacted(settings: Settings) -> dict[str, Any]:
    """What may be logged of the settings: secrets are "***", or None when they aren't given."""
    shown: dict[str, Any] = settings.model_dump(mode="json")
    for name, value in settings:
        if isinstance(value, SecretStr):
            shown[name] = "***"
        elif isinstance(value, str):
            shown[name] = _PASSWORD.sub(r"\1:***@", value)
    return shown


def secret_values(settings: Settings) -> tuple[str, ...]:
    """The texts that must never appear in a log line, the database's password among them."""
    secrets = [value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)]
    passwords = [match[2] for match in _PASSWORD.finditer(settings.database_url)]
    return tuple({*secrets, *passwords, *map(unquote, passwords)} - {""})


def _read(env: Mapping[str, str], folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Returns: What is given by field, and by field where."""
    from_env = EnvSettingsSource(Settings)
    from_env.env_vars = {name.lower(): value for name, value in env.items()}
    given: dict[str, Any] = {}
    places: dict[str, str] = {}
    for place, values in (
        (TOML_FILE.name, _read_toml(folder / TOML_FILE)),
        (ENV_FILE.name, _read_dotenv(folder / ENV_FILE)),
        ("environment", from_env()),
    ):
        stripped = {k: v.strip() if isinstance(v, str) else v for k, v in values.items()}
        said = {k: v for k, v in stripped.items() if v is not None and v != ""}
        given |= said
        places |= dict.fromkeys(said, place)
    return given, places


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return TomlConfigSettingsSource(Settings, toml_file=path)()
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name} can't be read: {error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path.name} can't be read: save it as UTF-8") from None


def _read_dotenv(path: Path) -> dict[str, Any]:
    try:
        values = DotEnvSettingsSource(Settings, env_file=path)()
    except UnicodeDecodeError:
        raise ConfigError(f"{path.name} can't be read: save it as UTF-8") from None
    return {key: value for key, value in values.items() if _ours(key)}


def _ours(key: str) -> bool:
    """Whether it is a setting or a slip of one: others may keep theirs in the same file."""
    return bool(get_close_matches(key.lower(), Settings.model_fields, n=1, cutoff=0.85))


def _lines(problems: Iterable[ErrorDetails], places: Mapping[str, str]) -> Iterator[str]:
    first = {str(problem["loc"][0]): problem for problem in reversed([*problems])}
    for name, problem in reversed(first.items()):
        if problem["type"] == "extra_forbidden" and len(problem["loc"]) == 1:
            hint = nearest(name, Settings.model_fields)
            yield f"{name} ({places[name]}) isn't a setting.{hint}"
        else:
            wrong = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
            yield _line(name, wrong, places)


def _line(name: str, wrong: str, places: Mapping[str, str]) -> str:
    where = f" ({places[name]})" if name in places else ""
    sentence = wrong if wrong.endswith("?") else f"{wrong}."
    return f"{name.upper()}{where} {sentence} {Settings.model_fields[name].description}"
