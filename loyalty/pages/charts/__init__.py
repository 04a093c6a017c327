"""Pictures of figures: what each shows, for the script that draws it; without one, its table."""

from pathlib import Path

from flask import Blueprint

LIBRARY = Path(__file__).parents[2] / "static" / "vendor" / "echarts"
"""Fetched when the service is set up, and kept out of the history."""

chart_library = Blueprint(
    "chart_library", __name__, static_folder=str(LIBRARY), static_url_path="/charts"
)
