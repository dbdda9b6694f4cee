"""The share that each party and each host has of the webhooks that are sent at one time."""

from collections import Counter

from server.jobs.model.webhook import Webhook
from server.jobs.webhooks.sending_places import (
    PLACES,
    PLACES_EACH,
    PLACES_PER_HOST,
    SendingPlaces,
)


def webhooks(owner: str, *hosts: str, each: int = 10) -> list[Webhook]:
    """Return webhooks of one key, `each` to every host."""
    return [
        Webhook(
            id=f"{owner}-{host}-{number}",
            job_id="j",
            url=f"https://{host}",
            host=host,
            owner=owner,
            event="completed",
            created_at=0,
            next_at=number,
        )
        for number in range(each)
        for host in hosts
    ]


def test_a_party_has_its_share_alone() -> None:
    places = SendingPlaces()
    many = webhooks("a", *(f"h{number}" for number in range(30)))
    assert len(list(places.take(many))) == PLACES_EACH
    assert list(places.take(many)) == []
    assert [webhook.owner for webhook in places.take([*many, *webhooks("b", "x")])] == ["b", "b"]


def test_a_host_has_its_places_however_many_name_it() -> None:
    places = SendingPlaces()
    due = [*webhooks("a", "x"), *webhooks("b", "x")]
    taken = list(places.take(due))
    assert len(taken) == PLACES_PER_HOST
    assert {webhook.owner for webhook in taken} == {"a", "b"}
    places.release(taken[0])
    [next_one] = places.take(due[1:])
    assert next_one.owner == taken[0].owner


def test_without_keys_each_host_is_a_party() -> None:
    places = SendingPlaces()
    taken = list(places.take(webhooks("", *(f"h{number}" for number in range(30)))))
    counts = Counter(webhook.host for webhook in taken)
    assert (len(taken), max(counts.values())) == (PLACES, 1)


def test_the_next_free_place_is_for_a_party_that_has_none() -> None:
    places = SendingPlaces()
    due = [hook for key in "abcde" for hook in webhooks(key, *(f"{key}{n}" for n in range(5)))]
    taken = list(places.take(due))
    counts = Counter(webhook.owner for webhook in taken)
    assert (len(taken), sorted(counts.values())) == (PLACES, [3, 3, 3, 3, 4])
    newcomer = webhooks("z", "z")
    assert list(places.take([*due, *newcomer])) == []
    places.release(taken[0])
    assert [webhook.owner for webhook in places.take([*due[1:], *newcomer])] == ["z"]
