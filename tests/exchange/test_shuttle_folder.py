"""A folder of CSV files becomes the plain values of a shuttle file, or a fault with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from safepassage.exchange.shuttle_folder import ShuttleFolderError, read_shuttle_folder

FILES = {
    "input/vessels.csv": "Vessel_name,max_cap,vmax,v_loaded,loading time,time to availability\n"
    "Ferry,120,18,15.5,10,30\n",
    "input/initial vessel docks.csv": "Vessel,Dock\nFerry,Harbour",
    "input/vessel compatibility.csv": "Dock,Resource,Compatibility\nBeach,Ferry,0\nPier,Ferry,1\n",
    "input/scenarios.csv": "Scenario,Location,private_evac,Demand_1,Actual_demand,Demand_0\n"
    "1,North,20,120,120.0,90\n",
    "incidences/beta.csv": "Island location,Island dock\nNorth,Pier\nNorth,Beach\n",
    "incidences/zeta.csv": "Origin,Destination,Distance\nHarbour,Pier,4\n",
    "incidences/gamma.csv": "Origin,Destination,Distance\nPier,Harbour,5\nBeach,Harbour,6\n",
    "incidences/delta.csv": "Origin,Destination,Distance\nHarbour,Pier,4.5\nHarbour,Beach,6\n",
}


def folder(root: Path, **changes: str) -> Path:
    """The files, one of them perhaps another; its key is the file's name without the folder."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(changes.get(path.stem.split(" ")[-1], text))
    return root


def test_a_folder_is_read(tmp_path: Path) -> None:
    values = read_shuttle_folder(folder(tmp_path), Path.read_bytes, 15)
    assert values["places"] == [{"id": "North", "people": 100, "docks": ["Pier", "Beach"]}]
    assert values["havens"] == ["Harbour"]
    assert values["vehicles"] == [
        {
            "id": "Ferry",
            "seats": 120,
            "start": "Harbour",
            "speed_empty": 18,
            "speed_loaded": 15.5,
            "loading_minutes": 10,
            "ready_at_minute": 30,
            "not_at": ["Beach"],
        }
    ]
    assert values["estimates"] == {"every_minutes": 15, "people": {"North": [70, 100]}}
    assert values["first_distances"] == [{"from": "Harbour", "to": "Pier", "distance": 4}]
    assert len(values["distances"]) == 4


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("vessels", "Vessel_name,max_cap,vmax\nFerry,1,2\n", "the column v_loaded is missing"),
        ("vessels", FILES["input/vessels.csv"].replace("18", "-18"), "line 2.*vmax: '-18' is no"),
        ("vessels", FILES["input/vessels.csv"].replace("120", "12.5"), "max_cap: '12.5' is no"),
        ("docks", "Vessel,Dock\nOther,Harbour", "'Ferry' starts nowhere"),
        ("beta", "Island location,Island dock\nSouth,Pier\n", "this place has no dock"),
        ("gamma", "Origin,Destination,Distance\nPier,,5\n", "Destination: this cell is empty"),
        ("delta", "Origin,Destination,Distance\n", "there is no row"),
    ],
)
def test_a_fault_has_its_line(tmp_path: Path, file: str, text: str, said: str) -> None:
    with pytest.raises(ShuttleFolderError, match=said):
        read_shuttle_folder(folder(tmp_path, **{file: text}), Path.read_bytes, None)
