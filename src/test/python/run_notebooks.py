"""Runs every notebook with a real kernel against SLUICE_LAKE; fails if one does, or if it is stored with outputs."""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

for path in sorted(Path("notebooks").glob("*.ipynb")):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if any(cell.outputs or cell.execution_count for cell in code):
        sys.exit(f"{path}: strip its outputs before committing it")
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    plots = sum("image/png" in output.get("data", {}) for cell in code for output in cell.outputs)
    tables = sum("text/plain" in output.get("data", {}) for cell in code for output in cell.outputs) - plots
    print(f"{path}: {len(code)} cells, {plots} plots, {tables} tables")
