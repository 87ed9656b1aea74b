# Makefile -- builds libglassnet, the command, the tests and the benchmarks into build/.
#
#   make            library and command          make test       everything that checks them
#   make demo       build, train, predict         make bench      speed on this machine beside what is installed
#   make install    PREFIX, DESTDIR               make DEBUG=1, ASAN=1, COV=1, CC=clang: variants, each in its own folder
#
# Sources are found by wildcard: a new file needs no line here.

# As many jobs as there are processors, unless -j says otherwise; cleaning comes before what follows it.
ifeq ($(MAKELEVEL)$(filter clean,$(MAKECMDGOALS)),0)
MAKEFLAGS += -j$(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
endif

ifeq ($(origin CC),default)
CC := cc
endif
PREFIX  ?= /usr/local
VERSION := 0.1.0
SOVERSION := 0

VARIANT := $(if $(ASAN),-asan)$(if $(DEBUG),-debug)$(if $(COV),-cov)$(if $(filter clang%,$(notdir $(CC))),-clang)$(if $(CROSS),-$(CROSS))
B       := build$(VARIANT)

Q := $(if $(V),,@)
comma := ,
WARN := -Wall -Wextra -Wformat=2 -Wshadow -Wvla -Wimplicit-fallthrough -Wundef -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual
WERROR ?=
OPT  := $(if $(DEBUG)$(COV),-O0 -g,-O2 -g1)
SAN  := $(if $(ASAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)$(if $(COV), --coverage)
HARDEN := $(if $(ASAN)$(DEBUG)$(COV),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2) -fstack-protector-strong
GN_CFLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -DGN_BUILDING -Iinclude -Isrc $(OPT) -fPIC -fvisibility=hidden -ffp-contract=off -fno-math-errno \
             $(HARDEN) $(WARN) $(WERROR) $(SAN) -pthread -MMD -MP
GN_LDFLAGS := -pthread $(SAN)
LIBS := -ljansson -lz -lm

LIB_SRC := $(sort $(wildcard src/base/*.c src/formula/*.c src/kernel/*.c src/graph/*.c src/graph/composed/*.c src/nn/*.c src/data/*.c src/lens/*.c))
CLI_SRC := $(sort $(wildcard src/cli/*.c))
TEST_SRC := $(sort $(wildcard tests/test_*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(B)/%.o)
TESTS   := $(TEST_SRC:tests/%.c=$(B)/tests/%)

.PHONY: all lib fuzz tests test check deps demo bench map docs pictures install uninstall clean
.DELETE_ON_ERROR:
all: $(B)/glassnet $(B)/libglassnet.so.$(VERSION)
lib: $(B)/libglassnet.a $(B)/libglassnet.so.$(VERSION)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(GN_CFLAGS) $(CFLAGS) -c $< -o $@

$(B)/libglassnet.a: $(LIB_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(B)/libglassnet.so.$(VERSION): $(LIB_OBJ) tools/glassnet.map
	$(Q)$(CC) -shared -Wl,-soname,libglassnet.so.$(SOVERSION) -Wl,--version-script=tools/glassnet.map $(GN_LDFLAGS) $(LDFLAGS) $(LIB_OBJ) $(LIBS) -o $@
	$(Q)ln -sf $(@F) $(B)/libglassnet.so.$(SOVERSION)
	$(Q)ln -sf $(@F) $(B)/libglassnet.so

$(B)/glassnet: $(CLI_OBJ) $(B)/libglassnet.a
	$(Q)$(CC) $(GN_LDFLAGS) $(LDFLAGS) $^ $(LIBS) -o $@

$(B)/tests/%: tests/%.c $(B)/libglassnet.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(GN_CFLAGS) $(CFLAGS) -Itests $< $(B)/libglassnet.a $(GN_LDFLAGS) $(LDFLAGS) $(LIBS) -lcmocka -o $@
tests: $(TESTS)

# The fuzz drivers as plain programs over files; `clang -fsanitize=fuzzer` makes fuzzers of them.
FUZZ := $(patsubst tests/%.c,$(B)/fuzz/%,$(sort $(wildcard tests/fuzz_*.c)))
$(B)/fuzz/%: tests/%.c $(B)/libglassnet.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(GN_CFLAGS) $(CFLAGS) -DGN_FUZZ_MAIN -Itests $< $(B)/libglassnet.a $(GN_LDFLAGS) $(LDFLAGS) $(LIBS) -o $@
fuzz: $(FUZZ)

deps:
	@CC="$(CC)" sh tools/deps.sh

# Everything that checks the program; `make check` is the quick part of it.
test:
	@CC="$(CC)" sh tools/deps.sh test
	@MAKE="$(MAKE)" sh tests/run.sh
check:
	@CC="$(CC)" sh tools/deps.sh test
	@MAKE="$(MAKE)" sh tests/run.sh quick

# Builds, trains on a generated set, and predicts two rows nobody has seen.
demo: deps
	@$(MAKE) --no-print-directory all
	@B=$(B) sh tools/demo.sh

$(B)/bench/%: bench/%.c $(B)/libglassnet.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(GN_CFLAGS) $(CFLAGS) $< $(B)/libglassnet.a $(GN_LDFLAGS) $(LDFLAGS) $(LIBS) -o $@

BENCH := $(addprefix $(B)/bench/bench_,step predict curvature)
bench: $(BENCH)
	@B=$(B) python3 bench/bench.py $(if $(JSON),--json $(JSON))

map:
	@python3 tools/map.py --write
pictures: $(B)/glassnet
	@python3 tools/pictures.py $(B)/glassnet --write
docs: $(B)/glassnet
	@python3 tools/operations.py $(B)/glassnet --write

install: all
	@B=$(B) PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" VERSION=$(VERSION) SOVERSION=$(SOVERSION) sh tools/install.sh install
uninstall:
	@B=$(B) PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" VERSION=$(VERSION) SOVERSION=$(SOVERSION) sh tools/install.sh uninstall

clean:
	rm -rf build build-*

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(TESTS:=.d) $(BENCH:=.d)
