# Builds, tests, runs and installs sagflow. `make help` lists the targets.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
# Configuration is in /etc, regardless of the prefix.
SYSCONFDIR ?= /etc
# Additional arguments of `sagflow collect`: make run ARGS="--listen [::]:2055"
ARGS ?=

BUILD_PACKAGES := ca-certificates git pkg-config libdeflate-dev libmaxminddb-dev libpcap-dev libzstd-dev python3-pip
TEST_PACKAGES := $(BUILD_PACKAGES) fprobe libfixbuf-dev nfdump openssl prometheus python3 softflowd tcpdump tshark valgrind

# Kafka output, excluded from the default build. Its modules differ, so it has its own build directory.
KAFKA_PACKAGES := librdkafka-dev
KAFKA := --traits Kafka --scratch-path .build/kafka

# Tools to build the Debian package, and to test it.
DEB_PACKAGES := bash-completion debhelper
TEST_DEB_PACKAGES := debootstrap lintian mandoc systemd-container

# Static linking of the Swift runtime, for hosts without a toolchain. Its modules differ from those of a default build, and the
# test library has no static form, so it has its own build directory.
STATIC := .build/static
# Full RELRO, as in Debian's programs.
HARDENED := -Xlinker -z -Xlinker relro -Xlinker -z -Xlinker now

SOURCES = $(wildcard Sources Tests Benchmarks/Sources Benchmarks/Package.swift Package.swift)

bin := $(DESTDIR)$(PREFIX)/bin/sagflow
lib := $(DESTDIR)$(PREFIX)/lib
unit := $(lib)/systemd/system/sagflow.service
socket := $(lib)/systemd/system/sagflow.socket
sysusers := $(lib)/sysusers.d/sagflow.conf
tmpfiles := $(lib)/tmpfiles.d/sagflow.conf
sysctl := $(lib)/sysctl.d/60-sagflow.conf
man := $(DESTDIR)$(PREFIX)/share/man
config := $(DESTDIR)$(SYSCONFDIR)/sagflow/sagflow.yaml

# Tests that start in-process servers or many programs run separately, one after another,
PROCESS_TESTS := ^(ClickHouseTests|EndToEndTests|ObjectStorageTests|SmartAccessGatewayTests)\.
# except those that mostly wait for other programs, which run in parallel.
DRIVEN_TESTS := ^EndToEndTests\.(FaultTests|RecoveryTests|AgingTests|SignalTests|WorkerTests|LiveTests|AskTests$\
|RetargetTests|RetargetRefusalTests|RetargetMistakeTests|RetargetArrivalTests|SetupCommandTests|SetupQuestionTests$\
|FilterTests|ClockTests|StatusTests|AlertTests|WatchedTopTests|SharedTests|LineTests|RelayTests|OutputTests|RenameTests|LabelTests|UnionTests|AnonymizeTests|StreamTests|EnduranceTests|CostTests)/
# Run only by `make test-engines`.
ENGINE_TESTS := ^(EndToEndTests\.(BrowserTests|OutputFaultTests|OutputEngineTests|UnionEngineTests)|ObjectStorageTests\.EngineTests|ClickHouseTests\.(EngineTests|OldServerTests))/

# Each sanitizer needs its own modules. ThreadSanitizer conflicts with the tests that count allocations, because both replace
# malloc; neither sanitizer can measure time, instructions or memory.
SANITIZED_TESTS := AlertsTests CaptureTests FilesTests FixtureTests FlowAggregationTests FlowFilterTests FlowLinesTests FlowModelTests \
  FlowOutputTests FlowPipelineTests FlowQueryTests FlowStoreTests FlowTextTests HostNamesTests JournalTests LabelsTests LookupTablesTests \
  NetFlowTests PacketHeadersTests ParquetTests RelayTests TrafficGeneratorTests SettingsTests ShippingTests WaitingTests FuzzTests
UNSANITIZED_TESTS := Allocation|Attack|FlowDecoderLimitTests/(spoofedExporters|templateFlood|earlyData)|WholeFileTests/empty|ScanMemoryTests
# BasicContainers of swift-collections, an indirect dependency, crashes the compiler with -sanitize=thread (Swift 6.3).
SANITIZERS ?= address thread

# Keeps Python from writing compiled modules into the sources.
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help build run test test-engines test-kafka test-sanitized fuzz test-fast test-python-update bench bench-ask bench-peers bench-attacks bench-limits bench-scale bench-nat bench-recovery bench-live bench-outputs soak static install man deb test-deb test-service test-container uninstall format lint shipped-files clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' Makefile

build: ## Build for this host
	@scripts/debian-packages $(BUILD_PACKAGES)
	@scripts/page-assets
	@scripts/build-commit
	swift build -c release --product sagflow

run: build ## Collect on UDP 9995 into ./flows (ARGS= for more)
	exec .build/release/sagflow collect -c config/sagflow.yaml $(ARGS)

test: ## Build everything once and run all tests
	@scripts/debian-packages $(TEST_PACKAGES)
	@scripts/page-assets
	@scripts/build-commit
	swift build -c release --build-tests
	SAGFLOW_PYTHON="$$(scripts/test-python)" && export SAGFLOW_PYTHON && scripts/run-tests --skip '$(PROCESS_TESTS)' -- \
	  --no-parallel --filter '$(PROCESS_TESTS)' --skip '$(DRIVEN_TESTS)' -- --filter '$(DRIVEN_TESTS)'

test-engines: ## Build, install Chromium, databases and object stores, and run the tests that need them
	@scripts/debian-packages $(TEST_PACKAGES) chromium
	@scripts/page-assets
	@scripts/build-commit
	swift build -c release --build-tests
	OLD_CLICKHOUSE="$$(scripts/old-clickhouse || true)" && export OLD_CLICKHOUSE && \
	  ENGINES_PYTHON="$$(scripts/test-python engines)" && export ENGINES_PYTHON && scripts/run-tests --no-parallel --filter '$(ENGINE_TESTS)'

test-kafka: ## Build with Kafka, and run its tests, including broker failures
	@scripts/debian-packages $(BUILD_PACKAGES) $(KAFKA_PACKAGES) protobuf-compiler
	@scripts/page-assets
	@scripts/build-commit
	swift build -c release --build-tests $(KAFKA)
	KAFKA_PYTHON="$$(scripts/test-python engines)" && export KAFKA_PYTHON && \
	  swift test -c release --skip-build $(KAFKA) --filter '^KafkaTests\.' && mkdir -p .build/kafka/librdkafka && \
	  ln -sf "$$(dirname "$$(dirname "$$KAFKA_PYTHON")")"/lib/python3*/site-packages/confluent_kafka.libs/librdkafka-*.so.1 \
	    .build/kafka/librdkafka/librdkafka.so.1 && \
	  LD_LIBRARY_PATH="$$PWD/.build/kafka/librdkafka" \
	    swift test -c release --skip-build $(KAFKA) --filter '^(KafkaTests\.BrokerTests|EndToEndTests\.OutputKafkaTests)/'

test-sanitized: ## Build with AddressSanitizer, then with ThreadSanitizer, and run the unit tests (SANITIZERS=address ARGS="MODULES")
	@scripts/debian-packages $(BUILD_PACKAGES)
	@scripts/page-assets
	@scripts/build-commit
	export SANITIZED_SKIP='$(UNSANITIZED_TESTS)' status=0; for sanitizer in $(SANITIZERS); do \
	  scripts/test-sanitized $$sanitizer $(or $(ARGS),$(SANITIZED_TESTS)) || status=1; done; exit $$status

fuzz: ## Fuzz the parsers of untrusted input (ARGS="target seconds"; lists the targets without arguments)
	@scripts/debian-packages $(BUILD_PACKAGES)
	scripts/fuzz $(ARGS)

test-fast: ## Build, and run the fast tests: no sockets, no other programs, seconds
	@scripts/debian-packages $(BUILD_PACKAGES)
	@scripts/page-assets
	@scripts/build-commit
	swift build -c release --build-tests
	FAST_TESTS=1 scripts/run-tests --skip '^EndToEndTests\.'

test-python-update: ## Update the tests' Python packages to their newest versions
	scripts/test-python --update
	scripts/test-python --update engines

bench: ## Measure decoding, aging, writing, and the whole pipeline (ARGS= for more)
	@scripts/debian-packages $(BUILD_PACKAGES)
	swift run -c release --package-path Benchmarks sagflow-bench $(ARGS)

bench-ask: build ## Compare queries with nfdump and DuckDB (ARGS="FLOWS RUNS")
	@scripts/debian-packages $(TEST_PACKAGES)
	scripts/bench-ask $(ARGS)

bench-peers: static ## Compare the program that is installed with nfdump's tools (NFCAPD= NFDUMP= ARGS="offline live ask")
	@scripts/debian-packages $(TEST_PACKAGES)
	scripts/bench-peers $(ARGS)

bench-attacks: build ## Measure the cost of malicious datagrams (ARGS=PROGRAM)
	scripts/bench-attacks $(ARGS)

bench-limits: build ## Compare a record's cost with memory, loopback and disk (ARGS=CAPTURE)
	scripts/bench-limits $(ARGS)

bench-scale: build ## Show whether a record's cost depends on how much there is (ARGS="records exporters flows workers")
	scripts/bench-scale $(ARGS)

bench-nat: build ## Measure NAT lookups (who had this address?) in a day of events (ARGS="EVENTS RUNS")
	scripts/bench-nat $(ARGS)

bench-recovery: build ## Measure journal, checkpoints and crash recovery (ARGS="restart cost")
	@scripts/debian-packages $(TEST_PACKAGES)
	"$$(scripts/test-python)" scripts/bench-recovery $(ARGS)

bench-live: build ## Measure the collector's cost of live queries (ARGS="copy load page")
	@scripts/debian-packages $(TEST_PACKAGES)
	"$$(scripts/test-python)" scripts/bench-live $(ARGS)

soak: build ## Run a collector under mixed load for half an hour and check its stability (ARGS="--minutes N", "--hours 8", "--bounds")
	@scripts/debian-packages $(TEST_PACKAGES)
	"$$(scripts/test-python)" scripts/soak $(ARGS)

bench-outputs: build ## Measure the collector's cost of outputs (ARGS="clickhouse s3 s3-parts oss kafka kafka-live")
	@scripts/debian-packages $(TEST_PACKAGES)
	"$$(scripts/test-python)" scripts/bench-outputs $(ARGS)

static: ## Build with a statically linked Swift runtime
	@scripts/debian-packages $(BUILD_PACKAGES)
	@scripts/page-assets
	@scripts/build-commit
	swift build -c release --product sagflow --static-swift-stdlib --scratch-path "$(STATIC)" $(HARDENED)

install: static ## Install program, units, man pages and configuration (PREFIX=/usr/local, DESTDIR=)
	install -D -m 755 -s "$(STATIC)/release/sagflow" "$(bin)"
	if [[ ! -e "$(config)" ]]; then install -D -m 644 config/sagflow.yaml "$(config)"; fi
	install -D -m 644 systemd/sagflow.service "$(unit)"
	sed -i 's|/usr/local/bin/|$(PREFIX)/bin/|' "$(unit)"
	install -D -m 644 systemd/sagflow.socket "$(socket)"
	install -D -m 644 systemd/sagflow.sysusers "$(sysusers)"
	install -D -m 644 systemd/sagflow.tmpfiles "$(tmpfiles)"
	install -D -m 644 systemd/sagflow.sysctl "$(sysctl)"
	scripts/man-pages "$(STATIC)/release/sagflow" .build/man
	install -d "$(man)/man1" "$(man)/man5"
	install -m 644 .build/man/*.1 "$(man)/man1"
	install -m 644 .build/man/*.5 "$(man)/man5"
	if [[ -z "$(DESTDIR)" && -d /run/systemd/system ]]; then \
	  systemd-sysusers "$(sysusers)" && systemd-tmpfiles --create "$(tmpfiles)" && \
	  /usr/lib/systemd/systemd-sysctl "$(sysctl)" && systemctl daemon-reload; fi
	@echo 'Start it with: systemctl enable --now sagflow'

man: build ## Write the man pages to .build/man
	scripts/man-pages .build/release/sagflow .build/man

deb: static ## Build the Debian package in .build/deb
	@scripts/debian-packages $(DEB_PACKAGES)
	scripts/deb

test-deb: deb ## Check the package, then install, start, upgrade and purge it in a Debian 12 container (as root)
	@scripts/debian-packages $(TEST_DEB_PACKAGES)
	scripts/check-deb
	scripts/test-deb

test-service: static ## Run the installed service under systemd in a Debian 12 container: sandbox, restart, crash, watchdog (as root)
	@scripts/debian-packages debootstrap systemd-container
	scripts/test-service

test-container: deb ## Build the container image from this host's package, check and run it (as root)
	@scripts/debian-packages buildah debootstrap
	scripts/test-container

uninstall: ## Remove what install installed, except configuration and flows
	if [[ -z "$(DESTDIR)" && -d /run/systemd/system ]]; then systemctl disable --now sagflow || true; fi
	rm -f "$(bin)" "$(unit)" "$(socket)" "$(sysusers)" "$(tmpfiles)" "$(sysctl)" "$(man)"/man1/sagflow*.1 "$(man)"/man5/sagflow*.5
	if [[ -z "$(DESTDIR)" && -d /run/systemd/system ]]; then systemctl daemon-reload; fi
	@echo 'Kept: $(config) and /var/lib/sagflow'

format: ## Format the sources
	swift format --in-place --recursive --parallel $(SOURCES)

lint: ## Check the format
	swift format lint --strict --recursive --parallel $(SOURCES)

shipped-files: ## Update config/sagflow.yaml, the generated parts of docs/, and the expected ClickHouse schemas
	swift build -c release --build-tests
	UPDATE_SHIPPED_FILES=1 swift test -c release --skip-build --filter 'ShippedFilesTests|ClickHouseTests.SchemaTests'

clean: ## Remove all build products
	rm -rf .build Benchmarks/.build
