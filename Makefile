# portkit. Needs Go, make and a POSIX shell; "make lint" fetches its linters.

GO       = go
PREFIX   = /usr/local
DESTDIR  =
DIST     = dist
FUZZTIME = 10s
TOOLTIME = 10s
BENCH    = .
PKGS     = ./...

# Shows on a terminal what a silent step does.
TICKER = .ci/ticker

# The packages whose tests take longest go first, so that the others run beside
# them. Parallel tests mostly wait. "make lint" vets.
SLOWEST = ./pkg/portprobe ./pkg/report/html
GOTEST  = bin/.gotest -count=1 -vet=off -timeout 20m -p 3 -parallel 8

# The packages that have goroutines or shared memory. Their tests opt out with
# lab.NotRaced, so that a new one is raced unless it says otherwise.
CONCURRENT = ^[[:space:]]*(defer )?go [[:alpha:]]|"sync(/atomic)?"
RACED      = $(addprefix ./,$(sort $(dir $(filter-out pkg/internal/%,$(shell grep -rlE --include='*.go' '$(CONCURRENT)' pkg)))))

VERSION := $(or $(patsubst v%,%,$(shell git describe --tags --abbrev=0 2>/dev/null)),devel)
COMMIT  := $(shell git describe --always --dirty --exclude '*' 2>/dev/null)
LDFLAGS  = -s -w -X portkit/pkg/cli.version=$(VERSION) -X portkit/pkg/cli.commit=$(COMMIT)
TOOL     = $(GO) tool -modfile=.ci/tools/go.mod
TOOLS   := $(patsubst cmd/%/main.go,%,$(wildcard cmd/*/main.go))

bindir  = $(DESTDIR)$(PREFIX)/bin
mandir  = $(DESTDIR)$(PREFIX)/share/man
bashdir = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zshdir  = $(DESTDIR)$(PREFIX)/share/zsh/site-functions
fishdir = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

.PHONY: help build install package demo test test-all daemons race lint fmt cross fuzz bench docs picture clean

help: ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

build: ## build static binaries into bin/
	CGO_ENABLED=0 $(TICKER) 'building the tools' $(GO) build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o bin/ ./cmd/...

install: build ## install into DESTDIR/PREFIX (default PREFIX: /usr/local)
	mkdir -p '$(bindir)' '$(mandir)/man1' '$(mandir)/man5' '$(mandir)/man7' '$(bashdir)' '$(zshdir)' '$(fishdir)'
	set -e; for tool in $(TOOLS); do install -m 755 "bin/$$tool" '$(bindir)/'; done
	install -m 644 man/*.1 '$(mandir)/man1/'
	install -m 644 man/*.5 '$(mandir)/man5/'
	install -m 644 man/*.7 '$(mandir)/man7/'
	set -e; for tool in $(TOOLS); do \
		install -m 644 "completions/$$tool.bash" "$(bashdir)/$$tool"; \
		install -m 644 "completions/_$$tool" "$(zshdir)/_$$tool"; \
		install -m 644 "completions/$$tool.fish" "$(fishdir)/$$tool.fish"; done

package: build ## build the .deb and .rpm packages into dist/
	GO='$(GO)' MAKE='$(MAKE)' VERSION='$(VERSION)' COMMIT='$(COMMIT)' DIST='$(DIST)' .ci/package

demo: build ## start three listeners and scan all ports of 127.0.0.1
	$(TICKER) 'building the demo' $(GO) build -o bin/.demo ./pkg/internal/lab/demo
	bin/.demo bin

test: bin/.gotest ## run the tests that need only Go, and count those left out by cause
	$(GOTEST) -short $(SLOWEST) $(PKGS)

test-all: bin/.gotest ## run all tests; a skipped test is a failure
	REQUIRE=all $(GOTEST) $(SLOWEST) $(PKGS)

daemons: ## identify all daemons of the lab, 80 packages of Debian (requires root)
	GO='$(GO)' .ci/daemons

# Without the option each process of the race detector sleeps for 1 s at its end.
race: bin/.gotest ## run what is concurrent under the race detector, with fewer rounds (requires a C compiler)
	CGO_ENABLED=1 GORACE=atexit_sleep_ms=0 $(GOTEST) -race $(RACED)

bin/.gotest: .ci/gotest/main.go .ci/gotest/main_test.go
	$(TICKER) 'testing the test runner' $(GO) test -count=1 $^
	mkdir -p bin
	$(TICKER) 'building the test runner' $(GO) build -o $@ $<

lint: ## check with gofmt, gofumpt, vet, staticcheck and go mod tidy
	$(GO) mod tidy -diff
	@files=$$(gofmt -l cmd pkg .ci); [ -z "$$files" ] || { echo "not gofmt'ed:" $$files; exit 1; }
	@files=$$($(TOOL) gofumpt -l cmd pkg .ci); [ -z "$$files" ] || { echo "not gofumpt'ed:" $$files; exit 1; }
	$(GO) vet ./...
	$(GO) vet .ci/gotest/main.go .ci/gotest/main_test.go
	$(GO) vet -C .ci/kubernetes
	$(TOOL) staticcheck ./...

fmt: ## format all Go files as lint requires
	$(TOOL) gofumpt -w cmd pkg .ci

cross: ## build and vet for the other operating systems
	GO='$(GO)' .ci/cross

fuzz: ## fuzz each target for FUZZTIME (10s) and whole tools for TOOLTIME (10s)
	GO='$(GO)' FUZZTIME='$(FUZZTIME)' TOOLTIME='$(TOOLTIME)' .ci/fuzz

bench: ## run the benchmarks that match BENCH (default: all)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem $(PKGS)

docs: ## regenerate man pages, completions and schemas
	$(GO) generate ./...

picture: build ## draw .github/report.png, the picture in README.md (requires Chromium)
	.ci/picture

clean: ## remove built files
	rm -rf bin dist
