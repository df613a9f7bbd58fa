"""One file per revision, named by its id: `0002_piece_origin.py` follows `0001_baseline.py`."""
