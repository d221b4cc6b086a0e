"""Which commands does the demonstration run, and what does it press?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demo.casting import Cast


@dataclass(frozen=True, slots=True)
class Scene:
    """A command to run, what to press on its reply, and the name of its files."""

    name: str
    command: str
    options: dict[str, Any]
    press: str = ""  # a button, by how its label or emoji begins
    viewer: int = 0  # who runs it: the officer, or another one of the page's viewers


def scenes(people: Cast) -> Sequence[Scene]:
    """What is shown: every command, with the answers that matter."""
    return (
        *_leaderboards(people),
        *_players(people),
        *_links(people),
        Scene("away_set", "away set", {"until": "2w", "reason": "the sea"}),
        Scene("away_list", "away list", {}),
        *_officers(people),
        Scene("summary_preview", "summary preview", {}),
        Scene("summary_my_week", "summary preview", {}, press="My week"),
        Scene("summary_preview_officers", "summary preview", {"kind": "weekly_officers"}),
        Scene("summary_preview_month", "summary preview", {"kind": "monthly"}),
        Scene("summary_preview_year", "summary preview", {"kind": "yearly"}),
        Scene("summary_schedule", "summary schedule", {}),
        Scene("harvest_status", "harvest status", {}),
        Scene("harvest_run", "harvest run", {"source": "wom"}),
        Scene("privacy_show", "privacy show", {}),
        Scene("privacy_hide", "privacy hide", {"scope": "game"}),
        Scene("privacy_hidden_board", "leaderboard", {"metric": "overall"}),
        Scene("privacy_unhide", "privacy hide", {"on": False}),
        Scene("privacy_export", "privacy export", {}),
        Scene("privacy_delete", "privacy delete", {"scope": "all"}, press="Delete"),
        Scene("backup_now", "backup now", {}),
        Scene("backup_list", "backup list", {}),
        Scene("backup_verify", "backup verify", {}),
        Scene("health", "health", {}),
        Scene("help", "help", {}),
        Scene("harvest_pause", "harvest pause", {"source": "wom"}),
        Scene("harvest_backfill", "harvest backfill", {"source": "wom"}),
    )


def _leaderboards(people: Cast) -> Sequence[Scene]:
    talk = {"metric": "messages", "period": "365d"}
    return (
        Scene("leaderboard", "leaderboard", {"metric": "overall"}),
        Scene("leaderboard_page_2", "leaderboard", {"metric": "overall"}, press="▶"),
        Scene("leaderboard_unknown", "leaderboard", {"metric": "overall"}, press="Unknown"),
        Scene("leaderboard_boss", "leaderboard", {"metric": people.boss}),
        Scene("leaderboard_boss_90d", "leaderboard", {"metric": people.boss, "period": "90d"}),
        Scene("leaderboard_ehb_365d", "leaderboard", {"metric": "ehb", "period": "365d"}),
        Scene("leaderboard_level_all", "leaderboard", {"metric": "total_level", "period": "all"}),
        Scene(
            "leaderboard_as_of",
            "leaderboard",
            {"metric": "overall", "period": "30d", "as_of": "2026-06-01"},
        ),
        Scene("leaderboard_before", "leaderboard", {"metric": "overall", "as_of": "2020-01-01"}),
        Scene("leaderboard_private", "leaderboard", {"metric": "ehp", "private": True}),
        Scene("leaderboard_messages", "leaderboard", {"metric": "messages"}),
        Scene("leaderboard_messages_unknown", "leaderboard", talk, press="Unknown"),
        Scene("leaderboard_heat_map", "leaderboard", talk, press="Heat map"),
        Scene("leaderboard_voice", "leaderboard", {"metric": "voice", "period": "90d"}),
        Scene("leaderboard_unknown_metric", "leaderboard", {"metric": "zulra"}),
    )


def _players(people: Cast) -> Sequence[Scene]:
    me = people.own
    return (
        Scene("stats_own", "stats", {}),
        Scene("stats_player_90d", "stats", {"player": me, "period": "90d"}),
        Scene("stats_skills", "stats", {"player": me}, press="Skills"),
        Scene("stats_bosses", "stats", {"player": me}, press="Bosses"),
        Scene("stats_activity", "stats", {"player": me, "period": "90d"}, press="Activity"),
        Scene("stats_all", "stats", {"player": me, "period": "all"}),
        Scene("stats_all_bosses", "stats", {"player": me, "period": "all"}, press="Bosses"),
        Scene("stats_range", "stats", {"player": me, "period": "2026-06-01..2026-06-30"}),
        Scene("stats_renamed", "stats", {"player": people.renamed}),
        Scene("stats_second_account", "stats", {"player": people.second}),
        Scene("stats_game_chat_only", "stats", {"player": people.heard}, press="Activity"),
        Scene("stats_never_heard", "stats", {"player": people.silent}, press="Activity"),
        Scene("rank", "rank", {}),
        Scene("compare", "compare", {"a": me, "b": people.second}),
        Scene("fun_spotlight", "fun spotlight", {}),
        Scene("fun_outliers", "fun outliers", {}),
        Scene("fun_words", "fun words", {}),
        Scene("clan", "clan", {}),
        Scene("clan_hours", "clan", {"view": "heatmap", "period": "90d"}),
        Scene("clan_quadrant", "clan", {"view": "quadrant"}),
        Scene("clan_retention", "clan", {"view": "retention"}),
        Scene("clan_records", "clan", {"view": "records"}),
        Scene("stats_private", "stats", {"player": me, "private": True}),
        Scene("stats_unknown_player", "stats", {"player": "Nobody Here"}),
        Scene("stats_bad_period", "stats", {"player": me, "period": "soon"}),
    )


def _officers(people: Cast) -> Sequence[Scene]:
    return (
        Scene("promotions", "promotions", {}),
        Scene("promotions_why", "promotions", {}, press="Why"),
        Scene("promotions_almost", "promotions", {"show": "almost"}),
        Scene("promotions_player", "promotions", {"player": people.own}),
        Scene("promotions_approve", "promotions", {}, press="Approve"),
        Scene("promotions_hold", "promotions", {}, press="Hold"),
        Scene("promotions_pending", "promotions", {"show": "pending in game"}),
        Scene("promotions_history", "promotions", {"show": "history"}),
        Scene("promotions_held", "promotions", {"show": "held"}),
        Scene("promotions_rule", "promotions", {"rule": "social-pillar"}),
        Scene("promotions_of_rank", "promotions", {"rank": "onyx"}),
        Scene("promotions_as_of", "promotions", {"as_of": "2026-09-01"}),
        Scene("inactive_ready", "inactive", {"show": "ready"}),
        Scene("inactive", "inactive", {"days": 30, "signal": "game"}),
        Scene("inactive_at_risk", "inactive", {"show": "at risk"}),
        Scene("inactive_unknown", "inactive", {"show": "unknown"}),
        Scene("inactive_to_notify", "inactive", {"show": "candidates"}),
        Scene("inactive_notice", "inactive", {"show": "candidates"}, press="Send notice"),
        Scene("inactive_noticed", "inactive", {"show": "noticed"}),
        Scene("inactive_rank", "inactive", {"rank": "sapphire"}),
        Scene("inactive_exempt", "inactive", {"days": 30, "signal": "game"}, press="Exempt"),
        Scene("inactive_exempted", "inactive", {"show": "exempt"}),
        Scene("inactive_away", "inactive", {"show": "away"}),
        Scene("case_strike", "case strike", {"player": people.heard, "reason": "Spam, twice"}),
        Scene("case_note", "case note", {"player": people.second, "reason": "Helps new members"}),
        Scene("case_list", "case list", {}),
        Scene("points_add", "points add", _bingo(people)),
        Scene("points_history", "points history", {}),
        Scene("audit_log", "audit log", {}),
        Scene("audit_undo", "audit undo", {"id": 22}),
        Scene("setup_role", "setup role", {"rank": "ruby"}),
        Scene("roster_drift", "roster drift", {}),
        Scene("roster_drift_fixed", "roster drift", {}, press="Fix roles"),
        Scene("roster_unlinked", "roster unlinked", {}),
        Scene("roster_names", "roster names", {}),
        Scene("roster_sync", "roster sync", {"dry_run": True}),
        Scene("export", "export", {"what": "all"}),
    )


def _bingo(people: Cast) -> dict[str, Any]:
    players = f"{people.own}, {people.heard}"
    return {"ledger": "events", "players": players, "amount": 50, "reason": "Bingo"}


def _links(people: Cast) -> Sequence[Scene]:
    """The second viewer has two accounts and asks for a third; the officer sees to it."""
    return (
        Scene("link_list", "link list", {}, viewer=1),
        Scene("link_main", "link main", {"player": people.second}, viewer=1),
        Scene("link_add", "link add", {"player": people.heard}, viewer=1),
        Scene("link_add_taken", "link add", {"player": people.own}, viewer=1),
        Scene("link_list_pending", "link list", {"show": "pending"}),
        Scene("link_list_suggestions", "link list", {"show": "suggestions"}),
        Scene("link_list_linked", "link list", {"show": "linked"}),
    )
