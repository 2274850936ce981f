#!/usr/bin/env bash
# Builds simdb_hash_tests with Clang, in the folder of tools/fuzz.sh, and runs it.
set -euo pipefail
if ! command -v clang++ >/dev/null; then
  echo "simdb_under_clang: needs clang++: apt-get install clang libclang-rt-dev" >&2
  [[ ${BEATBENCH_REQUIRE_DATA:-} == 1 ]] && exit 1
  exit 77 # ctest: skipped
fi
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target simdb_hash_tests
LLVM_PROFILE_FILE=/dev/null build-fuzz/bin/simdb_hash_tests
