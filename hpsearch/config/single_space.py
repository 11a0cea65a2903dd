"""A space that is given without the rest of a config, to Search and to imports."""

from __future__ import annotations  # types are imported for annotations only

from typing import TYPE_CHECKING, Any

from hpsearch.config.constraints_section import CONSTRAINTS, read_constraints
from hpsearch.config.parameter_section import ParameterRules
from hpsearch.config.reader import Reader, root_section
from hpsearch.config.space_section import canonical_spelling, read_space, space_data
from hpsearch.document.nodes import Position
from hpsearch.document.plain_data import from_data
from hpsearch.document.problems import Problems
from hpsearch.space import Space

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hpsearch.space import Parameter


def parse_space(
    space: Space | Sequence[Parameter] | Mapping[str, Any], constraints: Sequence[str] = ()
) -> Space:
    """The space of a mapping with the keys of a config's ``space`` section, checked.

    Args:
        space: The mapping, in which parameters may be sections or objects; or a list of parameters, or a
            Space.
        constraints: Conditions that every configuration must satisfy, besides the constraints of a Space.

    Raises:
        ConfigError: With every problem at once.
    """
    problems, position = Problems(), Position("hpsearch.Search")
    own = [each.text for each in space.constraints] if isinstance(space, Space) else []
    data = {"space": space_data(space), CONSTRAINTS: [*own, *constraints]}
    root = root_section(from_data(data, position, problems), position, problems)
    reader = Reader(root, problems)
    reader.root = canonical_spelling(reader)
    checked = read_constraints(reader, read_space(reader, ParameterRules(), []), [], measure=True)
    if checked is None or problems:
        raise problems.error()
    return checked
