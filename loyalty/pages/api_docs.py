"""The description of the API for people, drawn by Swagger UI from our own files."""

from pathlib import Path

from flask import Blueprint, render_template

ASSETS = Path(__file__).parents[1] / "static" / "vendor" / "swagger-ui"
"""Fetched when the service is set up, and kept out of the history."""

api_docs = Blueprint(
    "api_docs", __name__, static_folder=str(ASSETS), static_url_path="/api/docs/assets"
)


@api_docs.get("/api/docs")
def docs() -> str:
    """Show what the API offers; without the assets, say how to get them."""
    drawable = (ASSETS / "swagger-ui-bundle.js").exists()
    return render_template("public/api_docs.html", drawable=drawable)
