# Navette: a thin door to Meson. `make help` lists what there is.
# SPDX-License-Identifier: Apache-2.0
BUILD := build
ASAN := $(BUILD)/asan
CONFIGURE := meson setup --buildtype=release -Db_ndebug=false
CONFIGURE_ASAN := meson setup --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false

.DEFAULT_GOAL := all
.PHONY: all help deps run test check bench fuzz format clean asan

all: $(BUILD)/build.ninja ## build/navette, release
	@ninja -C $(BUILD) --quiet

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## installs what is missing (Debian packages, npm where needed)
	@tools/install-deps

$(BUILD)/build.ninja: meson.build | deps
	@test -e $@ || $(CONFIGURE) $(BUILD)

$(ASAN)/build.ninja: meson.build | deps
	@test -e $@ || $(CONFIGURE_ASAN) $(ASAN)

asan: $(ASAN)/build.ninja ## the same under ASan and UBSan, in build/asan
	@ninja -C $(ASAN) --quiet

run: all ## the server with demo data and a simulated carrier; Ctrl-C stops both
	@exec $(BUILD)/navette serve --demo

test: all asan ## every test; the last line is "N passed, N failed"
	@tools/run-tests

check: | deps ## layers, style, format
	@tools/check-layers
	@tools/check-style

bench: all ## Navette beside Debian's Kannel; results also in docs/performance.md
	@tests/bench/run

fuzz: | deps ## every fuzz target for FUZZ_SECONDS (default 20) each
	@tests/fuzz/run

format: ## clang-format over the C sources
	@clang-format -i $$(git ls-files '*.c' '*.h' '*.cc')

clean: ## removes build/
	@rm -rf $(BUILD)
