"""Webhooks: signed as the standard says, called until they answer, never inside by accident."""

from dataclasses import replace

import pytest

from gateway.journal import JournalUnavailableError
from gateway.notify.addresses import Addresses, GuardedResolver
from gateway.notify.errors import DeliveryError, WebhookAddressError, WebhookMissingError
from storage.ledger.events import Slot
from tests.unit.gateway.notify.conftest import Post
from tests.unit.gateway.notify.receivers import Hook, receiver

# Built of its parts, so that nobody takes it for an address to call.
INSIDE = ("127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[::1]")


async def test_a_receiver_verifies_what_came_and_learns_of_nobody(post: Post) -> None:
    hook = Hook()
    async with receiver(hook) as port:
        made = await post.webhooks.add(post.admin, f"http://127.0.0.1:{port}/in", "SG")
        assert made.secret is not None
        alert = await post.alert()
        assert await post.courier(None).round() == 1
    (told,) = hook.verified(made.secret)
    assert told["type"] == "alert.raised"
    assert told["data"] == {
        "alert": alert,
        "rule": "declared-not-observed",
        "severity": "critical",
        "state": "open",
        "declared": "DE",
        "observed": "FR",
        "ledger_entry": 1,
        "url": f"https://gateway.example/alerts/{alert}",
    }
    assert post.yard.partner.id.encode() not in hook.came[0][1]
    states = {row.channel: row.state for row in await post.notices(alert)}
    assert states == {"webhook": "sent", "mail": "given-up"}  # there is no relay


async def test_the_log_knows_the_region_before_the_receiver_hears(post: Post) -> None:
    hook = Hook()
    async with receiver(hook) as port:
        made = await post.webhooks.add(post.admin, f"http://127.0.0.1:{port}/in", "SG")
        await post.alert()
        broken = replace(post.courier(None), journal=_Broken())
        await broken.round()
        assert hook.came == []
        post.clock.ahead_s += 3600
        await post.courier(None).round()
    assert len(hook.came) == 1
    size = (await post.yard.ledger.head()).size
    sent = [
        entry
        for entry in await post.yard.ledger.entries(0, size)
        if entry.leaf.kind.value == "notice.sent"
    ]
    assert [entry.leaf.facts["reg"] for entry in sent] == ["SG"]
    slots = await post.yard.ledger.open_slots(sent[0].number)
    assert slots[Slot.RCPT] == {"webhook": made.row.id}


class _Broken:
    """A log that cannot be written."""

    async def write(self, *_: object, **__: object) -> None:
        raise JournalUnavailableError


async def test_a_receiver_that_fails_is_called_again_later_and_later_then_given_up(
    post: Post,
) -> None:
    hook = Hook(answers=[500, 503, 500, 200])
    async with receiver(hook) as port:
        await post.webhooks.add(post.admin, f"http://127.0.0.1:{port}/in", "SG")
        alert = await post.alert()
        courier = post.courier(None)
        waits = []
        for _ in range(4):
            await courier.round()
            (row,) = [one for one in await post.notices(alert) if one.channel == "webhook"]
            waits.append(row.next_at - post.clock().timestamp())
            await courier.round()  # too early: nothing is due
            post.clock.ahead_s += 1000
    assert len(hook.came) == 3
    assert 7 < waits[0] < 13
    assert 15 < waits[1] < 25
    assert (row.state, row.attempts, row.failure) == ("given-up", 3, "receiver-said-500")
    identities = {headers["webhook-id"] for headers, _ in hook.came}
    assert len(identities) == 1  # a receiver can tell that it is the same


async def test_a_receiver_that_is_gone_for_good_is_not_called_again(post: Post) -> None:
    hook = Hook(answers=[410])
    async with receiver(hook) as port:
        await post.webhooks.add(post.admin, f"http://127.0.0.1:{port}/in", "SG")
        alert = await post.alert()
        await post.courier(None).round()
    assert {row.state for row in await post.notices(alert)} == {"given-up"}


async def test_redirections_are_not_followed(post: Post) -> None:
    other = Hook()
    async with receiver(other) as elsewhere:
        hook = Hook([302], headers={"Location": f"http://127.0.0.1:{elsewhere}/"})
        async with receiver(hook) as port:
            await post.webhooks.add(post.admin, f"http://127.0.0.1:{port}/in", "SG")
            await post.alert()
            await post.courier(None).round()
    assert (len(hook.came), other.came) == (1, [])


async def test_a_removed_webhook_is_not_called_and_its_secret_is_gone(post: Post) -> None:
    hook = Hook()
    async with receiver(hook) as port:
        made = await post.webhooks.add(post.admin, f"http://127.0.0.1:{port}/in", "SG")
        alert = await post.alert()
        await post.webhooks.remove(post.admin, made.row.id)
        await post.courier(None).round()
    assert hook.came == []
    assert {row.failure for row in await post.notices(alert)} == {"webhook-gone", "no-relay"}
    assert await post.webhooks.every() == []
    with pytest.raises(WebhookMissingError):
        await post.webhooks.remove(post.admin, made.row.id)


@pytest.mark.parametrize("host", INSIDE)
def test_addresses_inside_are_refused_unless_the_operator_lets_them_in(host: str) -> None:
    with pytest.raises(WebhookAddressError):
        Addresses(allow_private=False).require(f"https://{host}/x")
    Addresses(allow_private=True).require(f"https://{host}/x")
    Addresses(allow_private=True).require(f"http://{host}/x")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/x",
        "ftp://hooks.example/x",
        "https://somebody:secret@hooks.example/x",
        "https://hooks.example/x#part",
        "https:///x",
        "https://hooks.example:99999/x",
        "https://[::1/x",
        "hooks.example/x",
    ],
)
def test_what_is_no_address_for_a_webhook_is_refused(url: str) -> None:
    for allow_private in (False, True):
        with pytest.raises(WebhookAddressError):
            Addresses(allow_private).require(url)


async def test_a_name_that_leads_inside_leads_nowhere(post: Post) -> None:
    resolver = GuardedResolver(Addresses(allow_private=False))
    with pytest.raises(DeliveryError, match="address-not-allowed"):
        await resolver.resolve("localhost", 443)
    hook = Hook()
    async with receiver(hook) as port:
        made = await post.webhooks.add(post.admin, f"http://localhost:{port}/in", "SG")
        strict = replace(post.webhooks, addresses=Addresses(allow_private=False))
        with pytest.raises(DeliveryError, match="address-not-allowed") as caught:
            await strict.call(made.row, "m1", {}, post.clock())
        assert caught.value.final
        found = await GuardedResolver(Addresses(allow_private=True)).resolve("localhost", port)
        assert "127.0.0.1" in {one["host"] for one in found}
    assert hook.came == []
