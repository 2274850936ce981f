#!/usr/bin/env bash
# Installs what beatbench needs and builds it. quickstart.sh and test.sh begin with this step; the list of packages
# stands here and nowhere else.
set -euo pipefail

packages=(
  cmake ninja-build g++ git ccache pkg-config ca-certificates curl
  libtorch-dev libgloo-dev libopenblas0-openmp
  libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev
  libflac-dev libhdf5-dev libsoxr-dev zlib1g-dev nlohmann-json3-dev libcli11-dev libspdlog-dev libxxhash-dev gnuplot-nox
  libgtest-dev libgmock-dev libbenchmark-dev librapidcheck-dev libvalijson-dev libedf-dev
)
test_packages=(
  python3-torch # loads our TorchScript files in the engine's own Python front end
  flac          # decodes our FLAC signal files, and makes some
  clang libclang-rt-dev llvm # libFuzzer, sanitizers and coverage for tools/fuzz.sh
)

usage() {
  cat <<'HELP'
Usage: tools/setup.sh [--tests] [--packages-only] [TARGET...]
       tools/setup.sh --list | --help

Installs the missing packages (Debian and Ubuntu), then configures and builds preset `release` into build/.

  TARGET           build only these CMake targets (default: everything)
  --tests          install what only the tests need as well
  --packages-only  stop before configuring and building
  --list           print the names of all packages and stop

  BEATBENCH_JOBS        parallel compiler jobs (default: the preset's 2; a file that includes LibTorch takes 1 GiB)
  BEATBENCH_SKIP_SETUP  1: install nothing, go straight to CMake, which names what it cannot find
HELP
}

step() { printf '[%4d s] %s\n' "$SECONDS" "$*" >&2; }
warn() { printf 'setup: warning: %s\n' "$*" >&2; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# Runs a command with its output in the log, and shows the end of the log when it fails.
quietly() {
  "$@" >>"$log" 2>&1 && return
  tail -n 25 "$log" >&2
  fail "failed: $* (all of its output: $log)"
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

may_be_root() { ((EUID == 0)) || command -v sudo >/dev/null; }

is_debian() {
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null
}

install_packages() {
  local package missing=()
  for package in "${packages[@]}"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed* ]] || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then
    step "packages: all ${#packages[@]} are installed"
    return
  fi
  may_be_root || fail "needs root, and there is no sudo. As root, run
  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  step "packages: installing ${#missing[@]} of ${#packages[@]}: ${missing[*]}"
  local apt=(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120)
  "${apt[@]}" update >>"$log" 2>&1 || warn "apt-get update failed ($log); going on with the package lists at hand"
  quietly "${apt[@]}" install -y --no-install-recommends "${missing[@]}"
}

# LibTorch calls whichever BLAS the system selects. The reference BLAS is 20 times slower than OpenBLAS, and OpenBLAS
# with its own threads fights LibTorch's OpenMP threads for the cores. OpenBLAS's libblas loads libopenblas, which is a
# selection of its own.
select_blas() {
  local triplet library link wanted
  triplet=$(g++ -print-multiarch)
  for library in libopenblas.so.0 libblas.so.3 liblapack.so.3; do
    link=$library-$triplet
    wanted=/usr/lib/$triplet/openblas-openmp/$library
    [[ $(readlink "/etc/alternatives/$link") != "$wanted" ]] || continue
    if may_be_root && as_root update-alternatives --set "$link" "$wanted" >>"$log" 2>&1; then
      step "BLAS: selected $wanted"
    else
      warn "another BLAS than $wanted is selected, which is slow; as root: update-alternatives --set $link $wanted"
    fi
  done
}

targets=()
build=1
while (($#)); do
  case $1 in
    --tests) packages+=("${test_packages[@]}") ;;
    --packages-only) build=0 ;;
    --list) printf '%s\n' "${packages[@]}" "${test_packages[@]}"; exit ;;
    -h | --help) usage; exit ;;
    -*) usage >&2; exit 2 ;;
    *) targets+=("$1") ;;
  esac
  shift
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p build
log=build/setup.log
: >"$log"

if [[ ${BEATBENCH_SKIP_SETUP:-0} == 1 ]]; then
  step "packages: not looked at (BEATBENCH_SKIP_SETUP=1)"
elif is_debian; then
  install_packages
  select_blas
else
  fail "this is not Debian or Ubuntu. Install your system's packages of these (Debian's names):
  ${packages[*]}
LibTorch may also be the archive of pytorch.org, its folder named in CMAKE_PREFIX_PATH.
Then run this again with BEATBENCH_SKIP_SETUP=1."
fi
((build)) || exit 0

step "configuring preset release"
quietly cmake --preset release
step "building ${targets[*]:-everything} (the first build takes minutes)"
cmake --build --preset release ${BEATBENCH_JOBS:+--parallel "$BEATBENCH_JOBS"} ${targets[@]:+--target "${targets[@]}"} >&2 ||
  fail "the build failed"
step "built into build/bin"
