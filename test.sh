#!/usr/bin/env bash
# Builds the solution once and runs every test project. Needs .NET SDK 10 and Node 20; installs Chromium and z3 where they are missing.
#   ./test.sh                 everything
#   ./test.sh Execution Web   only the test projects whose names contain one of these words
# The last line is "N passed, N failed, N skipped"; the exit code is 0 only when something ran and nothing failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export CI="${CI:-true}" DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
exec </dev/null
configuration=Release
project_seconds_max="${PROJECT_SECONDS_MAX:-780}"
reports="$PWD/test-output/reports"
rm -rf test-output
mkdir -p "$reports"

stop() { echo "$1" >&2; echo "0 passed, 1 failed, 0 skipped"; exit 1; }

wanted() {
  local name="$1"; shift
  [ $# -eq 0 ] && return 0
  for word in "$@"; do [[ "$name" == *"$word"* ]] && return 0; done
  return 1
}

install() {
  local package="$1"
  command -v "$package" >/dev/null && return 0
  local as_root=""
  [ "$(id -u)" = 0 ] || as_root="sudo -n"
  echo "== installing $package"
  export DEBIAN_FRONTEND=noninteractive
  $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends "$package" >"$reports/apt.log" 2>&1 ||
    { tail -5 "$reports/apt.log"; return 1; }
}

command -v dotnet >/dev/null || stop "The .NET SDK 10 is not on PATH."
command -v node >/dev/null || stop "Node 20 is not on PATH."
wanted Ems.EndToEnd "$@" && { install chromium || stop "Chromium could not be installed."; }
# The prover of the contracts' bounds; without it those tests are skipped by name.
wanted Ems.Chain.Tests "$@" && { install z3 || echo "z3 could not be installed."; }

echo "== building ($configuration)"
dotnet build Ems.Web.sln -c "$configuration" --nologo -v quiet -clp:NoSummary || stop "The build failed."

for project in tests/*/*.csproj; do
  grep -q '<IsTestProject>true' "$project" || continue
  name="$(basename "$project" .csproj)"
  wanted "$name" "$@" || continue
  echo "== $name"
  timeout --kill-after=20 "$project_seconds_max" \
    "tests/$name/bin/$configuration/net10.0/$name" -noColor -noLogo -ctrf "$reports/$name.json" >"$reports/$name.log" 2>&1
  code=$?
  echo "$code" >"$reports/$name.exit"
  [ $code -eq 0 ] && tail -n 3 "$reports/$name.log" || cat "$reports/$name.log"
done

exec node tests/tally.mjs "$reports"
