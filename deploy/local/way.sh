#!/usr/bin/env bash
# Runs up, engines, down, reset, logs or ps with Docker Compose where that works, else with local processes. When a
# system is already up, the other commands use whichever way it was started. Settings: via=local, d=1, s=<service>,
# yes=1, and those of deploy/env/up.env.
set -euo pipefail

readonly target=$1 file=deploy/compose/compose.yaml settings=deploy/env/up.env
node=(node)
if [[ -f $settings ]]; then node+=("--env-file=$settings"); fi
home=$("${node[@]}" -p 'process.env.INORDER_HOME || ".inorder"')
readonly node home
readonly s=${s:-} d=${d:-} via=${via:-} yes=${yes:-}

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

down() { if ! is_local_up && is_compose_up; then compose down; else exec "${node[@]}" deploy/local/down.ts; fi; }

ps() { if ! is_local_up && is_compose_up; then compose ps; else exec "${node[@]}" deploy/local/ps.ts; fi; }

logs() {
  if ! is_local_up && is_compose_up; then
    compose logs --follow ${s:+"$s"}
  else
    exec "${node[@]}" deploy/local/logs.ts ${s:+"$s"}
  fi
}

reset() {
  if is_local_up; then "${node[@]}" deploy/local/down.ts; fi
  if has_docker; then compose down --volumes; fi
  exec "${node[@]}" deploy/local/reset.ts ${yes:+-y}
}

case $target in
  up | engines | down | ps | logs | reset) "$target" ;;
  *)
    echo "way.sh knows up, engines, down, ps, logs and reset, not $target" >&2
    exit 1
    ;;
esac
