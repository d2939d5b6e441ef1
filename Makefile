# Builds, tests, runs and installs sagflow. `make help` lists the targets.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
# Configuration stands in /etc whatever the prefix is.
SYSCONFDIR ?= /etc
# More for `sagflow collect`: make run ARGS="--listen [::]:2055"
ARGS ?=

BUILD_PACKAGES := ca-certificates git pkg-config libdeflate-dev libmaxminddb-dev libpcap-dev libzstd-dev python3-pip
TEST_PACKAGES := $(BUILD_PACKAGES) fprobe libfixbuf-dev nfdump openssl prometheus python3 softflowd tcpdump tshark

# What an output to Kafka needs, which the usual build does without; its modules differ from those of a usual build.
KAFKA_PACKAGES := librdkafka-dev
KAFKA := --traits Kafka --scratch-path .build/kafka

# What makes the Debian package, and what tests it.
DEB_PACKAGES := bash-completion debhelper
TEST_DEB_PACKAGES := debootstrap lintian mandoc systemd-container

# The Swift runtime linked in, for hosts without a toolchain. Its modules differ from those of a usual build, and the test
# library has no static form, so it has a folder of its own.
STATIC := .build/static
# Relocations are read-only once the program has started, as Debian builds its programs.
HARDENED := -Xlinker -z -Xlinker relro -Xlinker -z -Xlinker now

SOURCES = $(wildcard Sources Tests Benchmarks/Sources Benchmarks/Package.swift Package.swift)

bin := $(DESTDIR)$(PREFIX)/bin/sagflow
lib := $(DESTDIR)$(PREFIX)/lib
unit := $(lib)/systemd/system/sagflow.service
socket := $(lib)/systemd/system/sagflow.socket
sysusers := $(lib)/sysusers.d/sagflow.conf
sysctl := $(lib)/sysctl.d/60-sagflow.conf
man := $(DESTDIR)$(PREFIX)/share/man
config := $(DESTDIR)$(SYSCONFDIR)/sagflow/sagflow.yaml

# Tests that start in-process servers or many programs, apart from all others: one after another.
PROCESS_TESTS := ^(ClickHouseTests|EndToEndTests|ObjectStorageTests|SmartAccessGatewayTests)\.
# Of these, those that only drive other programs, and mostly wait for them: side by side.
DRIVEN_TESTS := ^EndToEndTests\.(FaultTests|RecoveryTests|AgingTests|SignalTests|WorkerTests|LiveTests|AskTests$\
|RetargetTests|RetargetRefusalTests|RetargetMistakeTests|RetargetArrivalTests|SetupCommandTests|SetupQuestionTests$\
|FilterTests|StatusTests|AlertTests|WatchedTopTests|SharedTests|LineTests|RelayTests|OutputTests|RenameTests|LabelTests|UnionTests|AnonymizeTests|StreamTests|EnduranceTests)/
# Those that only `make test-engines` runs.
ENGINE_TESTS := ^(EndToEndTests\.(BrowserTests|OutputFaultTests|OutputEngineTests|UnionEngineTests)|ObjectStorageTests\.EngineTests|ClickHouseTests\.(EngineTests|OldServerTests))/

# Both sanitizers want modules of their own. ThreadSanitizer cannot have the tests that count allocations, whose counter takes the place
# of malloc, as it does; neither can measure time or instructions.
SANITIZED_TESTS := ^(CaptureTests|FilesTests|FixtureTests|FlowAggregationTests|FlowFilterTests|FlowModelTests|FlowOutputTests|FlowPipelineTests$\
|FlowQueryTests|FlowStoreTests|FlowTextTests|FuzzTests|JournalTests|LabelsTests|LookupTablesTests|NetFlowTests|PacketHeadersTests|ParquetTests$\
|RelayTests|SettingsTests|ShippingTests|TrafficGeneratorTests)\.
UNSANITIZED_TESTS := Allocation|Attack
# swift-collections' BasicContainers, which others' modules bring along, crashes the compiler with -sanitize=thread (Swift 6.3).
SANITIZERS ?= address thread

# Python would leave folders of compiled modules among the sources.
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help build run test test-engines test-kafka test-sanitized fuzz test-fast test-python-update bench bench-ask bench-peers bench-attacks bench-nat bench-recovery bench-live bench-outputs soak static install man deb test-deb test-container uninstall format lint shipped-files clean

help: ## This list
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

test-engines: ## Build, and run the tests that need a browser (Chromium), databases, object stores and other large programs, which this installs
	@scripts/debian-packages $(TEST_PACKAGES) chromium
	@scripts/page-assets
	@scripts/build-commit
	swift build -c release --build-tests
	OLD_CLICKHOUSE="$$(scripts/old-clickhouse || true)" && export OLD_CLICKHOUSE && \
	  ENGINES_PYTHON="$$(scripts/test-python engines)" && export ENGINES_PYTHON && scripts/run-tests --no-parallel --filter '$(ENGINE_TESTS)'

test-kafka: ## Build with Kafka, and run its tests against brokers that fail
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

test-sanitized: ## Build with AddressSanitizer, then with ThreadSanitizer, and run the unit tests (SANITIZERS=address)
	@scripts/debian-packages $(BUILD_PACKAGES)
	@scripts/page-assets
	@scripts/build-commit
	for sanitizer in $(SANITIZERS); do \
	  swift build --build-tests --sanitize=$$sanitizer --scratch-path .build/$$sanitizer; \
	  swift test --skip-build --sanitize=$$sanitizer --scratch-path .build/$$sanitizer --filter '$(SANITIZED_TESTS)' --skip '$(UNSANITIZED_TESTS)'; done

fuzz: ## Search for inputs that break a reader of untrusted octets (ARGS="target seconds"; without, the targets are listed)
	@scripts/debian-packages $(BUILD_PACKAGES)
	scripts/fuzz $(ARGS)

test-fast: ## Build, and run the tests without sockets and other programs: seconds
	@scripts/debian-packages $(BUILD_PACKAGES)
	@scripts/page-assets
	@scripts/build-commit
	swift build -c release --build-tests
	FAST_TESTS=1 scripts/run-tests --skip '^EndToEndTests\.'

test-python-update: ## Move the tests' Python packages on to their newest versions
	scripts/test-python --update
	scripts/test-python --update engines

bench: ## Measure decoding, aging, writing and all together (ARGS= for more)
	@scripts/debian-packages $(BUILD_PACKAGES)
	swift run -c release --package-path Benchmarks sagflow-bench $(ARGS)

bench-ask: build ## Put the same questions to sagflow, nfdump and DuckDB (ARGS="FLOWS RUNS")
	@scripts/debian-packages $(TEST_PACKAGES)
	scripts/bench-ask $(ARGS)

bench-peers: build ## Put the same work to sagflow and to nfdump's tools (NFCAPD= NFDUMP= ARGS="offline live ask")
	@scripts/debian-packages $(TEST_PACKAGES)
	scripts/bench-peers $(ARGS)

bench-attacks: build ## Measure what datagrams cost that are made to be dear (ARGS=PROGRAM)
	scripts/bench-attacks $(ARGS)

bench-nat: build ## Measure who had an address behind NAT, on a day of events (ARGS="EVENTS RUNS")
	scripts/bench-nat $(ARGS)

bench-recovery: build ## Measure journal, checkpoints, and a start after a crash (ARGS="restart cost")
	@scripts/debian-packages $(TEST_PACKAGES)
	"$$(scripts/test-python)" scripts/bench-recovery $(ARGS)

bench-live: build ## Measure what questions for live flows cost the collector (ARGS="copy load page")
	@scripts/debian-packages $(TEST_PACKAGES)
	"$$(scripts/test-python)" scripts/bench-live $(ARGS)

soak: build ## Put a collector under mixed load for half an hour, and see whether it stays as it is (ARGS="--minutes N", "--hours 8", "--bounds")
	@scripts/debian-packages $(TEST_PACKAGES)
	"$$(scripts/test-python)" scripts/soak $(ARGS)

bench-outputs: build ## Measure what outputs cost the collector (ARGS="clickhouse s3 s3-parts oss kafka kafka-live")
	@scripts/debian-packages $(TEST_PACKAGES)
	"$$(scripts/test-python)" scripts/bench-outputs $(ARGS)

static: ## Build with the Swift runtime linked in
	@scripts/debian-packages $(BUILD_PACKAGES)
	@scripts/page-assets
	@scripts/build-commit
	swift build -c release --product sagflow --static-swift-stdlib --scratch-path "$(STATIC)" $(HARDENED)

install: static ## Install program, unit, manual and configuration (PREFIX=/usr/local, DESTDIR=)
	install -D -m 755 -s "$(STATIC)/release/sagflow" "$(bin)"
	if [[ ! -e "$(config)" ]]; then install -D -m 644 config/sagflow.yaml "$(config)"; fi
	install -D -m 644 systemd/sagflow.service "$(unit)"
	sed -i 's|/usr/local/bin/|$(PREFIX)/bin/|' "$(unit)"
	install -D -m 644 systemd/sagflow.socket "$(socket)"
	install -D -m 644 systemd/sagflow.sysusers "$(sysusers)"
	install -D -m 644 systemd/sagflow.sysctl "$(sysctl)"
	scripts/man-pages "$(STATIC)/release/sagflow" .build/man
	install -d "$(man)/man1" "$(man)/man5"
	install -m 644 .build/man/*.1 "$(man)/man1"
	install -m 644 .build/man/*.5 "$(man)/man5"
	if [[ -z "$(DESTDIR)" && -d /run/systemd/system ]]; then \
	  systemd-sysusers "$(sysusers)" && /usr/lib/systemd/systemd-sysctl "$(sysctl)" && systemctl daemon-reload; fi
	@echo 'Start it with: systemctl enable --now sagflow'

man: build ## Write the manual pages into .build/man
	scripts/man-pages .build/release/sagflow .build/man

deb: static ## Make a Debian package in .build/deb
	@scripts/debian-packages $(DEB_PACKAGES)
	scripts/deb

test-deb: deb ## Check the package, then install, start, upgrade and purge it in a Debian 12 of its own (as root)
	@scripts/debian-packages $(TEST_DEB_PACKAGES)
	scripts/check-deb
	scripts/test-deb

test-container: deb ## Build the container image from this host's package, check what is in it, and run it (as root)
	@scripts/debian-packages buildah debootstrap
	scripts/test-container

uninstall: ## Remove what install put there, but for configuration and flows
	if [[ -z "$(DESTDIR)" && -d /run/systemd/system ]]; then systemctl disable --now sagflow || true; fi
	rm -f "$(bin)" "$(unit)" "$(socket)" "$(sysusers)" "$(sysctl)" "$(man)"/man1/sagflow*.1 "$(man)"/man5/sagflow*.5
	if [[ -z "$(DESTDIR)" && -d /run/systemd/system ]]; then systemctl daemon-reload; fi
	@echo 'Kept: $(config) and /var/lib/sagflow'

format: ## Format the sources
	swift format --in-place --recursive --parallel $(SOURCES)

lint: ## Check the format
	swift format lint --strict --recursive --parallel $(SOURCES)

shipped-files: ## Write config/sagflow.yaml and the table of docs/configuration.md from the schema
	swift build -c release --build-tests
	UPDATE_SHIPPED_FILES=1 swift test -c release --skip-build --filter ShippedFilesTests

clean: ## Remove everything that was built
	rm -rf .build Benchmarks/.build
