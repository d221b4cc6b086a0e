"""Does an operator learn at once what is wrong, and nobody what is secret?"""

from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr, ValidationError

from clanstats.config import (
    ConfigError,
    Settings,
    load_settings,
    redacted,
    secret_values,
)
from clanstats.settings import Relay

EXAMPLE = Path(__file__).parents[2] / ".env.example"
CANARY = "hunter2 is no value"  # wrong wherever it stands: has spaces, is no number, no URL
SECRETS = {
    "DISCORD_TOKEN": "token-of-the-bot",
    "WOM_API_KEY": "key-of-the-clan",
    "WOM_GROUP_SECRET": "123-456-789",
    "DATABASE_URL": "postgresql+asyncpg://clan:p%40ss/word@db/clanstats",
}


@pytest.fixture
def load(tmp_path):
    """Load from the given environment and file contents, and from nowhere else."""

    def load_from(*, dotenv="", toml="", needs=(), **env):
        (tmp_path / ".env").write_text(dotenv, encoding="utf-8")
        (tmp_path / "clanstats.toml").write_text(toml, encoding="utf-8")
        return load_settings(needs=needs, env=env, folder=tmp_path)

    return load_from


def test_nothing_given_is_the_defaults(tmp_path):
    assert load_settings(env={}, folder=tmp_path) == Settings()


def test_process_environment_is_read_unless_another_is_given(tmp_path, monkeypatch):
    monkeypatch.setenv("WOM_GROUP_ID", "139")

    assert load_settings(folder=tmp_path).wom_group_id == 139
    assert load_settings(env={}, folder=tmp_path).wom_group_id is None


def test_settings_built_directly_ignore_the_environment(monkeypatch):
    monkeypatch.setenv("WOM_GROUP_ID", "139")

    assert Settings().wom_group_id is None


@pytest.mark.parametrize(
    ("sources", "minutes"),
    [
        pytest.param({"toml": "harvest_every = 20"}, 20, id="clanstats.toml over the default"),
        pytest.param(
            {"toml": "harvest_every = 20", "dotenv": "HARVEST_EVERY=30"}, 30, id=".env over that"
        ),
        pytest.param(
            {"toml": "harvest_every = 20", "dotenv": "HARVEST_EVERY=30", "HARVEST_EVERY": "40"},
            40,
            id="the environment over both",
        ),
        pytest.param(
            {"dotenv": "HARVEST_EVERY=30", "HARVEST_EVERY": " "}, 30, id="blank is not given"
        ),
    ],
)
def test_precedence(load, sources, minutes):
    assert load(**sources).harvest_every == minutes


def test_values_are_read_as_what_they_are(load):
    settings = load(
        toml='backup_dir = "elsewhere"\nowner_ids = [1, 2]',
        TIMEZONE="Europe/London",
        LOG_LEVEL="debug",
        LOG_FORMAT="JSON",
        WOM_BASE_URL="http://127.0.0.1:8080/v2/",
        DISCORD_TOKEN=" padded ",
    )

    assert settings.timezone == ZoneInfo("Europe/London")
    assert (settings.log_level, settings.log_format) == ("DEBUG", "json")
    assert settings.wom_base_url == "http://127.0.0.1:8080/v2"
    assert settings.backup_dir == Path("elsewhere")
    assert settings.owner_ids == (1, 2)
    assert settings.discord_token == SecretStr("padded")


def test_owners_are_listed_with_commas(load):
    assert load(OWNER_IDS="1, 2,").owner_ids == (1, 2)


def test_relays_are_tables_in_a_file_and_json_in_the_environment(load):
    table = '[[relays]]\nchannel_id = 7\npatterns = ["<{name}> {text}"]\nsystem = ["Clan"]'
    wanted = (Relay(channel_id=7, patterns=("<{name}> {text}",), system=("Clan",)),)
    json = '[{"channel_id": 7, "patterns": ["<{name}> {text}"], "system": ["Clan"]}]'

    assert load(toml=table).relays == load(RELAYS=json).relays == wanted


def test_channels_named_for_short_are_relays_unless_they_are_written_out(load):
    settings = load(toml="[[relays]]\nchannel_id = 7\nwebhook_id = 8", RELAY_CHANNEL_IDS="7, 9")

    assert settings.all_relays == (Relay(channel_id=7, webhook_id=8), Relay(channel_id=9))


def test_clans_own_name_is_the_game_speaking(load):
    (relay,) = load(RELAY_CHANNEL_IDS="7").all_relays

    assert relay.read_as("Stub & Co").is_system("stub & co")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param('channel_id = 7\npatterns = ["{name}"]', "{text} once", id="no text"),
        pytest.param("channel_id = 7\npatterns = []", "at least 1 item", id="no pattern"),
        pytest.param("webhook_id = 7", "required", id="no channel"),
        pytest.param("channel_id = 7\nchanel = 8", "not permitted", id="no such key"),
    ],
)
def test_relay_that_cannot_be_read_is_told(load, table, said):
    with pytest.raises(ConfigError, match=r"RELAYS \(clanstats.toml\)") as refusal:
        load(toml=f"[[relays]]\n{table}")

    assert said in str(refusal.value)


def test_every_problem_is_named_at_once_with_its_place_and_its_fix(load):
    with pytest.raises(ConfigError) as refusal:
        load(
            needs=("discord_token", "wom_group_id"),
            toml='timezon = "UTC"\nlog_level = "LOUD"',
            dotenv="HARVEST_EVERY=5\nDISCORD_TOKN=x\nCOMPOSE_PROJECT_NAME=theirs",
            WOM_GROUP_ID="our clan",
            TIMEZONE="Europe/Lodnon",
            OWNER_IDS="me,you",
        )

    heading, *lines = str(refusal.value).splitlines()
    assert heading == "The settings can't be used:"
    assert [" ".join(line.split()[:2]) for line in lines] == [
        "DISCORD_TOKEN is",
        "WOM_GROUP_ID (environment)",
        "TIMEZONE (environment)",
        "LOG_LEVEL (clanstats.toml)",
        "HARVEST_EVERY (.env)",
        "OWNER_IDS (environment)",
        "timezon (clanstats.toml)",
        "discord_tokn (.env)",
    ]
    assert "is missing. Copy it from" in lines[0]
    assert "Did you mean Europe/London?" in lines[2]
    assert "'DEBUG', 'INFO', 'WARNING' or 'ERROR'" in lines[3]
    assert "greater than or equal to 15" in lines[4]
    assert "isn't a setting. Did you mean timezone?" in lines[6]


def test_what_a_command_does_not_need_may_be_missing(load):
    settings = load(needs=("wom_group_id",), WOM_GROUP_ID="139")

    assert settings.discord_token is None


def test_blank_value_does_not_count_as_given(load):
    with pytest.raises(ConfigError, match="DISCORD_TOKEN is missing"):
        load(needs=("discord_token",), DISCORD_TOKEN="  ")


@pytest.mark.parametrize(
    "name", sorted(set(Settings.model_fields) - {"wom_contact", "backup_dir", "ranks_file"})
)
def test_wrong_value_is_never_repeated(load, name):
    with pytest.raises(ConfigError) as refusal:
        load(**{name.upper(): CANARY})

    assert name.upper() in str(refusal.value)
    assert "hunter2" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None


def test_wrong_value_is_not_repeated_by_settings_built_directly():
    with pytest.raises(ValidationError) as refusal:
        Settings(harvest_every=CANARY)

    assert "hunter2" not in str(refusal.value)


def test_contact_is_one_line_for_it_becomes_a_header(load):
    with pytest.raises(ConfigError, match=r"WOM_CONTACT .* one line"):
        load(WOM_CONTACT="me\nHost: elsewhere")


def test_file_saved_with_a_byte_order_mark_is_read(load):
    assert load(dotenv="\ufeffWOM_GROUP_ID=139").wom_group_id == 139


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Europe", id="a folder of timezones"),
        pytest.param("/etc/passwd", id="an absolute path"),
        pytest.param("../UTC", id="a path upwards"),
    ],
)
def test_timezone_is_no_path(load, name):
    with pytest.raises(ConfigError, match=r"TIMEZONE .* isn't a timezone"):
        load(TIMEZONE=name)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        pytest.param("clanstats.toml", b"a = 1\ntimezone = x", "line 2", id="broken TOML"),
        pytest.param("clanstats.toml", b'a = "\xff"', "UTF-8", id="TOML in another encoding"),
        pytest.param(".env", b"A=\xff", "UTF-8", id=".env in another encoding"),
    ],
)
def test_file_that_cannot_be_read_is_named(tmp_path, file, content, said):
    (tmp_path / file).write_bytes(content)

    with pytest.raises(ConfigError, match=rf"{file} can't be read: .*{said}"):
        load_settings(env={}, folder=tmp_path)


def test_secrets_are_shown_neither_by_repr_nor_by_redacted(load):
    settings = load(**SECRETS)

    shown = repr(settings) + str(settings) + repr(redacted(settings))

    for secret in secret_values(settings):
        assert secret not in shown


def test_redacted_tells_what_is_set_and_what_is_not(load):
    shown = redacted(load(**SECRETS | {"WOM_API_KEY": ""}))

    assert shown["discord_token"] == "***"
    assert shown["wom_api_key"] is None
    assert shown["database_url"] == "postgresql+asyncpg://clan:***@db/clanstats"
    assert shown["timezone"] == "UTC"
    assert shown.keys() == Settings.model_fields.keys()


def test_secret_values_are_all_that_a_log_must_mask(load):
    assert set(secret_values(load(**SECRETS))) == {
        "token-of-the-bot",
        "key-of-the-clan",
        "123-456-789",
        "p%40ss/word",
        "p@ss/word",
    }
    assert secret_values(Settings()) == ()


def test_settings_without_a_password_lose_nothing_in_the_log():
    assert redacted(Settings())["database_url"] == Settings().database_url


def test_example_file_says_what_the_defaults_are(load):
    assert load(dotenv=EXAMPLE.read_text(encoding="utf-8")) == Settings()


def test_example_file_has_every_setting_once_and_no_other():
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    keys = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]

    assert sorted(keys) == sorted(name.upper() for name in Settings.model_fields)


def test_example_file_explains_every_setting():
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()

    for before, line in pairwise(lines):
        assert before.startswith("#") or not line or line.startswith("#"), line


def test_every_setting_says_how_to_get_it_right():
    assert all(field.description for field in Settings.model_fields.values())
