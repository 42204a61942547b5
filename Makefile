# `make run` goes from a bare checkout to a served page; needs Python 3.11 or later.
PYTHON ?= python3
BIN := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)
.PHONY: run install dev test lint bench demo lock clean

run: install
	$(BIN)/python app.py

install: .venv/installed

.venv/installed: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -c "open('.venv/installed', 'w').close()"

dev: .venv/developing

.venv/developing: .venv/installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -c "open('.venv/developing', 'w').close()"

demo: install
	$(BIN)/python -m flask --app app demo

test: dev
	$(BIN)/python -m pytest -n 2

lint: dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

bench: dev
	$(BIN)/python -m bench

lock: dev
	$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 requirements.in --no-header -o requirements.txt
	$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 requirements-dev.in --no-header -o requirements-dev.txt

clean:
	rm -rf .venv
