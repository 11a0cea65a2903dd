"""Standard streams that are closed, or that cannot encode every character."""

import codecs
import contextlib
import io
import os
import sys

_HANDLER = "hpsearch-marks"
_ASCII = "hpsearch_ascii"
"""Another name for ASCII, because click assumes that a stream with that name is really UTF-8."""

_MARKS = str.maketrans(
    {
        **dict(zip("▁▂▃▄▅▆▇█", "_.:-=+*#", strict=True)),
        **dict(zip("▏▎▍▌▋▊▉", "..::==#", strict=True)),
        **dict.fromkeys("━─╸╺−–—", "-"),
        **dict.fromkeys("│┃", "|"),
        **dict.fromkeys("├└┌┐┘", "+"),
        **dict(zip("…·×→←↑↓≤≥’“”✓", '~.x><^v<>\'""*', strict=True)),
        **dict(zip("±÷²⁻₀₁₂αβγελ●▲▼░▒▓", "~/2-012abgelo^v.:#", strict=True)),
        **{chr(0x2800 + dots): ".:#"[(dots.bit_count() - 1) // 3] for dots in range(1, 256)},  # braille
    }
)
"""Substitutes for marks that cannot be written; one character each, so that columns stay aligned."""


def prepare_streams() -> None:
    """Make standard input, output and error usable in every case.

    A closed one becomes ``/dev/null``: otherwise the next file that is opened, such as a database,
    gets its number, and anything that a library prints is written there. A character that the output cannot
    encode is replaced.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # This gets the lowest free number, which is this one.
            os.open(os.devnull, os.O_RDONLY if descriptor == 0 else os.O_WRONLY)
            os.set_inheritable(descriptor, True)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 -- for as long as this process
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 -- as above
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 -- as above
    codecs.register(lambda name: _ascii() if name == _ASCII else None)
    codecs.register_error(_HANDLER, _replace)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            ascii_only = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding=_ASCII if ascii_only else None, errors=_HANDLER)


def drop_output() -> None:
    """Write nothing more to stdout, not even what Python still buffers when it exits."""
    with contextlib.suppress(OSError, ValueError):  # if stdout is not a file
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def drop_unwritable() -> None:
    """Write what is buffered; if that is impossible, drop it, or Python would complain on exit."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, stream.fileno())
                os.close(null)


def _ascii() -> codecs.CodecInfo:
    from encodings import ascii  # noqa: A004 -- its name

    return codecs.CodecInfo(
        ascii.Codec.encode,
        ascii.Codec.decode,
        ascii.StreamReader,
        ascii.StreamWriter,
        ascii.IncrementalEncoder,
        ascii.IncrementalDecoder,
        name=_ASCII,
    )


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_MARKS)
    # Four digits each, as in JSON, where \xe9 would be an error.
    units = text.encode("utf-16-be", "surrogatepass")
    words = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return "".join(chr(word) if word < 128 else f"\\u{word:04x}" for word in words), error.end
