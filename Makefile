# The commands of Lyceum. `make` lists them; each is one script in scripts/, which says what it does.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build run dev test check bench fmt prepare

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## fetch compilers, tools, Postgres and the embedding model (only what is missing)
	@scripts/setup

build: ## build the release: target/release/lyceum with its site beside it
	@scripts/build

run: setup build ## set up, build and serve http://127.0.0.1:3000
	@source scripts/env && exec target/release/lyceum

dev: setup ## serve a debug build and rebuild on every change
	@source scripts/env && scripts/assets && SQLX_OFFLINE=$${SQLX_OFFLINE:-true} cargo leptos watch --split

test: ## run every test, in Rust and in a browser
	@scripts/test

check: ## format, lints for both targets, migrations, queries, documentation
	@scripts/check

bench: ## measure, and write benches/BENCHMARKS.md
	@scripts/bench

fmt: ## format the code
	@source scripts/env && cargo fmt --all

prepare: ## write .sqlx after a query or a migration changed
	@scripts/prepare
