# gmnas: `make help` lists the targets. Everything is built into bin/ and recorded in results/, both ignored by git.

PROFILE ?= laptop
SEEDS   ?=
ONLY    ?=
WORKERS ?=
MIXED   ?=
DB      ?= results/gmnas.db
OUT     ?= results/out
export GMNAS_DATA

# The labels that experiments/*.go declare, so that a new file is a new target.
EXPERIMENTS := $(shell sed -n 's/^[[:space:]]*Label:[[:space:]]*"\([a-z0-9][a-z0-9+.-]*\)",.*/\1/p' $$(ls experiments/*.go | grep -v _test.go))
PACKAGES    := datasets experiments harness nasbench report results
RACE        := ./harness/run ./results ./datasets
DEBIAN      := gcc libc6-dev libdnnl-dev

# Shell that sets tags to onednn where header and library are there.
TAGS   = mkdir -p bin; tags=; if echo 'int main(void) { return dnnl_version() == 0; }' | $(CC) $$CGO_CFLAGS -include dnnl.h -x c - \
	-o bin/.probe -ldnnl $$CGO_LDFLAGS 2>/dev/null; then tags=onednn; fi; rm -f bin/.probe
RUN    = $(if $(SEEDS),--seeds '$(SEEDS)') $(if $(ONLY),--only '$(ONLY)') $(if $(WORKERS),--workers '$(WORKERS)') $(if $(MIXED),--allow-mixed)

.PHONY: help setup build test lint faults data demo tables bench clean $(EXPERIMENTS)

help:
	@echo 'make table3   run what is missing of Table 3 and render it (sets up and builds first)'
	@echo 'make tables   all tables and figures, or one: make $(EXPERIMENTS)'
	@echo 'make demo     the whole path in seconds: smoke profile, embedded images, two seeds'
	@echo 'make data     download CIFAR-10 (170 MB) and the NAS-Bench-201 table (8 MB), verified'
	@echo 'make setup    install the Debian packages that are missing, where that is allowed'
	@echo 'make build    build bin/gmnas'
	@echo 'make test     formatting, vet, staticcheck, tests, race detector'
	@echo 'make lint     formatting, vet and staticcheck only'
	@echo 'make faults   kills, power cuts, full disks, damaged files, many processes, a soak: about 15 minutes, counts printed'
	@echo 'make bench    steps against PyTorch (python3-torch), the table, rendering: into results/bench.md'
	@echo 'make clean    remove bin/ and rendered reports; what is recorded stays'
	@echo 'Variables: PROFILE=smoke|laptop|paper SEEDS=0-3 ONLY=method=gm+darts WORKERS=N MIXED=1 DB=FILE OUT=FOLDER GMNAS_DATA=FOLDER'

setup: bin/.setup

bin/.setup:
	@mkdir -p bin
	@if ! command -v go >/dev/null; then \
		echo 'Go 1.26 or newer is missing. On Debian as root: apt-get install -y curl ca-certificates &&'; \
		echo '  curl -fsSL https://go.dev/dl/go1.26.0.linux-amd64.tar.gz | tar -C /usr/local -xz && export PATH=$$PATH:/usr/local/go/bin'; exit 1; fi
	@$(TAGS); if [ -z "$$tags" ] && command -v apt-get >/dev/null; then \
		as=; if [ "$$(id -u)" != 0 ]; then as='sudo -n'; fi; \
		if [ -z "$$as" ] || $$as true 2>/dev/null; then \
			echo 'Installing $(DEBIAN)'; \
			{ $$as apt-get update -q && $$as env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(DEBIAN); } >bin/setup.log 2>&1 || \
				echo 'Installing failed, see bin/setup.log; going on with what is there.'; \
		else echo 'Debian packages may not be installed here; as root: apt-get install $(DEBIAN)'; fi; fi
	@if ! command -v $(CC) >/dev/null; then echo 'A C compiler is missing, which SQLite needs; on Debian as root: apt-get install gcc libc6-dev'; exit 1; fi
	@$(TAGS); if [ -z "$$tags" ]; then echo 'oneDNN (libdnnl-dev) is not here: the portable backend is used, which is several times slower.'; fi
	@touch $@

build: setup
	@$(TAGS); stamp=$$(go run -buildvcs=false ./harness/cmd/stamp) && \
	go build -buildvcs=false -tags "$$tags" -ldflags "$$stamp" -o bin/gmnas ./harness/cmd/gmnas && bin/gmnas version

# Runs what is missing and renders, also where a stage failed (code 1).
$(EXPERIMENTS) tables: build
	@experiments=$@; if [ $@ = tables ]; then experiments=$$(bin/gmnas list --labels); fi; \
	bin/gmnas run $$experiments --profile '$(PROFILE)' --db '$(DB)' $(RUN); code=$$?; if [ $$code -gt 1 ]; then exit $$code; fi; \
	bin/gmnas report $$experiments --profile '$(PROFILE)' --db '$(DB)' --out '$(OUT)' $(if $(SEEDS),--seeds '$(SEEDS)') && exit $$code

demo: build
	@GMNAS_DATA= bin/gmnas run table3 --profile smoke --seeds 0-1 --db results/demo.db && \
	bin/gmnas report table3 --profile smoke --db results/demo.db --out results/out/demo

data: build
	@bin/gmnas data get cifar10 nasbench201

lint: setup
	@unformatted=$$(gofmt -l $(PACKAGES)); if [ -n "$$unformatted" ]; then echo "gofmt -w $$unformatted"; exit 1; fi
	@$(TAGS); go vet -tags "faults $$tags" ./... && go tool staticcheck -tags "faults $$tags" ./...

test: lint build
	@$(TAGS); if [ -n "$$GMNAS_DATA" ]; then GMNAS_DATA=$$(cd "$$GMNAS_DATA" && pwd) || exit 1; fi; \
	go test -tags "$$tags" ./... && go test -race -tags "$$tags" $(RACE)

faults: setup
	@$(TAGS); if [ -n "$$GMNAS_DATA" ]; then GMNAS_DATA=$$(cd "$$GMNAS_DATA" && pwd) || exit 1; fi; \
	go test -tags "faults $$tags" -count=1 -p 1 -timeout 2h -v -run '^TestFault' ./results ./harness/run ./harness/cmd/gmnas

bench: build
	@bin/gmnas bench oracle; bin/gmnas bench report; bin/gmnas bench compare --out results

clean:
	rm -rf bin '$(OUT)'
