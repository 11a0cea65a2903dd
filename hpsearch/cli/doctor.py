"""``doctor``."""

import click

from hpsearch.cli.options import Color, Form, common, console, formats


@click.command()
@formats
@common
def doctor(form: Form, color: Color) -> None:
    """Say what searches run on here.

    Versions, CPUs, and the rate of matrix products, measured in a child process; and whether OpenBLAS has
    faster kernels for this CPU than the ones it picks (see run.blas_kernel in a config).
    """
    from hpsearch import blas
    from hpsearch.executors.choose import available_cpus
    from hpsearch.reports.formats import print_report
    from hpsearch.reports.machine import doctor_sheet
    from hpsearch.versions import versions

    own = blas.measure()
    better = blas.better_kernel(own.kernel if own else None, blas.cpu_flags())
    other = blas.measure(better) if better else None
    sheet = doctor_sheet(versions(), available_cpus(), own, better, other)
    print_report(sheet, form, console(color))
