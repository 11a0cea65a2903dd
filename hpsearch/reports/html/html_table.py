"""Tables as HTML, for notebooks."""

from hpsearch.reports.figures.svg import escape
from hpsearch.reports.table import Table

__all__ = ["html_table"]


def html_table(table: Table) -> str:
    """A table with its title and notes; every text is escaped."""
    table_rows = list(table.rows)
    columns = [
        column
        for column in table.columns
        if column.header and not (column.sparse and not any(map(column.text, table_rows)))
    ]
    head = "".join(f"<th>{escape(column.header)}</th>" for column in columns)
    rows = ("".join(f"<td>{escape(column.text(row))}</td>" for column in columns) for row in table_rows)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    title = f"<p><b>{escape(table.title)}</b></p>" if table.title else ""
    notes = "".join(f"<p>{escape(note)}</p>" for note in table.notes)
    return f"{title}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"
