#!/usr/bin/env bash
# Installs what beatbench needs and builds it. quickstart.sh and test.sh begin with this step; the list of packages
# stands here and nowhere else.
set -euo pipefail

packages=(
  cmake ninja-build g++ git ccache pkg-config ca-certificates curl xz-utils
  libtorch-dev libgloo-dev libopenblas0-openmp
  libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev
  libflac-dev libogg-dev libhdf5-dev zlib1g-dev nlohmann-json3-dev libcli11-dev libspdlog-dev libxxhash-dev gnuplot-nox
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

  BEATBENCH_LIBTORCH    folder of another LibTorch, such as the archive of pytorch.org: its packages are not installed
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

# Debian has soxr as a shared library alone, and that one brings OpenMP along, whose threads then spin. apt downloads its
# source, from the mirror that the packages came from.
soxr_source=pool/main/libs/libsoxr/libsoxr_0.1.3.orig.tar.xz
soxr_sha256=b111c15fdc8c029989330ff559184198c161100a59312f5dc19ddeb9b5a15889

build_soxr() {
  local mirror archive=build/soxr/source.tar.xz
  [[ ! -e build/soxr/lib/libsoxr.a ]] || return 0
  step "soxr: building the archive from Debian's source"
  rm -rf build/soxr  # what an interrupted one left
  mkdir -p build/soxr/source
  for mirror in $(apt-get indextargets --format '$(REPO_URI)' | grep -E 'debian/?$' | sort -u) http://deb.debian.org/debian; do
    /usr/lib/apt/apt-helper download-file "${mirror%/}/$soxr_source" "$archive" "SHA256:$soxr_sha256" >>"$log" 2>&1 && break
  done
  if [[ ! -e $archive ]]; then
    warn "no mirror has $soxr_source ($log): the shared libsoxr is used, and the programs need it where they run"
    packages=(libsoxr-dev)
    install_packages
    return
  fi
  quietly tar -xf "$archive" -C build/soxr/source --strip-components=1
  quietly cmake -G Ninja -S build/soxr/source -B build/soxr/build -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DWITH_OPENMP=OFF -DWITH_LSR_BINDINGS=OFF -DBUILD_TESTS=OFF \
    -DCMAKE_INSTALL_PREFIX="$PWD/build/soxr" -DCMAKE_POLICY_VERSION_MINIMUM=3.5
  quietly cmake --build build/soxr/build
  quietly cmake --install build/soxr/build
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

if [[ -n ${BEATBENCH_LIBTORCH:-} ]]; then
  export CMAKE_PREFIX_PATH=$(cd "$BEATBENCH_LIBTORCH" && pwd)${CMAKE_PREFIX_PATH:+:$CMAKE_PREFIX_PATH}
  for i in "${!packages[@]}"; do
    case ${packages[i]} in libtorch-dev | libgloo-dev | python3-torch) unset "packages[i]" ;; esac
  done
fi

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
LibTorch may also be the archive of pytorch.org, its folder named in BEATBENCH_LIBTORCH.
Then run this again with BEATBENCH_SKIP_SETUP=1."
fi
[[ ${BEATBENCH_SKIP_SETUP:-0} == 1 ]] || build_soxr
((build)) || exit 0

step "configuring preset release"
quietly cmake --preset release
step "building ${targets[*]:-everything} (the first build takes minutes)"
cmake --build --preset release ${BEATBENCH_JOBS:+--parallel "$BEATBENCH_JOBS"} ${targets[@]:+--target "${targets[@]}"} >&2 ||
  fail "the build failed"
step "built into build/bin"
