import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hpsearch.document.quantities import duration, parse_duration, parse_size, size


@given(st.integers(1, 10**9))
def test_durations_are_read_back(milliseconds: int) -> None:
    """Every duration in whole milliseconds is read back unchanged."""
    assert parse_duration(duration(milliseconds / 1000)) == pytest.approx(milliseconds / 1000, rel=1e-12)


@pytest.mark.parametrize("text", ["", "0s", "90", "1.5h", "10m1h", "-1s", "1s "])
def test_wrong_duration(text: str) -> None:
    """A duration needs units in descending order and is above 0."""
    assert parse_duration(text) is None


@given(st.sampled_from("KMGT"), st.integers(1, 1023))
def test_sizes_are_read_back(unit: str, count: int) -> None:
    """Every amount of memory in whole units is read back unchanged."""
    written = f"{count}{unit}B"
    parsed = parse_size(written)
    assert parsed is not None
    assert size(parsed) == written


@given(st.sampled_from("KMGT"), st.integers(1, 10**12 - 1))
@example("M", 1_500_000)
@example("G", 1001)
def test_sizes_with_decimals_stay_the_same_bytes(unit: str, thousandths: int) -> None:
    """Every amount in a config has the same number of bytes in the stored config."""
    parsed = parse_size(f"{thousandths / 1000:.3f}{unit}B")
    if parsed is not None:
        assert parse_size(size(parsed)) == parsed


@pytest.mark.parametrize(
    ("text", "written"), [("1500MB", "1500MB"), ("2048MB", "2GB"), ("1.5GB", "1.5GB"), ("0.3KB", "0.3KB")]
)
def test_a_size_is_written_in_the_largest_unit_that_holds_it(text: str, written: str) -> None:
    """It has at most three decimals."""
    assert size(parse_size(text) or 0) == written


@pytest.mark.parametrize(
    ("text", "count"), [("4GiB", 4 * 2**30), ("1.5 KB", 1536), ("0KB", None), ("4", None)]
)
def test_size(text: str, count: int | None) -> None:
    """Units of memory are powers of 1024, and an amount needs a unit."""
    assert parse_size(text) == count
