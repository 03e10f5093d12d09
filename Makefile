# Every target sets up what it needs: a JDK 17, Maven and Python 3.11 are all that must be there.
.DEFAULT_GOAL := help
MVN := mvn -B -q
PYTHON ?= python3
SOURCES := pom.xml $(shell find src/main -type f 2>/dev/null)
SERVERS := target/servers/s3/.complete
JAR := target/.built

.PHONY: help demo demo-real test bench chaos build format sql serve clean

help: ## What there is to do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: build ## The whole pipeline on this machine, with a page to look at
	target/sluice demo

demo-real: build .venv/.complete ## The same over a year of real orders
	bash src/demo-real/run.sh

test: $(SERVERS) .venv/.complete ## All tests
	$(MVN) verify
	@$(PYTHON) .ci/summary.py target/surefire-reports

bench: GB ?= 1.1
bench: PAIRS ?= 3
bench: build ## Bronze to gold beside bare Spark, in pairs: make bench GB=1.1 PAIRS=3
	$(MVN) test-compile
	SLUICE_TIER=4 SLUICE_CLASSES=target/test-classes SLUICE_MAIN=io.sluice.BenchNightly \
	  target/sluice target/bench $(GB) $(PAIRS)

chaos: SEED ?= 1
chaos: SCALE ?= 1
chaos: build ## Killed drivers, bad networks, races, damaged logs: make chaos SEED=1 SCALE=1
	$(MVN) test-compile
	SLUICE_CLASSES=target/test-classes SLUICE_MAIN=io.sluice.Chaos \
	  target/sluice target/chaos $(SEED) $(SCALE)

build: $(JAR) $(SERVERS) ## The jar, what it runs with, and the launcher target/sluice

format: ## Formats the code
	$(MVN) spotless:apply

sql: build ## A query over the demo's tables: make sql Q="select * from gold.spend_daily"
	@target/sluice sql --demo target/demo "$(Q)"

serve: build ## Serves the demo's tables over S3 until interrupted
	target/sluice serve --demo target/demo

clean: ## Removes everything built
	rm -rf target .venv

$(JAR): $(SOURCES)
	$(MVN) package -DskipTests
	@install -m 755 src/main/scripts/sluice target/sluice
	@touch $@

$(SERVERS): src/servers/s3/pom.xml
	cd src/servers/s3 && $(MVN) org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
	  -DincludeScope=runtime -DoutputDirectory=$(CURDIR)/target/servers/s3
	@touch $@

.venv/.complete: src/python/requirements.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r src/python/requirements.txt
	@touch $@

.PHONY: infra
infra: ## Terraform, roles and policies, without a cloud
	PYTHON=$(PYTHON) bash terraform/tests/run.sh
