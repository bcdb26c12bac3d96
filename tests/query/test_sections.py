"""Categories of arXiv as questions name them."""

import pytest

from rag.query.sections import categories_in, without_categories


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("What's in the graphics section?", ("cs.GR",)),
        ("List the papers in the category of robotics", ("cs.RO",)),
        ("图形学类有哪些论文？", ("cs.GR",)),
        ("Papers in cs.CV and cs.LG", ("cs.CV", "cs.LG")),
        ("Which robotics papers use radar?", ()),
        ("图像分类器的论文", ()),
    ],
)
def test_a_section_is_named_by_code_or_by_name(text: str, codes: tuple[str, ...]) -> None:
    assert categories_in(text) == codes


def test_the_name_of_a_category_goes_with_its_code() -> None:
    assert without_categories("Any robotics papers, cs.RO?").split() == ["Any", "papers,", "?"]
    assert without_categories("Any robotics papers?") == "Any robotics papers?"
