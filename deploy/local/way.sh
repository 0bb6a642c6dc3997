#!/usr/bin/env bash
# Runs up, engines, down, reset, logs, ps, observe or observe-down with Docker Compose where that works, else with local processes. When a
# system is already up, the other commands use whichever way it was started. Settings: via=local, d=1, s=<service>,
# yes=1, logs=off, and those of deploy/env/up.env.
set -euo pipefail

readonly target=$1 file=deploy/compose/compose.yaml settings=deploy/env/up.env
node=(node)
if [[ -f $settings ]]; then node+=("--env-file=$settings"); fi
home=$("${node[@]}" -p 'process.env.INORDER_HOME || ".inorder"')
readonly node home
readonly s=${s:-} d=${d:-} via=${via:-} yes=${yes:-} logs=${logs:-}

compose() {
  local from=()
  if [[ -f $settings ]]; then from=(--env-file "$settings"); fi
  docker compose --project-name inorder --file "$file" "${from[@]}" "$@"
}

has_docker() {
  [[ $via != local && -f $file ]] && docker info &>/dev/null && docker compose version &>/dev/null
}

is_local_up() { [[ -f $home/run.json ]]; }

is_compose_up() { has_docker && [[ -n $(compose ps --quiet) ]]; }

up() {
  if ! is_local_up && has_docker; then
    if [[ -n $d ]]; then compose up --build --detach --wait; else compose up --build; fi
  else
    exec "${node[@]}" deploy/local/up.ts ${d:+-d}
  fi
}

engines() {
  if ! is_local_up && has_docker; then
    compose up --detach --wait postgres kafka schema-registry redis
    # These run without --wait, which would treat an init step that has ended as a failure.
    compose up --build migrations topics
  else
    exec "${node[@]}" deploy/local/up.ts -d --engines
  fi
}

# What is stopped, listed and shown includes what make observe has started.
compose_all() { compose --profile '*' "$@"; }

down() { if ! is_local_up && is_compose_up; then compose_all down; else exec "${node[@]}" deploy/local/down.ts; fi; }

ps() { if ! is_local_up && is_compose_up; then compose_all ps; else exec "${node[@]}" deploy/local/ps.ts; fi; }

observe() {
  if ! is_local_up && is_compose_up; then observe_in_docker; else exec "${node[@]}" deploy/local/observe.ts; fi
}

observe_in_docker() {
  local zipkin profiles=(--profile observe) kibana='  logs          make logs'
  if [[ $logs != off ]]; then
    profiles+=(--profile logs)
    kibana="  logs          http://127.0.0.1:$(setting KIBANA_PORT 5601)/app/discover
                Open: Lines of one order, with its id in place of the word in capitals"
  fi
  zipkin=http://127.0.0.1:$(setting ZIPKIN_PORT 9411)
  if [[ $(setting OTEL_TRACES_EXPORTER none) == none ]]; then
    export OTEL_TRACES_EXPORTER=zipkin TRACE_URL_TEMPLATE
    TRACE_URL_TEMPLATE=$(setting TRACE_URL_TEMPLATE "$zipkin/zipkin/traces/{trace_id}")
  fi
  echo 'Pulling the images of Prometheus, Grafana and Zipkin, half a gigabyte, the first time only …'
  if [[ $logs != off ]]; then
    echo '… and those of Elasticsearch, Logstash, Kibana and Filebeat, 2 GB; together they use 4 GB of memory (logs=off: without)'
  fi
  echo 'The services start again, so that they send traces. What they have accepted stays.'
  compose "${profiles[@]}" up --detach --wait
  cat <<END

inorder is observed.

  dashboards    http://127.0.0.1:$(setting GRAFANA_PORT 3000)/dashboards
                where the flow stops: E2E Order Flow, Outbox, Consumers, RPC, Sagas, Engines
  metrics       http://127.0.0.1:$(setting PROMETHEUS_PORT 9090)
                any query; what is scraped: http://127.0.0.1:$(setting PROMETHEUS_PORT 9090)/targets
  alerts        http://127.0.0.1:$(setting PROMETHEUS_PORT 9090)/alerts
                what fires; each names its page in docs/runbooks
  traces        $zipkin
                look for messaging.kafka.message.key=ORDER, or follow the link at an order of the console
$kibana

  the console   http://127.0.0.1:$(setting OPS_HTTP_PORT 8070)
  make ps · make observe-down   what runs · stop these, without the system; make down stops all

END
}

observe_down() {
  local more
  if is_local_up || ! is_compose_up; then exec "${node[@]}" deploy/local/observe.ts --off; fi
  mapfile -t more < <(grep -vxFf <(compose config --services) <(compose_all config --services))
  compose_all rm --stop --force "${more[@]}"
  compose up --detach --wait
}

# NAME DEFAULT: what the environment or deploy/env/up.env says, else the default.
setting() { "${node[@]}" -p 'process.env[process.argv[1]] || process.argv[2]' "$1" "$2"; }

logs() {
  if ! is_local_up && is_compose_up; then
    compose_all logs --follow ${s:+"$s"}
  else
    exec "${node[@]}" deploy/local/logs.ts ${s:+"$s"}
  fi
}

reset() {
  if is_local_up; then "${node[@]}" deploy/local/down.ts; fi
  if has_docker; then compose_all down --volumes; fi
  exec "${node[@]}" deploy/local/reset.ts ${yes:+-y}
}

case $target in
  up | engines | down | ps | logs | reset | observe) "$target" ;;
  observe-down) observe_down ;;
  *)
    echo "way.sh knows up, engines, down, ps, logs, reset, observe and observe-down, not $target" >&2
    exit 1
    ;;
esac
