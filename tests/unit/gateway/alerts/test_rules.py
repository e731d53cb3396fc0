"""Each rule: what raises it, what is just short of it, and that it is raised once."""

from dataclasses import replace

import pytest

from gateway.alerts.patrol import MARK
from gateway.journal import Happening
from storage.rows import alerts as rows_of_alerts
from storage.rows import transfers
from tests.unit.gateway.alerts.yard import DAY_S, Yard, lenient, visitor


async def test_an_ordinary_opening_raises_nothing(yard: Yard) -> None:
    held = await yard.opened(await yard.transfer())
    await yard.pulled(held, 3)
    assert await yard.rules() == []


async def test_a_partner_seen_elsewhere_than_declared_is_refused_and_told_of_once(
    yard: Yard,
) -> None:
    row = await yard.transfer()
    assert await yard.contradicted(row, visitor("FR"))
    assert await yard.contradicted(row, visitor("FR"))
    assert await yard.rules() == ["declared-not-observed"]
    (alert,) = await yard.alerts()
    assert (alert.row.declared, alert.row.observed) == ("DE", "FR")
    assert alert.about is not None
    assert alert.about == {"refused": 1, "partner": yard.partner.id}
    assert (await yard.kinds()).count("destination.contradicted") == 1


async def test_where_disagreement_is_only_logged_it_is_told_of_all_the_same(yard: Yard) -> None:
    lenient(yard)
    assert not await yard.contradicted(await yard.transfer(), visitor("FR"))
    assert await yard.rules() == ["declared-not-observed"]


async def test_an_unknown_country_contradicts_nothing(yard: Yard) -> None:
    assert not await yard.contradicted(await yard.transfer(), visitor(None))
    assert await yard.rules() == []


async def test_a_country_is_new_only_for_a_partner_that_was_seen_elsewhere(yard: Yard) -> None:
    await yard.opened(await yard.transfer(), visitor("DE"))
    await yard.opened(await yard.transfer(), visitor("DE"))
    assert await yard.rules() == []
    await yard.opened(await yard.transfer(), visitor("AT"))
    await yard.opened(await yard.transfer(), visitor("AT"))
    assert await yard.rules() == ["first-seen-country"]
    await yard.add_partner("AT")
    await yard.opened(await yard.transfer(), visitor("AT"))
    assert await yard.rules() == ["first-seen-country"]


async def test_a_network_is_new_when_its_system_was_never_seen(yard: Yard) -> None:
    await yard.opened(await yard.transfer(), visitor(asn=64500))
    await yard.opened(await yard.transfer(), visitor(asn=64500, network="198.51.100.0/24"))
    assert await yard.rules() == []
    await yard.opened(await yard.transfer(), visitor(asn=64501))
    assert await yard.rules() == ["first-seen-network"]


async def test_a_link_used_from_several_networks_may_have_been_passed_on(yard: Yard) -> None:
    row = await yard.transfer()
    held = await yard.opened(row, visitor(network="192.0.2.0/24"))
    await yard.used(held, visitor(network="198.51.100.0/24"))
    await yard.used(held, visitor(network="198.51.100.0/24"))
    assert await yard.rules() == []
    await yard.opened(row, visitor(network="203.0.113.0/24"))
    assert await yard.rules() == ["forwarded-link"]


async def test_many_files_within_the_span_are_a_mass_pull(yard: Yard) -> None:
    first = await yard.opened(await yard.transfer())
    await yard.pulled(first, 3)
    yard.clock.turn(3601)
    second = await yard.opened(await yard.transfer())
    await yard.pulled(second, 3)
    assert await yard.rules() == []
    third = await yard.opened(await yard.transfer())
    await yard.pulled(third, 1)
    assert await yard.rules() == ["mass-pull"]


async def test_a_dormant_partner_that_opens_again_is_told_of(yard: Yard) -> None:
    await yard.opened(await yard.transfer())
    yard.clock.turn(29 * DAY_S)
    await yard.opened(await yard.transfer())
    assert await yard.rules() == []
    yard.clock.turn(31 * DAY_S)
    await yard.opened(await yard.transfer())
    assert await yard.rules() == ["dormant-partner"]


async def test_denials_in_a_row_are_a_streak_and_one_allowed_breaks_it(yard: Yard) -> None:
    for state in ("denied", "denied", "active", "denied", "denied"):
        yard.clock.turn(1)
        await yard.transfer(state)
    assert await yard.rules() == []
    yard.clock.turn(1)
    await yard.transfer("denied")
    assert await yard.rules() == ["denied-streak"]


async def test_denials_long_ago_are_no_streak(yard: Yard) -> None:
    for _ in range(5):
        yard.clock.turn(DAY_S * 0.6)
        await yard.transfer("denied")
    assert await yard.rules() == []


async def test_trying_a_revoked_link_is_told_of_and_an_expired_one_is_not(yard: Yard) -> None:
    expired, revoked = await yard.transfer(), await yard.transfer()
    async with yard.rows.transaction() as connection:
        await transfers.end(connection, expired.id, "expired", yard.clock.now)
        await transfers.end(connection, revoked.id, "revoked", yard.clock.now)
    for row in (expired, revoked):
        held = await yard.held(row, session=False)
        await yard.tell(held, Happening.LINK_REFUSED, visitor())
        await yard.tell(held, Happening.DOWNLOAD_REFUSED, visitor())
    assert await yard.rules() == ["revoked-link-tried"]
    (alert,) = await yard.alerts()
    assert alert.row.transfer == revoked.id


async def test_a_drawing_that_is_not_what_was_stored_is_told_of(yard: Yard) -> None:
    held = await yard.opened(await yard.transfer())
    await yard.tell(held, Happening.INTEGRITY_FAILED, None)
    assert await yard.rules() == ["integrity-failed"]


async def test_an_alert_of_an_erased_partner_says_where_and_no_longer_who(yard: Yard) -> None:
    row = await yard.transfer()
    await yard.contradicted(row, visitor("FR"))
    await yard.keyring.shred_subject(yard.partner.subject)
    assert await yard.rules() == ["declared-not-observed"]
    (alert,) = await yard.alerts()
    assert (alert.row.transfer, alert.row.observed) == (row.id, "FR")
    assert alert.about == {}


async def test_what_an_alert_told_of_a_partner_goes_with_the_partner(yard: Yard) -> None:
    await yard.contradicted(await yard.transfer(), visitor("FR"))
    await yard.rules()
    await yard.keyring.shred_subject(yard.partner.subject)
    (alert,) = await yard.alerts()
    assert alert.about is None


async def test_a_patrol_that_was_killed_between_entry_and_row_raises_it_once(yard: Yard) -> None:
    await yard.contradicted(await yard.transfer(), visitor("FR"))
    raising = yard.patrol.raising

    class KilledError(Exception):
        """The process is gone."""

    class Dies:
        async def put(self, *_: object) -> None:
            raise KilledError

    dying = replace(yard.patrol, raising=replace(raising, outbox=Dies()))
    with pytest.raises(KilledError):
        await dying.round()
    assert await yard.alerts() == []
    assert (await yard.kinds()).count("alert.raised") == 1
    assert await yard.rules() == ["declared-not-observed"]
    assert (await yard.kinds()).count("alert.raised") == 1


async def test_the_patrol_remembers_how_far_it_came(yard: Yard) -> None:
    await yard.opened(await yard.transfer())
    await yard.patrol.round()
    size = (await yard.ledger.head()).size
    async with yard.rows.reading() as connection:
        assert await rows_of_alerts.marked(connection, MARK) == str(size)
