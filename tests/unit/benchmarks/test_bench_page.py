"""Each benchmark keeps its own section of the page."""

from benchmarks import page


def test_a_section_takes_the_place_of_the_one_with_its_title(tmp_path) -> None:
    path = tmp_path / "benchmarks.md"
    page.write(path, "The engine", "old")
    page.write(path, "Pushing", "fast")
    page.write(path, "The engine", "new")
    text = path.read_text()
    assert text.startswith("# Benchmarks\n")
    assert text.index("## The engine\n\nnew\n") < text.index("## Pushing\n\nfast\n")
    assert "old" not in text


def test_the_machine_is_named_by_what_it_can_do() -> None:
    assert "cores" in page.MACHINE
    assert "Python 3." in page.MACHINE
