# The only entry point. `make` alone prints what there is; deploy/local/way.sh chooses Docker or local processes.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# npm runs on the machine's own Node; everything else on the Node 24 that npm brings.
MACHINE_PATH := $(PATH)
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

INSTALLED := node_modules/.package-lock.json
# settings of deploy/env/up.env, which make env writes; the environment wins
TOOL := node $(if $(wildcard deploy/env/up.env),--env-file=deploy/env/up.env)
JEST := node --disable-warning=ExperimentalWarning --experimental-vm-modules node_modules/jest/bin/jest.js

.PHONY: help up down reset logs ps observe observe-down env run kafka-up demo pictures clients test-api verify service check test test-unit test-int e2e \
        seeded-bugs chaos fuzz alerts-drill yard-load kafka-topics kafka-topics-create kafka-consume kafka-consume-assembly \
        kafka-consume-dlq kafka-limit kafka-produce bench-outbox bench-inbox bench-peers bench-rpc bench-pvz bench-report bench-booking bench-cache bench-console bench-tracing k8s-check k8s-platform k8s-secrets schemas gen migrations baseline format

help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## /{printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(INSTALLED) ## start everything (d=1: in the background; via=local: without Docker; chaos=1: a fifth of the publisher's sends fail)
	@$(if $(chaos),OUTBOX_CHAOS=0.2) deploy/local/way.sh up

down: $(INSTALLED) ## stop everything; the data stay
	@deploy/local/way.sh down

reset: $(INSTALLED) ## stop everything and wipe the data (yes=1: without asking)
	@deploy/local/way.sh reset

logs: $(INSTALLED) ## follow the logs (s=loms: of one service)
	@deploy/local/way.sh logs

ps: $(INSTALLED) ## what runs: process, state, ports, restarts
	@deploy/local/way.sh ps

observe: $(INSTALLED) ## dashboards, alerts, traces and logs of the running system; prints the addresses (without Docker: needs Go; with: logs=off leaves Elasticsearch out)
	@deploy/local/way.sh observe

observe-down: $(INSTALLED) ## stop these, and leave the system running
	@deploy/local/way.sh observe-down

env: ## settings as files: deploy/env/NAME.env of each service and up.env, which make up reads; what is there stays
	@for template in deploy/env/*.env.template; do \
		file=$${template%.template}; \
		if [ -e "$$file" ]; then echo "$$file is there already"; else cp "$$template" "$$file" && echo "$$file"; fi; done

kafka-up: $(INSTALLED) ## only the engines, in the background: Kafka with its topics, Postgres with its tables
	@deploy/local/way.sh engines

run: $(INSTALLED) ## one service in the foreground, against what is up (s=notification; make kafka-up before)
	@$(TOOL) deploy/local/run.ts $(s)

demo: $(INSTALLED) ## orders, bookings and pick-ups in the running system, and tables of what became of them and their events
	@$(TOOL) tools/demo.ts

test-api: $(INSTALLED) ## the calls of README.md on the running system, each checked
	@$(TOOL) tools/test-api.ts

pictures: $(INSTALLED) ## the pictures of README, taken of the running system's page
	@$(TOOL) tools/pictures.ts

clients: $(INSTALLED) ## clients that are not ours (grpcurl, Java, Python, a browser …) on the running system (only=NAME)
	@$(TOOL) tools/clients.ts $(if $(only),--only $(only))

schemas: $(INSTALLED) ## what events look like: subjects and their versions (s=SUBJECT: its schema), by ./inorder schemas
	@./inorder schemas $(if $(s),show $(s))

verify: $(INSTALLED) ## every event of every outbox held against the running system's Kafka, from the beginning
	@$(TOOL) tools/verify.ts

kafka-topics: $(INSTALLED) ## topics of the running system: partitions, messages, retention
	@$(TOOL) tools/kafka-topics.ts

kafka-topics-create: $(INSTALLED) ## create the topics of deploy/topics.yaml that are missing
	@$(TOOL) deploy/local/run.ts topics

KAFKA_CONSUME = $(TOOL) tools/kafka-consume.ts $(if $(n),--number $(n)) $(if $(from),--from $(from))

kafka-consume: $(INSTALLED) ## a topic's latest messages, and those that come (t=topic; n=5: and ends; from=beginning)
	@$(KAFKA_CONSUME) $(t)

kafka-consume-assembly: $(INSTALLED) ## the same of the ships that were assembled
	@$(KAFKA_CONSUME) order.assembly.completed

kafka-produce: $(INSTALLED) ## one message into a topic (t=topic k=key v=value)
	@$(TOOL) tools/kafka-produce.ts '$(t)' $(if $(k),--key '$(k)') $(if $(v),--value '$(v)')

kafka-limit: $(INSTALLED) ## the largest message that a topic takes (bytes=700, without it the brokers' own; t=topic, usually that of loms)
	@$(TOOL) tools/kafka-limit.ts $(t) $(if $(bytes),--bytes '$(bytes)')

kafka-consume-dlq: $(INSTALLED) ## the same of the dead letters of all consumers: what failed and why
	@$(KAFKA_CONSUME) --dead-letters

check: $(INSTALLED) ## format, lint, types, boundaries, contracts, generated code, unit tests (static=1: without these)
	@.ci/check $(if $(static),--static)

test: $(INSTALLED) ## all tests; ends with "N passed, N failed"
	@$(JEST)

test-unit: $(INSTALLED) ## pure tests, seconds (t=name: only files with it)
	@$(JEST) --selectProjects unit --testPathPatterns '$(t)'

test-int: $(INSTALLED) ## tests on a real Postgres and Kafka of their own (t=name)
	@$(JEST) --selectProjects int --testPathPatterns '$(t)'

e2e: $(INSTALLED) ## whole-flow and fault tests (t=name)
	@$(JEST) --selectProjects e2e --testPathPatterns '$(t)'

yard-load: $(INSTALLED) ## the rocket yard under 200 orders/s for a minute, every order checked (rate=R, s=seconds)
	@YARD_RATE=$(or $(rate),200) YARD_SECONDS=$(or $(s),60) $(JEST) --selectProjects e2e --testPathPatterns e2e/yard.e2e

seeded-bugs: $(INSTALLED) ## put bugs in, one after the other: a test must notice each (a minute)
	@node tools/seeded-bugs/run.ts

chaos: $(INSTALLED) ## faults one after the other and at random, each checked (s=seed; of=loms, yard, engines, pvz or booking: that one, at full length, n=times; 23 min)
ifdef of
	@node tools/chaos.ts --system $(of) $(if $(s),--seed $(s)) $(if $(n),--times $(n))
else
	@node tools/chaos.ts --system loms $(if $(s),--seed $(s))
	@node tools/chaos.ts --system yard --share 0.5 --seconds 45 $(if $(s),--seed $(s))
	@node tools/chaos.ts --system engines --share 0.5 --seconds 0 $(if $(s),--seed $(s))
	@node tools/chaos.ts --system pvz --share 0.5 --seconds 30 $(if $(s),--seed $(s))
	@node tools/chaos.ts --system booking --share 0.5 --seconds 30 $(if $(s),--seed $(s))
endif

fuzz: $(INSTALLED) ## hostile input at loms' servers and the RPCs of booking, ticket and pvz, valid calls beside it (s=seconds, usually 300; seed=N; only=HTTP/2)
	@node tools/fuzz.ts $(if $(s),--seconds $(s)) $(if $(seed),--seed $(seed)) $(if $(only),--only '$(only)')

alerts-drill: $(INSTALLED) ## a fault for each alert, in a system with a real Prometheus: it must fire, and clear (only=ALERT; 6 min)
	@node tools/alerts-drill.ts $(if $(only),--only $(only))

bench-outbox: $(INSTALLED) ## drain and live load of the outbox beside a raw producer
	@node bench/outbox.ts

bench-inbox: $(INSTALLED) ## one consumer with an inbox beside a bare one, and with 1,000 parked keys, 3 min
	@node bench/inbox.ts

bench-peers: $(INSTALLED) ## beside a naive loop, Debezium and pg-transactional-outbox, 12 min (ARGS='--help')
	@node bench/peers.ts $(ARGS)

bench-rpc: $(INSTALLED) ## the RPC servers beside bare echoes and pgbench, 4 min (ARGS='--help'; needs h2load, pgbench)
	@node bench/rpc.ts $(ARGS)

bench-report: $(INSTALLED) ## a report of 1,000,000 orders, over REST and by the command line: seconds and memory, 3 min
	@node bench/report.ts

bench-pvz: $(INSTALLED) ## AcceptOrder beside pgbench, the import of files, commit to the notifier's line, 3 min (needs pgbench)
	@node bench/pvz.ts

bench-booking: $(INSTALLED) ## the booking saga under 116 orders a second, and more until it no longer holds, 6 min (ARGS='--quick': a try)
	@node bench/booking.ts $(ARGS)

bench-cache: $(INSTALLED) ## GetStock with the cache and without, at 90 % reads, and a stampede, 4 min (ARGS='--quick': a try)
	@node bench/cache.ts $(ARGS)

bench-console: $(INSTALLED) ## what 200 open pages of the console cost those who place orders, 7 min (ARGS='--quick': a try)
	@node bench/console.ts $(ARGS)

bench-tracing: $(INSTALLED) ## what traces cost loms and the publisher: off, 1 %, all of them, 6 min (ARGS='--quick': a try)
	@node bench/tracing.ts $(ARGS)

k8s-check: $(INSTALLED) ## the manifests for Kubernetes, by a dry run on a real API server (needs Go, Java, Maven; first time: builds it, 20 min)
	@node deploy/k8s/check/main.ts

k8s-platform: $(INSTALLED) ## operators of the engines, Vault, External Secrets, KEDA and Prometheus, in kubectl's cluster (needs kubectl, helm)
	@node deploy/k8s/install-platform.ts

k8s-secrets: $(INSTALLED) ## the way to Vault and the Secrets made of it, in kubectl's cluster; refuses a REPLACE_ME by file and line
	@node deploy/k8s/apply-secrets.ts

service: $(INSTALLED) ## a new service that runs (name=x): RPC, table, event, consumer, test; docs/new-service.md
	@node tools/new-service.ts $(name)

gen: $(INSTALLED) ## generate gen/ from proto/, and from settings and manifests the templates of deploy/env, what Prometheus scrapes, the dashboards, manifests for Kubernetes
	@buf generate
	@node deploy/write-settings-files.ts

migrations: $(INSTALLED) ## write a migration for each schema that has changed
	@for schema in services/*/store/schema.ts; do \
		service=$${schema#services/} && SERVICE=$${service%%/*} drizzle-kit generate || exit 1; done

baseline: $(INSTALLED) ## accept the contracts of now as what later ones must not break
	@buf build . --exclude-source-info -o proto/baseline.binpb

format: $(INSTALLED) ## format all files
	@prettier --write --log-level warn .

$(INSTALLED): package.json package-lock.json $(wildcard patches/*)
	@PATH="$(MACHINE_PATH)" deploy/local/install.sh
	@touch $@
