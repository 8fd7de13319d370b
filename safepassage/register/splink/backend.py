"""Where Splink computes: DuckDB in this process, or Spark.

Both are optional packages, and are imported here alone and only when they are asked for.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import Any, Final

from safepassage.model.errors import SafePassageError

_EXTRAS: Final = {"splink": "splink", "pyarrow": "splink", "pyspark": "spark"}
_SPARK_MEMORY: Final = "4g"  # of a session that we start; Spark's own default of 1g is too little


class Backend(StrEnum):
    """Who executes Splink's SQL."""

    DUCKDB = "duckdb"
    SPARK = "spark"


class BackendError(SafePassageError):
    """What an engine needs is not on this machine."""


def lacking(backend: Backend) -> str | None:
    """What this machine lacks for a backend, and the command that adds it; None if nothing."""
    wanted = ("splink", "pyarrow") + (("pyspark",) if backend is Backend.SPARK else ())
    for package in wanted:
        if find_spec(package) is None:
            extra = _EXTRAS[package]
            return f"{package} is not installed; add it: pip install 'safepassage[{extra}]'"
    home = os.environ.get("JAVA_HOME", "")
    if backend is Backend.SPARK and not (shutil.which("java") or os.path.isdir(home)):
        return "Spark needs Java 17; add it: apt-get install openjdk-17-jre-headless"
    return None


def require(backend: Backend) -> None:
    """Nothing, if a backend can run here.

    Raises:
        BackendError: a package, or Java, is missing.
    """
    if missing := lacking(backend):
        raise BackendError(f"the engine cannot run here: {missing}")


@contextmanager
def database(backend: Backend) -> Iterator[Any]:
    """A splink database API whose tables are gone at the end.

    DuckDB works in memory and never writes to the disk. Spark keeps its working files, with what
    the records say in plain text, in a folder that is removed at the end; a session that is running
    already is used as it is and left running.

    Raises:
        BackendError: a package, or Java, is missing.
    """
    require(backend)
    # Splink remarks on every level that no pair showed; the model says so, too.
    logging.getLogger("splink").setLevel(logging.ERROR)
    with _duckdb() if backend is Backend.DUCKDB else _spark() as api:
        yield api


@contextmanager
def _duckdb() -> Iterator[Any]:
    import duckdb
    from splink import DuckDBAPI

    with duckdb.connect(config={"temp_directory": ""}) as connection:
        connection.execute("set enable_progress_bar = false")
        yield DuckDBAPI(connection)


@contextmanager
def _spark() -> Iterator[Any]:
    from pyspark.errors import PySparkRuntimeError
    from pyspark.sql import SparkSession
    from splink import SparkAPI
    from splink.backends.spark import similarity_jar_location

    if SparkSession.getActiveSession() is not None:
        yield SparkAPI(
            spark_session=SparkSession.getActiveSession(), break_lineage_method="persist"
        )
        return
    cores = os.cpu_count() or 1
    with TemporaryDirectory(prefix="safepassage-spark-") as folder:
        builder = SparkSession.builder.appName("safepassage")
        for name, value in {
            "spark.jars": similarity_jar_location(),
            "spark.driver.memory": _SPARK_MEMORY,
            "spark.sql.shuffle.partitions": cores,
            "spark.default.parallelism": cores,
            "spark.sql.warehouse.dir": folder,
            "spark.local.dir": folder,
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.log.level": "ERROR",
        }.items():
            builder = builder.config(name, value)
        try:
            session = builder.getOrCreate()
        except PySparkRuntimeError as fault:
            raise BackendError(
                f"Spark did not start ({fault.getCondition()}): see what Java said above, and"
                " that it is version 17 or newer"
            ) from None
        try:
            yield SparkAPI(spark_session=session, break_lineage_method="persist")
        finally:
            session.stop()
