"""The vectors in memory: bounded, and what was used last stays."""

import numpy as np

from vectorstore.memory import Recent


def test_beyond_its_capacity_the_one_unused_for_longest_goes() -> None:
    recent = Recent(2)
    first, second, third = (np.full((1, 2), number, dtype=np.float32) for number in range(3))
    recent.put(("english", ("1",)), first)
    recent.put(("english", ("2",)), second)
    assert recent.get(("english", ("1",))) is first
    recent.put(("english", ("3",)), third)
    assert len(recent) == 2
    assert recent.get(("english", ("2",))) is None
    assert recent.get(("english", ("1",))) is first
    assert recent.get(("multilingual", ("1",))) is None
