# SPDX-License-Identifier: Apache-2.0
# A thin door to Meson. `make help` lists what there is.
BUILD := build
ASAN := $(BUILD)/asan
CONFIGURE := tools/configure --buildtype=release -Db_ndebug=false -Dtests=false
# Half the time of -O2, and the tests are as quick; it knows too few ranges for one warning.
CONFIGURE_ASAN := tools/configure --buildtype=debug -Doptimization=1 \
	-Dc_args=-Wno-format-truncation -Db_sanitize=address,undefined -Db_lundef=false

.DEFAULT_GOAL := all
.PHONY: all help deps deps-build deps-test deps-bench panel-files
.PHONY: run asan test check bench fuzz format clean

all: panel-files $(BUILD)/build.ninja ## builds build/navette, release (the default)
	@ninja -C $(BUILD) --quiet

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: all ## the server with demo data and a simulated carrier; Ctrl-C stops both
	@exec $(BUILD)/navette serve --demo

test: deps-test all asan ## every test; the last line is "N passed, N failed"
	@tests/fuzz/run --build
	@tools/run-tests

check: deps-test ## only layers and style: seconds
	@tools/check-layers
	@tools/check-style
	@tools/check-french

bench: deps-bench all ## Navette beside Debian's Kannel; results into docs/performance.md
	@ninja -C $(BUILD) --quiet tests/bench/sink
	@tests/bench/run

fuzz: deps-test ## every fuzz target for FUZZ_SECONDS (20) each
	@tests/fuzz/run --seconds $${FUZZ_SECONDS:-20}

asan: panel-files $(ASAN)/build.ninja ## the program and the C tests with ASan and UBSan: build/asan
	@ninja -C $(ASAN) --quiet

format: deps-test ## clang-format over the C and C++ sources
	@git ls-files -co --exclude-standard '*.c' '*.h' '*.cc' | xargs -r clang-format -i

deps: ## installs all that building, testing and measuring need
	@tools/install-deps

clean: ## removes build/
	@rm -rf $(BUILD)

panel-files: | $(if $(wildcard $(BUILD)/build.ninja),,deps-build)
	@tools/build-panel

deps-build:
	@tools/install-deps build

deps-test:
	@tools/install-deps build test

deps-bench:
	@tools/install-deps build bench

$(BUILD)/build.ninja: | deps-build
	@test -e $@ || $(CONFIGURE) $(BUILD)

$(ASAN)/build.ninja: | deps-test
	@test -e $@ || $(CONFIGURE_ASAN) $(ASAN)
