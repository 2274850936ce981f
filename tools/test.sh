#!/usr/bin/env bash
# Sets beatbench up, then runs its tests through ctest. ctest's summary is the last thing printed, and its exit status
# is this script's.
set -euo pipefail

usage() {
  cat <<'HELP'
Usage: tools/test.sh [--label quick|full|long] [-- CTEST_OPTION...]

  --label quick  the tests of seconds (5 minutes in all)
  --label full   quick and the longer ones, what CI runs (default; 40 minutes in all with the build)
  --label long   only those that take hours

  BEATBENCH_DATA          folder of real recordings (mitdb/ ...); without it, the tests that need them are skipped
  BEATBENCH_CASES         folder of odd, damaged and hostile files (field/ hostile/); without it, likewise
  BEATBENCH_REQUIRE_DATA  1: those tests fail instead
  BEATBENCH_JOBS          parallel jobs of the build and of ctest (default: 2)
HELP
}

label=full
while (($#)); do
  case $1 in
    --label)
      [[ -n ${2:-} ]] || { usage >&2; exit 2; }
      label=$2
      shift
      ;;
    -h | --help) usage; exit ;;
    --) shift; break ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
case $label in
  quick) chosen=(-L '^quick$') ;;
  full) chosen=(-LE '^long$') ;;
  long) chosen=(-L '^long$') ;;
  *) usage >&2; exit 2 ;;
esac

# ctest runs the tests elsewhere, so a relative path must not stay one.
for variable in BEATBENCH_DATA BEATBENCH_CASES; do
  [[ -n ${!variable:-} ]] || continue
  folder=$(cd "${!variable}" && pwd) || { echo "test: $variable is not a folder" >&2; exit 2; }
  export "$variable=$folder"
done
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools/setup.sh --tests

if [[ -n ${BEATBENCH_DATA:-} ]]; then
  echo "Recordings: $BEATBENCH_DATA" >&2
else
  cat >&2 <<'NOTE'
******************************************************************************
*  BEATBENCH_DATA is not set: EVERY TEST THAT NEEDS REAL RECORDINGS IS       *
*  SKIPPED. Name the folder that holds mitdb/ there, for example             *
*    tools/download_mitdb.sh && BEATBENCH_DATA=datasets tools/test.sh        *
******************************************************************************
NOTE
fi
exec ctest --preset release --parallel "${BEATBENCH_JOBS:-2}" --no-tests=error "${chosen[@]}" "$@"
