#!/usr/bin/env bash
# Installs the npm packages with the Node of this machine; one of the packages is the Node that everything else runs
# on.
set -euo pipefail

readonly node_needed=20 npm_needed=10

require() { # arguments: program, major version needed
  local version
  if ! version=$("$1" --version 2>/dev/null); then
    echo "$1 is missing. Install Node $node_needed or newer with npm $npm_needed or newer: https://nodejs.org" >&2
    exit 1
  fi
  version=${version#v}
  if ((${version%%.*} < $2)); then
    echo "$1 $version is too old: $2 or newer is needed. Install a newer Node: https://nodejs.org" >&2
    exit 1
  fi
}

require node "$node_needed"
require npm "$npm_needed"
echo 'npm: installing packages …'
npm ci --no-progress --loglevel=error
