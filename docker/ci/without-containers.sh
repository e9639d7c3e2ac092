#!/usr/bin/env bash
# Tweed in any CI without containers: one binary on a free port, tests, stop.
#
#   TWEED=bin/tweed docker/ci/without-containers.sh make test
set -euo pipefail
log=$(mktemp)
"${TWEED:-tweed}" serve --addr 127.0.0.1:0 --seed 1 >"$log" &
server=$!
trap 'kill "$server"; rm -f "$log"' EXIT

url=
for _ in $(seq 100); do
	url=$(sed -n 's,^tweed: ready at \(http[^ ]*\).*,\1,p' "$log" | head -n 1)
	[ -z "$url" ] || break
	kill -0 "$server" 2>/dev/null || break
	sleep 0.1
done
[ -n "$url" ] || { echo "Tweed did not start" >&2; exit 3; }

PLAID_BASE_URL=$url PLAID_API_URI=$url "$@"
