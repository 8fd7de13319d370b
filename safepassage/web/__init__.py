"""The desks: pages for people who watch, decide and answer for an evacuation, on this machine.

Reading starts at `app.py`; `server.py` starts it, `board.py` says what the board shows and why.
Nothing here counts people: every number is asked of the ledger or of `report`.
"""
