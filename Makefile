# Tweed. `make` alone prints what there is.
#
# `make run`, `make build` and `make test` need Go and make. The other targets say what
# they miss.

GO      ?= go
NAME    ?=
SPEC    ?=
NPM     ?=
WRITE   ?=
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
IMAGE   ?= tweed:$(VERSION)

# How long each fuzz target runs.
FUZZTIME ?= 10s
# More flags for every `go test` here, for example TESTFLAGS='-run TestFlow -v'.
TESTFLAGS ?=

GOBUILD = CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"

# The linter's version is part of its file name, so that no other version answers.
LINT_VERSION = v2.15.0
LINT          = $(or $(shell $(GO) env GOBIN),$(shell $(GO) env GOPATH)/bin)/golangci-lint-$(LINT_VERSION)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run build test race lint fmt fuzz bench sdk-test sdk-table browser-test golden generate contract image ci clean module

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start the emulator on 127.0.0.1:7524
	$(GO) run ./cmd/tweed serve

build: ## bin/tweed, static
	$(GOBUILD) -o bin/tweed ./cmd/tweed

test: ## all tests of the root module
	$(GO) test $(TESTFLAGS) ./...

race: ## the same under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race $(TESTFLAGS) ./...

lint: $(LINT) ## golangci-lint, tidy go.mod files, and a proof that the rules can fail
	$(GO) mod tidy -diff
	cd emulator/conformance && $(GO) mod tidy -diff
	$(LINT) run --allow-parallel-runners ./...
	cd emulator/conformance && $(LINT) run --allow-parallel-runners --config ../../.golangci.yml ./...
	LINT=$(LINT) .ci/prove-lint

fmt: $(LINT) ## format as the linter wants it
	$(LINT) fmt

fuzz: ## every fuzz target for FUZZTIME (10s)
	FUZZTIME=$(FUZZTIME) .ci/fuzz

bench: ## what a call costs
	$(GO) test -run '^$$' -bench . -benchmem $(TESTFLAGS) ./...
	$(GO) run ./emulator/internal/bench

sdk-test: ## official SDKs against the emulator (needs node, npm, python3, JDK, Maven, curl)
	cd emulator/conformance && $(GO) test $(TESTFLAGS) ./...
	@cat emulator/conformance/testdata/sdks.md

sdk-table: ## run the SDKs and write the table of them anew, in README.md too
	cd emulator/conformance && $(GO) test -run '^TestSDKs$$' . -update

# A runner of its own: -json in TESTFLAGS writes what "go test -json" writes, -run and -v are as there. Pictures are in
# bin/browser-test.
browser-test: ## Link, the console and the demo in a browser (needs chromium, certutil, node, npm)
	@command -v node >/dev/null || { echo 'make browser-test: there is no node: "apt-get install nodejs npm"' >&2; exit 1; }
	@node emulator/conformance/browser/run.js $(TESTFLAGS)

# Only packages that compare with recorded bytes know the flag.
golden: ## record the expected outputs anew; look at the diff
	@packages=$$(grep -rlE 'flag\.Bool(Var)?\(.*"update"' --include='*_test.go' cmd emulator scenarios fixtures \
		| grep -v '^emulator/conformance/' | xargs -r -n 1 dirname | sort -u | sed 's|^|./|'); \
	test -n "$$packages" || { echo 'make golden: no test package has a flag -update' >&2; exit 1; }; \
	set -x; $(GO) test $$packages -update

generate: ## compile the contract and write the generated tables and documents
	$(GO) generate ./...

# Without WRITE=1 nothing is written. What WRITE=1 makes of SPEC is gone with the next `make generate`.
contract: ## what SPEC=openapi.yaml or NPM=version of the SDK changes in the contract
	@test -n '$(SPEC)$(NPM)' || { echo 'make contract: say SPEC=path/to/openapi.yaml or NPM=47.0.0' >&2; exit 2; }
ifneq ($(SPEC),)
	$(GO) run ./emulator/internal/contract/gen/openapi -spec '$(SPEC)' $(if $(WRITE),-write)
endif
ifneq ($(NPM),)
	$(GO) run ./emulator/internal/contract/gen/npm -version '$(NPM)' $(if $(WRITE),-write)
	$(if $(WRITE),$(GO) generate ./emulator/internal/contract)
endif

image: ## a container image of about the binary's size (docker or buildah)
	GOOS=linux $(GOBUILD) -o bin/image/tweed ./cmd/tweed
	mkdir -p bin/image/ca
	docker/build '$(IMAGE)' '$(VERSION)'

ci: ## what CI runs
	.ci/run

clean: ## remove what make built
	rm -rf bin

module: ## rename the Go module: make module NAME=example.com/you/tweed
	@test -n '$(NAME)' || { echo 'make module: say NAME=example.com/you/tweed' >&2; exit 2; }
	.ci/rename-module '$(NAME)'

# Built in a folder of its own, then moved: a half install never looks like a whole one.
$(LINT):
	@mkdir -p $(@D)
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
		GOBIN="$$dir" $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION) && \
		mv "$$dir/golangci-lint" $@
