"""Mail: over TLS or not at all, to who is there still, in words that name nobody."""

import asyncio
import ssl
from email.message import Message

import pytest

from gateway.notify.errors import DeliveryError
from gateway.notify.mail import Tls
from tests.services.certificates import authority
from tests.unit.gateway.notify.conftest import ADDRESS, Post, relay_at
from tests.unit.gateway.notify.receivers import Mailbox, relay


def text_of(message: Message) -> str:
    raw = message.get_payload(decode=True)
    assert isinstance(raw, bytes)
    return raw.decode()


async def test_a_reviewer_is_told_that_there_is_an_alert_and_of_nobody(post: Post) -> None:
    mailbox = Mailbox()
    async with relay(mailbox) as port:
        alert = await post.alert()
        assert await post.courier(relay_at(port)).round() == 1
    (message,) = mailbox.messages
    assert mailbox.taken[0].rcpt_tos == [ADDRESS]
    assert message["Subject"] == "Drawbridge: critical alert"
    assert message["Auto-Submitted"] == "auto-generated"
    said = text_of(message)
    assert f"https://gateway.example/alerts/{alert}" in said
    for name in (post.yard.partner.id, "zauberfluss", "192.0.2", "bracket"):
        assert name not in said
    size = (await post.yard.ledger.head()).size
    entries = await post.yard.ledger.entries(0, size)
    (sent,) = [one for one in entries if one.leaf.kind.value == "notice.sent"]
    assert sent.leaf.facts["reg"] == "SG"


async def test_with_starttls_the_mail_travels_encrypted(post: Post) -> None:
    mailbox, made = Mailbox(), authority("127.0.0.1")
    async with relay(mailbox, starttls=made.server) as port:
        await post.alert()
        assert await post.courier(relay_at(port, Tls.STARTTLS, trust=made.client)).round() == 1
    assert mailbox.encrypted == [True]


async def test_a_relay_that_offers_no_tls_gets_nothing(post: Post) -> None:
    mailbox = Mailbox()
    async with relay(mailbox) as port:
        alert = await post.alert()
        assert await post.courier(relay_at(port, Tls.STARTTLS)).round() == 0
    assert mailbox.taken == []
    (row,) = await post.notices(alert)
    assert row.state == "waiting"


async def test_a_relay_that_is_somebody_else_gets_nothing(post: Post) -> None:
    mailbox, made = Mailbox(), authority("127.0.0.1")
    async with relay(mailbox, starttls=made.server) as port:
        await post.alert()
        trust = ssl.create_default_context()
        assert await post.courier(relay_at(port, Tls.STARTTLS, trust=trust)).round() == 0
    assert mailbox.taken == []


async def test_a_password_is_given_to_the_relay_that_asks_for_one(post: Post) -> None:
    mailbox, made = Mailbox(), authority("127.0.0.1")
    async with relay(mailbox, starttls=made.server, password="let me in") as port:
        await post.alert()
        known = {"username": "gateway", "trust": made.client}
        wrong = relay_at(port, Tls.STARTTLS, password="open sesame", **known)
        assert await post.courier(wrong).round() == 0
        assert mailbox.taken == []
        right = relay_at(port, Tls.STARTTLS, password="let me in", **known)
        await right.send("m2", ADDRESS, "again", "again\n", post.clock())
    assert len(mailbox.taken) == 1


@pytest.mark.parametrize(("says", "state"), [("451 later", "waiting"), ("550 never", "given-up")])
async def test_what_may_pass_is_tried_again_and_what_will_not_is_given_up(
    post: Post, says: str, state: str
) -> None:
    async with relay(Mailbox(says=[says])) as port:
        alert = await post.alert()
        await post.courier(relay_at(port)).round()
    (row,) = await post.notices(alert)
    assert (row.state, row.failure) == (state, f"relay-said-{says[:3]}")


async def test_a_refused_recipient_is_given_up(post: Post) -> None:
    mailbox = Mailbox(recipient_says="550 nobody here")
    async with relay(mailbox) as port:
        with pytest.raises(DeliveryError, match="relay-said-550") as caught:
            await relay_at(port).send("m", ADDRESS, "s", "t\n", post.clock())
    assert caught.value.final


async def test_a_relay_that_is_away_is_tried_again(post: Post) -> None:
    async with relay(Mailbox()) as port:
        pass
    alert = await post.alert()
    await post.courier(relay_at(port)).round()
    (row,) = await post.notices(alert)
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.failure is not None
    assert row.failure.startswith("relay-")


async def test_somebody_who_was_erased_is_not_told(post: Post) -> None:
    mailbox = Mailbox()
    async with relay(mailbox) as port:
        alert = await post.alert()
        await post.yard.keyring.shred_subject(post.reviewer.subject)
        await post.courier(relay_at(port)).round()
    assert mailbox.taken == []
    (row,) = await post.notices(alert)
    assert (row.state, row.failure) == ("given-up", "recipient-gone")


async def test_of_two_couriers_one_delivers(post: Post) -> None:
    mailbox = Mailbox()
    async with relay(mailbox) as port:
        await post.alert()
        one, other = post.courier(relay_at(port)), post.courier(relay_at(port))
        assert sum(await asyncio.gather(one.round(), other.round())) == 1
    assert len(mailbox.taken) == 1
