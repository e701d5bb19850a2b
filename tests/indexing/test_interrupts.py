from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from searchkit import Article, Index
from searchkit.documents import document_of
from searchkit.indexing import transfer
from searchkit.indexing.interrupts import interrupts_deferred


@pytest.fixture(autouse=True)
def default_handler() -> Iterator[None]:
    """
    Have the interrupt key do what it does in every Python program.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_waits_for_the_end_of_the_block() -> None:
    """
    The block is run through, and interrupted then.
    """
    done: list[str] = []

    def work() -> None:
        with interrupts_deferred():
            press()
            done.append("all")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert ["all"] == done
    assert signal.default_int_handler is signal.getsignal(signal.SIGINT)


def test_the_second_does_not_wait() -> None:
    """
    Who presses the key again means it.
    """
    done: list[str] = []

    def work() -> None:
        with interrupts_deferred():
            press()
            done.append("first")
            press()
            done.append("second")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert ["first"] == done


def test_without_a_press_nothing_happens() -> None:
    """
    The handler is as it was before, also after an exception.
    """
    with pytest.raises(ZeroDivisionError), interrupts_deferred():
        raise ZeroDivisionError
    assert signal.default_int_handler is signal.getsignal(signal.SIGINT)


def test_a_program_with_its_own_handler_keeps_it() -> None:
    """
    Whoever embeds the library decides what the key does.
    """
    pressed: list[int] = []
    signal.signal(signal.SIGINT, lambda *_: pressed.append(1))
    with interrupts_deferred():
        press()
        assert [1] == pressed


def test_other_threads_have_no_signals() -> None:
    """
    Writing works in any thread.
    """
    done = []

    def work() -> None:
        with interrupts_deferred():
            done.append(threading.current_thread().name)

    thread = threading.Thread(target=work, name="other")
    thread.start()
    thread.join()
    assert ["other"] == done


def test_a_batch_on_its_way_arrives_in_the_engine(
    index: Index, monkeypatch: pytest.MonkeyPatch, agreed_ids: Callable[..., set[str]]
) -> None:
    """
    After an interrupt in the middle of a batch, nothing is left to be caught up with.
    """
    monkeypatch.setattr(transfer, "BATCH_ARTICLES", 5)
    count = 0

    def pressing(*arguments: object) -> object:
        nonlocal count
        count += 1
        if count == 3:
            press()
        return document_of(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(transfer, "document_of", pressing)
    with pytest.raises(KeyboardInterrupt):
        index.add(Article(id=f"id-{n}", title=f"Number {n}") for n in range(20))
    assert index._engine.generation == index._catalog.generation
    assert {f"id-{n}" for n in range(5)} == agreed_ids(index)
