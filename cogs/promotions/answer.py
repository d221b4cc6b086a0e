"""How is the queue asked for, and what does an officer's press do to it?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from clanstats.decisions import audit
from clanstats.decisions.context import Context, contexts
from clanstats.decisions.deciding import Decided, Verdict, Word, decide_on
from clanstats.decisions.queue import Queue, queue
from clanstats.decisions.record import State
from clanstats.errors import BadInputError
from clanstats.roles import title
from clanstats.rules.decisions import Proposal
from cogs import granting, words
from cogs.granting import Server
from cogs.interactions import Interaction, clan_of
from cogs.promotions.state import PromotionState, fingerprint


async def asked(interaction: Interaction, as_of: datetime | None = None) -> Queue:
    """The queue as it is now, or was."""
    services = interaction.client.services
    async with services.read() as session:
        return await queue(services, session, clan_of(interaction), as_of)


async def context_of(
    interaction: Interaction, found: Queue, shown: Sequence[Proposal]
) -> Mapping[int, Context]:
    """What else there is to know of who is on a page, at the instant that is shown."""
    services, clan = interaction.client.services, clan_of(interaction)
    about = [one.member.player_id for one in shown]
    async with services.read() as session:
        return await contexts(session, clan.clan_id, about, found.now)


def still_due(found: Queue, state: PromotionState) -> Proposal:
    """What a button is about, if the facts are still those that its card showed.

    Raises:
        BadInputError: They aren't: nothing is done.
    """
    for one in found.due:
        if (one.member.player_id, one.rule_id) == (state.player_id, state.rule_id):
            if fingerprint(one, found.judged.book.hash) == state.seen:
                return one
            raise BadInputError(
                f"Nothing was done: what is known of {words.name(one.member.name)} has changed "
                "since this card. `/promotions` shows how it is now."
            )
    raise BadInputError(
        "Nothing was done: that isn't due any longer, or was decided. `/promotions` shows how it "
        "is now."
    )


async def decided(
    interaction: Interaction, found: Queue, proposal: Proposal, verdict: Verdict
) -> str:
    """Do as an officer says; returns what was done, in a line."""
    services, clan = interaction.client.services, clan_of(interaction)
    word = Word(
        verdict,
        found.judged.book.hash,
        found.now,
        by=interaction.user.id,
        now=services.clock(),
    )
    async with services.write() as session:
        done = await decide_on(session, clan.clan_id, proposal, word)
    name = words.name(proposal.member.name)
    if done.state is State.OPEN:
        against = f", {done.against} against" if done.against else ""
        return f"**{name}**: {done.agreed} for it{against}; it takes {done.needed} officers."
    if done.state is not State.APPROVED:
        return f"**{name}**: {done.state}."
    if proposal.to_rank is None:
        return f"**{name}**: noted; the rank is yours to choose."
    on_discord = await _roles(interaction, proposal, done)
    return f"**{name}** → {title(proposal.to_rank)}: approved{on_discord}"


async def _roles(interaction: Interaction, proposal: Proposal, done: Decided) -> str:
    services = interaction.client.services
    changed = await granting.change_rank(
        Server.of(interaction),
        proposal.member.player_id,
        to_rank=proposal.to_rank,
        from_rank=proposal.from_rank,
    )
    if changed:
        async with services.write() as session:
            await audit.note_roles(
                session, done.entry_id, given=changed.given, taken=changed.taken, of=changed.of
            )
    said = granting.words(changed)
    return f" · {said} · in game pending" if said else " · in game pending"
