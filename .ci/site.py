"""Hooks of MkDocs: pages that are made from files outside docs/, and links that lead to them."""

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Files of the repository, and the pages that they become."""

_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_LINK = re.compile(r"(?<=\]\()([^)#:\s]+)(#[^)\s]*)?(?=\))")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the chapters of the tutorial into the navigation."""
    chapters = sorted((ROOT / "docs" / "tutorial").glob("*.md"))
    for entry in config.nav or []:
        if "Tutorial" in entry:
            entry["Tutorial"] = [f"tutorial/{chapter.name}" for chapter in chapters]
    config.nav = [entry for entry in config.nav or [] if entry.get("Tutorial", True)]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside docs/."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    files.append(File.generated(config, "gallery.md", content=gallery()))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Leave comments out, and turn links to files of the repository into links to pages."""
    place = next((ROOT / source for source, made in PAGES.items() if made == page.file.src_uri), None)
    place = place or ROOT / "docs" / page.file.src_uri
    up = "../" * page.file.src_uri.count("/")

    def link(match: re.Match[str]) -> str:
        target = (place.parent / match[1]).resolve()
        if not target.is_relative_to(ROOT):
            return match[0]
        name = target.relative_to(ROOT).as_posix()
        if name in PAGES:
            return f"{up}{PAGES[name]}{match[2] or ''}"
        if name.startswith("docs/"):
            return f"{up}{name.removeprefix('docs/')}{match[2] or ''}"
        if name.startswith("configs"):
            anchor = f"#{target.name.replace('.', '')}" if target.is_file() else ""
            return f"{up}gallery.md{anchor}"
        return f"{up}contributing.md"  # it says where the other files are

    return _LINK.sub(link, _COMMENT.sub("", markdown))


def gallery() -> str:
    """The examples of configs/, each with its header."""
    parts = [
        "# Examples\n\nThe files in `configs/`. Each can be run as it is: `hpsearch run configs/NAME.yaml`.\n"
    ]
    for path in sorted((ROOT / "configs").glob("*.yaml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        count = next(row for row, line in enumerate(lines) if not line.startswith("#"))
        about = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines[:count])
        about = re.sub(r"^  (?=\S)", "    ", about, flags=re.MULTILINE)
        parts.append(f"## {path.name}\n\n{about}\n\n```yaml\n" + "\n".join(lines[count:]) + "\n```\n")
    for path in sorted((ROOT / "configs" / "code").iterdir()):
        if path.is_file():
            language = {".py": "python", ".awk": "awk"}.get(path.suffix, "text")
            code = path.read_text(encoding="utf-8")
            parts.append(f"## {path.name}\n\n```{language}\n{code}```\n")
    return "\n".join(parts)
