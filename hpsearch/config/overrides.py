"""``KEY=VALUE`` arguments: settings that replace those of the file."""

from dataclasses import replace

from hpsearch.config.document import compose
from hpsearch.config.problems import Problems
from hpsearch.config.scalars import shown
from hpsearch.config.tree import Entry, Node, Place, Table, dotted
from hpsearch.errors import ConfigError


def apply_override(root: Table, argument: str, problems: Problems) -> Table:
    """The config with one setting replaced.

    Args:
        root: The config.
        argument: A dotted path, an equals sign and a value as YAML, such as ``search.trials=32``.
        problems: What is wrong with the argument is reported there.
    """
    place = Place(f"argument {shown(argument, 100)}")

    def refuse(rule: str, hint: str) -> Table:
        problems.add(place, (), rule, hint=hint)
        return root

    name, equals, text = argument.partition("=")
    keys = name.strip().split(".")
    if not equals or not all(keys):
        return refuse("an argument that changes a setting is KEY=VALUE", "Write search.trials=32 or the like")
    try:
        node = compose(text, place, problems, tuple(keys))
    except ConfigError:
        return root  # compose reported why
    if node is None:
        return refuse("a value is needed after the equals sign", f"Write {shown(name)}=VALUE")
    depth = next((depth for depth in range(1, len(keys)) if _is_value(root, keys[:depth])), None)
    if depth is not None:
        section = dotted(tuple(keys[:depth]))
        hint = f"Write {section}={{{shown(keys[depth])}: …}}"
        return refuse(f"{section} is a value, with no keys below it", hint)
    return _replaced(root, keys, node, place)


def _is_value(root: Table, keys: list[str]) -> bool:
    node: Node = root
    for key in keys:
        if not isinstance(node, Table) or key not in node.entries:
            return False
        node = node.entries[key].node
    return not isinstance(node, Table)


def _replaced(table: Table, keys: list[str], node: Node, place: Place) -> Table:
    key, *rest = keys
    if not rest:
        return table.with_entry(key, Entry(place, node))
    entry = table.entries.get(key, Entry(place, Table(place)))
    assert isinstance(entry.node, Table)  # noqa: S101 -- for the type checker; apply_override looked
    return table.with_entry(key, replace(entry, node=_replaced(entry.node, rest, node, place)))
