"""``KEY=VALUE`` arguments, which replace settings of the file."""

from dataclasses import replace

from hpsearch.document.nodes import Entry, MappingNode, Node, Position, dotted
from hpsearch.document.parse import compose
from hpsearch.document.problems import Problems
from hpsearch.document.scalars import shown
from hpsearch.errors import ConfigError


def apply_override(root: MappingNode, argument: str, problems: Problems) -> MappingNode:
    """The config with one setting replaced.

    Args:
        root: The config.
        argument: A dotted path, an equals sign and a value in YAML, such as ``search.trials=32``.
        problems: Collects the problems of the argument.
    """
    position = Position(f"argument {shown(argument, 100)}")

    def refuse(rule: str, hint: str) -> MappingNode:
        problems.add(position, (), rule, hint=hint)
        return root

    name, equals, text = argument.partition("=")
    keys = _existing(root, name.strip().split("."))
    if not equals or not all(keys):
        return refuse("a setting is changed with KEY=VALUE", "For example: search.trials=32")
    try:
        node = compose(text, position, problems, tuple(keys))
    except ConfigError:
        return root  # compose has reported the problem
    if node is None:
        return refuse("a value is needed after the equals sign", f"Write {shown(name)}=VALUE")
    depth = next((depth for depth in range(1, len(keys)) if _is_value(root, keys[:depth])), None)
    if depth is not None:
        section = dotted(tuple(keys[:depth]))
        hint = f"Write {section}={{{shown(keys[depth])}: …}}"
        return refuse(f"{section} is a value and has no keys", hint)
    return _replaced(root, keys, node, position)


def _existing(node: Node, parts: list[str]) -> list[str]:
    """The keys of a path; parts that together form an existing key, such as ``optimizer.lr``, are one key."""
    if len(parts) < 2 or not isinstance(node, MappingNode):
        return parts
    for count in range(len(parts), 0, -1):
        key = ".".join(parts[:count])
        if key in node.entries:
            return [key, *_existing(node.entries[key].node, parts[count:])]
    return parts


def _is_value(root: MappingNode, keys: list[str]) -> bool:
    node: Node = root
    for key in keys:
        if not isinstance(node, MappingNode) or key not in node.entries:
            return False
        node = node.entries[key].node
    return not isinstance(node, MappingNode)


def _replaced(mapping: MappingNode, keys: list[str], node: Node, position: Position) -> MappingNode:
    key, *rest = keys
    if not rest:
        return mapping.with_entry(key, Entry(position, node))
    entry = mapping.entries.get(key, Entry(position, MappingNode(position)))
    assert isinstance(entry.node, MappingNode)  # noqa: S101 -- for the type checker; apply_override checked
    return mapping.with_entry(key, replace(entry, node=_replaced(entry.node, rest, node, position)))
