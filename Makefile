# SPDX-License-Identifier: BSD-3-Clause
#
# GNU make. Everything that is made is below build/; build/VARIANT/ holds one variant: release, debug, asan, tsan, cov, stress.
# Every src/LAYER/*.c is compiled; *_test.c become test programs, src/cli/main.c the heapwhy program.
# `make help` lists the targets.

variant ?= release
B := build/$(variant)

PKGS := gmp mpfr libutf8proc jansson nettle libxxhash
DEBIAN := build-essential pkg-config libgmp-dev libmpfr-dev libutf8proc-dev libjansson-dev nettle-dev libxxhash-dev \
          libcmocka-dev clang clang-format clang-tidy universal-ctags ca-certificates curl xz-utils

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wswitch-enum \
            -Wconversion -Wno-sign-conversion
ifneq ($(filter true 1,$(CI) $(WERROR)),)
WARNINGS += -Werror
endif

flags_release := -O2 -g
flags_debug   := -O0 -g3
flags_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
flags_tsan    := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
flags_cov     := -O0 -g --coverage
flags_stress  := $(flags_asan) -DHEAPWHY_STRESS
flags_fuzz    := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined -fno-omit-frame-pointer
ifeq ($(variant),fuzz)
CC := clang
endif
ifeq ($(origin CC),default)
CC := gcc
endif

# Evaluated when used, not when read: `make deps` must work before the libraries are there.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)
ALL_CFLAGS  = -std=c17 -D_POSIX_C_SOURCE=200809L -Isrc $(flags_$(variant)) $(WARNINGS) $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(flags_$(variant)) $(LDFLAGS)
ALL_LIBS    = $(PKG_LIBS) -lpthread -lm $(LDLIBS)

SOURCES  := $(filter-out %_test.c src/cli/main.c,$(wildcard src/*/*.c))
TESTS    := $(wildcard src/*/*_test.c)
FUZZERS  := $(wildcard fuzz/*.c)
BENCHES  := $(wildcard bench/*.c)
MAIN     := $(wildcard src/cli/main.c)
OBJECTS  := $(SOURCES:src/%.c=$(B)/obj/%.o)
TEST_BIN := $(TESTS:src/%.c=$(B)/test/%)
FUZZ_BIN := $(FUZZERS:fuzz/%.c=$(B)/fuzz/%)
BENCH_BIN := $(BENCHES:bench/%.c=$(B)/bench/%)
LIBRARY  := $(B)/libheapwhy.a
PROGRAM  := $(if $(MAIN),$(B)/heapwhy)

PREFIX ?= /usr/local

# `make V=1` shows whole commands, `make -s` nothing.
Q := $(if $(V),,@)
say = $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),@:,@echo '$(1) $@')


.PHONY: all lib tests benches partial deps run test unit lint golden conformance bench asan tsan cov stress fuzz format install clean help
.DELETE_ON_ERROR:
.SECONDARY:

all: $(LIBRARY) $(PROGRAM)
lib: $(LIBRARY)
tests: $(TEST_BIN) $(BENCH_BIN)
benches: $(BENCH_BIN)

$(B)/obj/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	$(call say,AR)
	$(Q)ar rcs $@ $(OBJECTS)

$(B)/heapwhy: $(B)/obj/cli/main.o $(LIBRARY)
	$(call say,LD)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS)

# A test sees the layers through the library, and private headers of its own folder.
$(B)/test/%: $(B)/obj/%.o $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS) -lcmocka

$(B)/bench/%: bench/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(LIBRARY) $(ALL_LIBS)

$(B)/fuzz/%: fuzz/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $< $(LIBRARY) $(ALL_LIBS)

-include $(wildcard $(B)/obj/*/*.d)

## partial: while a layer does not compile: archive what does, link the tests that need no more
partial:
	-@$(MAKE) -s -k $(OBJECTS)
	@rm -f $(LIBRARY); ar rcs $(LIBRARY) $$(ls $(OBJECTS) 2>/dev/null)
	-@$(MAKE) -s -k -o $(LIBRARY) tests

## deps: install the Debian packages that building and testing need
deps:
	@tools/deps.sh $(DEBIAN)

## run: install what is missing, build, and report on the examples
run: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@tools/run-examples.sh build/release/heapwhy

## test: everything that can fail: unit tests, recorded outputs, comparisons with the real compiler
test: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all tests
	@test/run.sh

## unit: the unit tests alone
unit: $(TEST_BIN)
	@test/unit.sh $(TEST_BIN)

## golden: the recorded outputs alone (UPDATE=1 records them again)
golden: all
	@test/golden.sh

## lint: format, layers, globals, versions, sizes, clang-tidy
lint:
	@tools/lint.sh

## conformance: everything that is compared with the real compiler, as one table (the first time builds it all with it: half an hour)
conformance: all
	@test/conformance.sh all

## bench: time and memory beside the real compiler
bench: all
	@bench/run.sh

## asan, tsan, cov, stress: build that variant and run its unit and golden tests
asan tsan cov stress:
	@$(MAKE) --no-print-directory variant=$@ all tests
	@$(MAKE) --no-print-directory variant=$@ unit
	@HEAPWHY=build/$@/heapwhy test/golden.sh
	@if [ $@ = cov ]; then tools/coverage.sh build/cov; fi

## fuzz: every fuzz target for FUZZ_SECONDS (30) each
fuzz:
	@$(MAKE) --no-print-directory variant=fuzz fuzzers
	@fuzz/run.sh build/fuzz/fuzz
.PHONY: fuzzers
fuzzers: $(FUZZ_BIN)

## format: clang-format over the sources
format:
	clang-format -i $(wildcard src/*/*.[ch])

## install: heapwhy into $(PREFIX)/bin
install: all
	install -D -m 755 build/release/heapwhy $(DESTDIR)$(PREFIX)/bin/heapwhy

## clean: remove what was built (the unpacked compilers below build/oracle stay)
clean:
	rm -rf build/release build/debug build/asan build/tsan build/cov build/stress build/fuzz

help:
	@sed -n 's/^## /  /p' Makefile
