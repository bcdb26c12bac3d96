"""The line before the language model."""

from __future__ import annotations

import threading

from rag.serve.turnstile import Turnstile


def test_who_finds_no_line_goes_through() -> None:
    turnstile = Turnstile(2)
    with turnstile.place() as first, turnstile.place() as second:
        assert list(first.advance()) == list(second.advance()) == []


def test_everyone_knows_how_many_are_ahead_and_moves_up_in_order() -> None:
    turnstile = Turnstile(1)
    served: list[int] = []
    seen: list[list[int]] = [[] for _ in range(5)]
    entered = [threading.Event() for _ in range(5)]

    def wait(number: int) -> None:
        with turnstile.place() as place:
            entered[number].set()
            seen[number] += place.advance()
            served.append(number)

    with turnstile.place():
        threads = []
        for number in range(5):
            threads.append(threading.Thread(target=wait, args=(number,)))
            threads[-1].start()
            assert entered[number].wait(timeout=5)
    for thread in threads:
        thread.join(timeout=5)
    assert served == [0, 1, 2, 3, 4]
    for number, told in enumerate(seen):
        assert told == sorted(told, reverse=True)
        assert max(told, default=0) <= number + 1


def test_who_leaves_the_line_lets_the_others_move_up() -> None:
    turnstile = Turnstile(1)
    with turnstile.place():
        second, third = turnstile.place(), turnstile.place()
        second.__enter__()
        last = third.__enter__()
        waiting = last.advance()
        assert next(waiting) == 2
        second.__exit__(None, None, None)
        assert next(waiting) == 1
        waiting.close()
        third.__exit__(None, None, None)
    with turnstile.place() as place:
        assert list(place.advance()) == []


def test_a_lull_ends_when_somebody_asks_and_is_waited_for() -> None:
    turnstile = Turnstile(2)
    asked, through = threading.Event(), threading.Event()

    def ask() -> None:
        with turnstile.place() as place:
            asked.set()
            assert list(place.advance()) == []
            through.set()

    with turnstile.lull() as wanted:
        assert wanted()
        thread = threading.Thread(target=ask)
        thread.start()
        assert asked.wait(timeout=5)
        assert not wanted()
        assert not through.is_set()
    thread.join(timeout=5)
    assert through.is_set()


def test_there_is_one_thing_in_a_lull_and_none_beside_a_question() -> None:
    turnstile = Turnstile(2)
    with turnstile.lull() as wanted:
        with turnstile.lull() as another:
            assert not another()
        assert wanted()
    with turnstile.place(), turnstile.lull() as wanted:
        assert not wanted()
    with turnstile.lull() as wanted:
        assert wanted()
