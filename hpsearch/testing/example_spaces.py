"""Spaces of every kind that a searcher has to cope with."""

from hpsearch.space import Categorical, Constraint, Number, Space

CONTINUOUS = Space(
    (Number("rate", 1e-4, 1.0, "log"), Number("momentum", 0.9, 0.999, "reverse_log"), Number("x", -1.0, 1.0))
)
MIXED = Space(
    (
        Number("rate", 1e-4, 1.0, "log"),
        Number("layers", 1, 3, integer=True),
        Number("units", 16, 256, "log", integer=True),
        Number("dropout", 0.0, 0.5, step=0.1),
        Categorical("batch", (16, 32, 64, 128)),
        Categorical("activation", ("relu", "tanh", "sigmoid")),
    ),
    {"epochs": 3},
)
CONDITIONAL = Space(
    (
        Categorical("optimizer", ("sgd", "momentum", "adam")),
        Number("beta1", 0.5, 0.99, "reverse_log", when={"optimizer": ("momentum", "adam")}),
        Number("beta2", 0.9, 0.9999, "reverse_log", when={"optimizer": ("adam",)}),
        Number("layers", 1, 2, integer=True),
        Number("units_2", 4, 64, "log", integer=True, when={"layers": (2,)}),
    )
)
GRID = Space((Number("a", 1, 4, integer=True), Categorical("b", ("x", "y", "z"))))
LOPSIDED = Space(
    (Categorical("kind", ("common", "rare"), probabilities=(0.999, 0.001)), Number("n", 1, 6, integer=True))
)
LINE = Space((Number("x", 0.0, 1.0),))
WIDE = Space(tuple(Number(f"x{index}", 0.0, 1.0) for index in range(50)))
SINGLE = Space((Categorical("only", ("a",)), Number("still", 2.0, 2.0), Number("x", 0.0, 1.0)))
NOTHING = Space((), {"epochs": 3})
CONSTRAINED = Space(
    (
        Number("units_1", 4, 64, "log", integer=True),
        Number("units_2", 4, 64, "log", integer=True),
        Categorical("optimizer", ("sgd", "adam")),
        Number("beta", 0.5, 0.99, when={"optimizer": ("adam",)}),
    ),
    {"most": 60},
    (Constraint("units_1 >= 2 * units_2"), Constraint("units_1 * beta <= most")),
)
CONSTRAINED_GRID = Space(
    (Number("a", 1, 12, integer=True), Number("b", 1, 12, integer=True)), {}, (Constraint("a * b == 12"),)
)

ALL = {
    "continuous": CONTINUOUS,
    "mixed": MIXED,
    "conditional": CONDITIONAL,
    "grid": GRID,
    "lopsided": LOPSIDED,
    "line": LINE,
    "wide": WIDE,
    "single": SINGLE,
    "nothing": NOTHING,
    "constrained": CONSTRAINED,
    "constrained grid": CONSTRAINED_GRID,
}
