"""A record comes out of its seal as it went in, whatever a list wrote."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from safepassage.model.ids import ListId, RecordId
from safepassage.register.record import (
    Born,
    Calendar,
    Document,
    DocumentType,
    NamePart,
    Precision,
    Protection,
    Reading,
    Record,
    Relation,
    Sex,
    WrittenName,
)
from safepassage.registrar.written import record_from_bytes, record_to_bytes

texts = st.text(max_size=8)
days = st.dates(min_value=date(1900, 1, 1), max_value=date(2021, 12, 31))
readings = st.builds(Reading, days, days, st.sampled_from(Calendar), st.booleans())
documents = st.builds(
    Document,
    st.sampled_from(DocumentType),
    texts,
    texts,
    texts,
    st.sampled_from((True, False, None)),
    texts,
)
records = st.builds(
    Record,
    id=st.just(RecordId("r-1")),
    list=st.just(ListId("list-a")),
    row=st.integers(0, 10**6),
    household=texts,
    names=st.lists(st.builds(WrittenName, st.sampled_from(NamePart), texts), max_size=3).map(tuple),
    sex=st.none() | st.sampled_from(Sex),
    born=st.none()
    | st.builds(
        Born,
        texts,
        st.sampled_from(Precision),
        st.lists(readings, min_size=1, max_size=3).map(tuple),
    ),
    phones=st.lists(texts, max_size=2).map(tuple),
    emails=st.lists(texts, max_size=2).map(tuple),
    documents=st.lists(documents, max_size=2).map(tuple),
    places=st.lists(texts, max_size=2).map(tuple),
    relation=st.none() | st.sampled_from(Relation),
    protection=st.frozensets(st.sampled_from(Protection)),
    claims=st.dictionaries(texts, texts, max_size=2),
)


@given(records)
def test_a_sealed_record_is_read_as_it_was(record: Record) -> None:
    assert record_from_bytes(record_to_bytes(record), record.id, record.list) == record
