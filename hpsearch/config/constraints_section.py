"""The ``constraints`` section: conditions that every configuration must satisfy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from hpsearch.config.reader import Reader
from hpsearch.config.suggestions import suggest_name
from hpsearch.document.nodes import Location, ScalarNode, SequenceNode, dotted, entries_at, find, plain
from hpsearch.document.scalars import shown, written
from hpsearch.expressions import ExpressionError
from hpsearch.space import Constraint, Space
from hpsearch.trial import Value

CONSTRAINTS = "constraints"

_FIRST_DRAWS, _MOST_DRAWS = 2_000, 20_000
_LEAST_SHARE = 0.001
"""The smallest share of draws that must satisfy the constraints; below it, drawing would take too long."""
_SMALL_SHARE = 0.05
"""Below this share, a note says that narrower ranges would be better."""


def read_constraints(reader: Reader, space: Space | None, notes: list[str], *, measure: bool) -> Space | None:
    """The space with the constraints of a config; problems are reported.

    Args:
        reader: The config.
        space: Its space; None if it could not be read.
        notes: Collects notes about what was read.
        measure: Whether to try the constraints on draws from the priors.
    """
    before = len(reader.problems)
    reader.setting(CONSTRAINTS)
    node = find(reader.root, (CONSTRAINTS,))
    texts = [plain(each) for each in node.nodes] if isinstance(node, SequenceNode) else []
    constraints: list[Constraint] = []
    for index, text in enumerate(texts):
        at: Location = (CONSTRAINTS, index)
        if not isinstance(text, str):
            continue
        try:
            constraint = Constraint(text)
        except ExpressionError as error:
            _report(at, error.column, str(error), reader)
            continue
        if _knows_names(constraint, at, reader) and space:
            if gone := constraint.names - {*space.names, *space.constants}:
                notes.append(f"{dotted(at)}: is left out, as {min(gone)} is never active")
            else:
                constraints.append(constraint)
    if space is None:
        return None
    constrained = replace(space, constraints=tuple(constraints))
    if measure and constraints and len(reader.problems) == before:
        _check_share(constrained, texts, reader, notes)
    return constrained


def _report(at: Location, column: int, rule: str, reader: Reader, *, found: str = "", hint: str = "") -> None:
    """Reports a problem at a column of an expression, counted from 1."""
    position = reader.position(at)
    node = find(reader.root, at)
    quoted = isinstance(node, ScalarNode) and node.written[:1] in ("'", '"')
    if position.line:
        position = replace(position, column=position.column + column - 1 + quoted)
    reader.problems.add(position, at, rule, found, hint)


def _knows_names(constraint: Constraint, at: Location, reader: Reader) -> bool:
    """Whether all names of a constraint are in the space; others are reported."""
    parameters = entries_at(reader.root, ("space",))
    unknown = sorted(constraint.names - parameters.keys(), key=constraint.column)
    for name in unknown:
        hint = suggest_name(name, list(parameters))
        if any(name in each.split("-") for each in parameters):
            hint = "Rename the parameter with '_', as '-' means minus here"
        elif any(name in _values(parameters, each) for each in constraint.names & parameters.keys()):
            hint = f"Write '{shown(name)}', in quotes, for the text"
        if find(reader.root, ("objective", "network", name)):
            hint = f"Move {name} from objective.network to space"
        rule = f"uses {shown(name)}, which is not in the space"
        hint = hint or f"Possible: {', '.join(map(shown, list(parameters)[:20]))}"
        _report(at, constraint.column(name), rule, reader, hint=hint)
    if not constraint.names:
        reader.report(at, "must use a parameter of the space")
    return not unknown and bool(constraint.names)


def _values(parameters: Mapping[str, object], name: str) -> list[str]:
    """The texts among the values of a parameter."""
    node = getattr(parameters[name], "node", None)
    values = find(node, ("values",)) if node is not None else None
    return [str(each.value) for each in getattr(values, "nodes", ()) if isinstance(each, ScalarNode)]


@dataclass
class _Share:
    """How many draws from the priors satisfy the constraints.

    Attributes:
        draws: How many there were.
        kept: How many satisfy all constraints.
        held: How many satisfy each constraint.
    """

    draws: int
    kept: int
    held: list[int]


def _check_share(space: Space, texts: list[str], reader: Reader, notes: list[str]) -> None:
    """Reports constraints that leave hardly anything to try, and notes those that may not be intended."""
    share = _measured(space, texts, reader)
    if share is None:
        return
    if share.kept < _LEAST_SHARE * share.draws:
        fewest = min(share.held)
        worst = space.constraints[share.held.index(fewest)].text
        found = f"{share.kept:,} of {share.draws:,}"
        if len(space.constraints) > 1:
            found += f" ({fewest:,} for {shown(worst)} alone)"
        rule = f"must hold for at least {_LEAST_SHARE:.1%} of random draws from the space"
        hint = "Choose ranges or parameters for which more configurations satisfy them"
        reader.report((CONSTRAINTS,), rule, found=found, hint=hint)
        return
    if share.kept < _SMALL_SHARE * share.draws:
        notes.append(
            f"{CONSTRAINTS}: hold for only {share.kept / share.draws:.1%} of {share.draws:,} random draws;"
            " the search works better in a space where more configurations satisfy them"
        )
    for constraint, held in zip(space.constraints, share.held, strict=True):
        if held == share.draws:
            notes.append(f"{CONSTRAINTS}: {constraint.text} holds for all of {held:,} random draws")


def _measured(space: Space, texts: list[str], reader: Reader) -> _Share | None:
    """The share of random draws; None if a constraint has no value for one, which is reported."""
    rng = np.random.default_rng(0)  # always the same draws, so that the verdict on a config never changes
    share = _Share(0, 0, [0] * len(space.constraints))
    for count in (_FIRST_DRAWS, _MOST_DRAWS - _FIRST_DRAWS):
        for values in space.values(space.snap(rng.random((count, space.dimensions)))):
            outcomes = _outcomes(space, values, texts, reader)
            if outcomes is None:
                return None
            share.held = [held + outcome for held, outcome in zip(share.held, outcomes, strict=True)]
            share.kept += all(outcomes)
        share.draws += count
        if share.kept >= _SMALL_SHARE * share.draws:
            break
    return share


def _outcomes(
    space: Space, values: Mapping[str, Value], texts: list[str], reader: Reader
) -> list[bool] | None:
    """Which constraints a configuration satisfies; None if one has no value for it, which is reported."""
    outcomes: list[bool] = []
    for constraint in space.constraints:
        try:
            outcomes.append(constraint.holds(values))
        except ExpressionError as error:
            if not all(outcomes):  # an earlier constraint rules this configuration out
                outcomes.append(False)
                continue
            used = ", ".join(f"{name}: {written(values[name])}" for name in sorted(constraint.names))
            at: Location = (CONSTRAINTS, texts.index(constraint.text))
            _report(at, error.column, str(error), reader, found=f"with {used}")
            return None
    return outcomes
