"""The power cut drill: a machine that writes the ledger loses its power again and again.

    make powercut                               200 cuts; exit 1 if one entry is lost
    python -m tests.powercut --durability normal    must fail: it proves that a loss is seen

`drill` plans and runs, `guest` is the machine whose power is cut, `writer` is what runs inside it,
`load` is what it writes and `judge` says what was lost.
"""
