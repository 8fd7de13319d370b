"""From bytes to sheets: which reader, and what it found.  Runs inside the reading process."""

from __future__ import annotations

from safepassage.exchange.lists.delimited import delimiter_of, read_delimited
from safepassage.exchange.lists.encoding import decoded
from safepassage.exchange.lists.errors import NotAListError
from safepassage.exchange.lists.html_table import read_html
from safepassage.exchange.lists.json_rows import read_json
from safepassage.exchange.lists.kinds import format_of
from safepassage.exchange.lists.limits import Limits
from safepassage.exchange.lists.workbook import read_workbook
from safepassage.model.sheet import Format, Mark, ReadList, Sheet

_NO_SHA = ""  # the parent process knows the bytes, and hashes them itself


def read(
    raw: bytes, limits: Limits, encoding: str | None = None, *, pasted: bool = False
) -> ReadList:
    """A list of any format.

    Raises:
        ListFileError: it cannot be read; the message says why and what to do.
    """
    form = None if pasted else format_of(raw)
    if form in (Format.XLSX, Format.XLSB, Format.XLS, Format.ODS):
        return read_workbook(raw, form, limits)
    text = decoded(raw, encoding)
    warnings = list(text.warnings)
    delimiter = ""
    if form is Format.HTML:
        sheets = read_html(text.text, limits)
        warnings.append("The file is a web page, whatever its ending says; its tables were read")
    elif form in (Format.JSON, Format.JSON_LINES):
        sheet, form = read_json(text.text, limits)
        sheets = (sheet,)
    else:
        delimiter = "\t" if pasted and "\t" in text.text else delimiter_of(text.text)
        sheets = (read_delimited(text.text, delimiter, limits),)
        form = Format.PASTED if pasted else Format.TSV if delimiter == "\t" else Format.CSV
    if not any(sheet.rows for sheet in sheets):
        raise NotAListError("The list has no rows. Ask the sender for it again")
    return ReadList(
        name="",
        format=form,
        sha256=_NO_SHA,
        size=len(raw),
        sheets=sheets,
        encoding=text.encoding,
        delimiter=delimiter,
        warnings=(*warnings, *warnings_about(sheets)),
    )


def warnings_about(sheets: tuple[Sheet, ...]) -> list[str]:
    """What somebody must be told about the cells of a list, in whole sentences."""
    found = []
    counts = {mark: sum(sheet.count(mark) for sheet in sheets) for mark in Mark}
    sentences = (
        (
            Mark.BROKEN,
            "Rows that are not what their format says, such as a quotation mark that is never"
            " closed: {}; they were kept as text",
        ),
        (Mark.UNSEEN, "Cells that held characters nobody can see: {}; these were taken out"),
        (Mark.CUT, "Cells longer than any name or note: {}; their ends were left out"),
        (Mark.FAULT, "Cells that hold an error of the program that wrote them: {}"),
        (
            Mark.FORMULA,
            "Cells that are formulas: {}; the values that the sender's program left were read",
        ),
    )
    for mark, sentence in sentences:
        if counts[mark]:
            found.append(sentence.format(counts[mark]))
    return found
