#!/usr/bin/env bash
# Tries the whole life of a key against a running Latchkey: tools/smoke.sh http://localhost:5080
# Its first owner is the one that the settings Bootstrap:* made, with the address and password in EMAIL and PASSWORD.
# CI runs this against the container image and against SQL Server; it changes data, so never run it against an installation in use.
set -euo pipefail

url=${1%/}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "smoke: $*" >&2; cat "$work/body" >&2 || true; exit 1; }

# Sends a request and fails unless the status is the expected one. The body is in $work/body afterwards.
expect() {
  local status=$1 found; shift
  found=$(curl -sS -m 20 -b "$work/jar" -c "$work/jar" -o "$work/body" -w '%{http_code}' "$@") || fail "no answer: $*"
  [ "$found" = "$status" ] || fail "expected $status, got $found: ${*: -1}"
}

member() { sed -nE "s/.*\"$1\":\"([^\"]*)\".*/\1/p" "$work/body"; }

json='Content-Type: application/json'
origin="Origin: $url"

for _ in $(seq 60); do
  curl -sf -m 5 -o /dev/null "$url/healthz/ready" && break
  sleep 1
done
expect 200 "$url/healthz/ready"

# The page's script: an answer of 0 bytes would leave every page dead.
expect 200 "$url/account/sign-in"
script=$(grep -oE '_framework/blazor\.web[^"]*\.js' "$work/body" | head -n 1)
expect 200 -H 'Accept-Encoding: gzip, br' "$url/$script"
[ "$(wc -c <"$work/body")" -gt 10000 ] || fail "$script is $(wc -c <"$work/body") bytes long"

expect 200 -H "$json" -d "{\"email\":\"$EMAIL\",\"password\":\"$PASSWORD\"}" "$url/api/session"
expect 201 -H "$json" -H "$origin" -d '{"name":"smoke"}' "$url/api/keys"
key=$(member raw_key) id=$(member key_id)
if [ -z "$key" ] || [ -z "$id" ]; then fail "no key in the answer"; fi

expect 200 -H "X-API-Key: $key" "$url/v1/capabilities"
[ "$(member key_id)" = "$id" ] || fail "the key is not the one that was created"
expect 200 -H "X-API-Key: $key" "$url/forward-auth"
expect 401 "$url/forward-auth"
[ "$(member code)" = missing_credential ] || fail "wrong code"
expect 200 -X DELETE -H "$origin" "$url/api/keys/$id"
expect 401 -H "X-API-Key: $key" "$url/v1/capabilities"
[ "$(member code)" = revoked_key ] || fail "wrong code"
expect 200 -H "$origin" "$url/api/keys?include_revoked=true"
grep -q "\"$id\"" "$work/body" || fail "the revoked key is not listed"

echo "smoke: $url passed"
