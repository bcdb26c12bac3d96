"""What was used last, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Values by key; beyond `capacity` the one that was not used for longest goes first.

    A key says all that its value depends on, so no entry ever goes stale.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)

    def get(self, key: Key) -> Value | None:
        """Return a value and note that it was used; None when it is not kept."""
        value = self._kept.get(key)
        if value is not None:
            self._kept.move_to_end(key)
        return value

    def gathered(
        self, wanted: Iterable[str], read: Callable[[list[str]], Mapping[str, Value]], key: Callable[[str], Key]
    ) -> dict[str, Value]:
        """Return what there is of the wanted, in order: what is kept under `key`, and what `read` gives of the rest.

        What was read is kept.
        """
        names = list(dict.fromkeys(wanted))
        found = {name: value for name in names if (value := self.get(key(name))) is not None}
        for name, value in read([name for name in names if name not in found]).items():
            found[name] = value
            self.put(key(name), value)
        return {name: found[name] for name in names if name in found}

    def put(self, key: Key, value: Value) -> None:
        """Keep a value."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
