"""``python -m tests.docs``: how many blocks there are, and which are not run."""

from tests.docs.blocks import blocks, pages

RUN = ("console", "yaml", "python")


def main() -> None:
    """Print the count and the reasons."""
    found = [block for page in pages() for block in blocks(page) if block.language in RUN]
    left = [block for block in found if block.reason is not None]
    for language in RUN:
        of_kind = [block for block in found if block.language == language]
        print(f"{language}: {len(of_kind)}, not run: {sum(block in left for block in of_kind)}")
    print(f"{len(found) - len(left)} blocks executed, {len(left)} marked as not run")
    for block in left:
        print(f"  {block.place}: {block.reason}")


main()
