"""The frame of every page, and the parts that change while it is open."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from hpsearch.dashboard.resources import style
from hpsearch.errors import HpsearchError
from hpsearch.reports.figures.svg import escape
from hpsearch.reports.table import Table

__all__ = [
    "Page",
    "Part",
    "Updates",
    "address",
    "facts",
    "grid",
    "link",
    "problem",
    "table_html",
    "whole_page",
]


@dataclass(frozen=True)
class Part:
    """A part of a page.

    Attributes:
        name: Its identifier on the page.
        render: Its HTML.
        version: A value that differs when the part may have changed; only then is it rendered again.
        title: A heading above it; none if empty.
        later: Whether it is sent after the page, so that the page need not wait for it.
    """

    name: str
    render: Callable[[], str]
    version: Callable[[], Hashable] = lambda: None
    title: str = ""
    later: bool = False


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        title: Its title.
        parts: Its parts, from top to bottom.
        trail: Addresses and texts of the pages above it.
        version: The version of the data in its figures; they are requested again when it differs.
        wide: Whether it may be wider than text.
    """

    title: str
    parts: Sequence[Part]
    trail: Sequence[tuple[str, str]] = ()
    version: Callable[[], object] = lambda: ""
    wide: bool = False


@dataclass
class Updates:
    """The changes on a page since the last look.

    Attributes:
        page: The page.
    """

    page: Page
    _versions: dict[str, Hashable] = field(default_factory=dict)
    _sent: dict[str, str] = field(default_factory=dict)

    def changed(self) -> dict[str, str]:
        """The HTML of every part that differs from what was last returned, by name."""
        return dict(self._changed())

    def _changed(self) -> Iterator[tuple[str, str]]:
        for part in self.page.parts:
            html = self._rendered(part)
            if html is not None and html != self._sent.get(part.name):
                self._sent[part.name] = html
                yield part.name, html

    def _rendered(self, part: Part) -> str | None:
        """A part's HTML; None if it cannot have changed."""
        try:
            version = part.version()
            if version is not None and part.name in self._versions and self._versions[part.name] == version:
                return None
            html = part.render()
            self._versions[part.name] = version
        except HpsearchError as error:  # the run is damaged or gone
            self._versions.pop(part.name, None)
            return problem(str(error))
        return html


def whole_page(page: Page, root: str) -> str:
    """A page as HTML.

    Args:
        page: The page.
        root: The directory that is watched.
    """
    at_once = [part for part in page.parts if not part.later]
    found = Updates(replace(page, parts=at_once)).changed()
    body = "".join(_section(part, found.get(part.name, "")) for part in page.parts)
    titled = [part for part in page.parts if part.title]
    if len(titled) > 1:
        body = f"<nav>{''.join(link(f'#{part.name}-heading', part.title) for part in titled)}</nav>\n{body}"
    links = "".join(f"{link(target, text)} / " for target, text in page.trail)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page.title)}</title>\n"
        '<link rel="icon" href="/static/icon.svg">\n'
        f"<style>{style()}</style>\n"
        '<script defer src="/static/figures.js"></script>\n'
        '<script defer src="/static/dashboard.js"></script>\n'
        f'</head>\n<body data-version="{escape(str(page.version()))}">\n'
        f'<header><nav class="trail">{links or "hpsearch"}</nav><span class="muted">{escape(root)}</span>'
        '<span class="live" role="status"></span></header>\n'
        f'<main class="{"wide" if page.wide else "page"}">\n{body}</main>\n'
        "</body>\n</html>\n"
    )


def _section(part: Part, html: str) -> str:
    heading = f'<h2 id="{part.name}-heading">{escape(part.title)}</h2>' if part.title else ""
    return f'<section class="block">{heading}<div class="part" id="{part.name}">{html}</div></section>\n'


def address(*names: object, **query: object) -> str:
    """A path on this server, with a query; each name is quoted so that it stays a single segment."""
    path = "/" + "/".join(quote(str(name), safe="") for name in names)
    given = {key: value for key, value in query.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def link(target: str, text: str, kind: str = "") -> str:
    """A link.

    Args:
        target: An address of this server.
        text: Its label, as plain text.
        kind: Its class; none if empty.
    """
    attributes = f'class="{kind}" ' if kind else ""
    return f'<a {attributes}href="{escape(target)}">{escape(text)}</a>'


def grid(heads: Iterable[str], rows: Iterable[str]) -> str:
    """A table of HTML: its ``th`` elements, and its ``tr`` elements."""
    head, body = "".join(heads), "".join(rows)
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def problem(text: str) -> str:
    """A problem, as a paragraph; further lines, such as a mark below a condition, stay lines."""
    first, _, rest = text.partition("\n")
    lines = "\n".join(map(escape, rest.split("\n")))
    return f'<p class="problem">{escape(first)}</p>' + (f"<pre>{lines}</pre>" if rest else "")


def facts(lines: Sequence[tuple[str, str]]) -> str:
    """Labels and texts; line breaks in a text are kept."""
    items = (f"<dt>{escape(label)}</dt><dd>{_lines(text)}</dd>" for label, text in lines)
    return f'<dl class="facts">{"".join(items)}</dl>'


def _lines(text: str) -> str:
    return "<br>".join(map(escape, text.split("\n")))


def table_html(table: Table) -> str:
    """A table with its notes."""
    columns = [column for column in table.columns if column.header]
    rows = []
    for row in table.rows:
        cells = (
            f"<td{' class=number' if each.right else ''}>{escape(each.text(row))}</td>" for each in columns
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    notes = "".join(f'<p class="muted">{escape(note)}</p>' for note in table.notes)
    return grid((f"<th>{escape(column.header)}</th>" for column in columns), rows) + notes
