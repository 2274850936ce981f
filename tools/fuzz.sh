#!/usr/bin/env bash
# Feeds made-up files to everything that reads files, with libFuzzer under the address and undefined-behaviour
# sanitizers, and measures how much of each parser that reached. Fails on a finding and on too little coverage.
set -euo pipefail

usage() {
  cat <<'HELP'
Usage: tools/fuzz.sh [--runs N] [--seed N] [TARGET...]

  TARGET    header, annotation, csv, edf, record, zip, pickle, code, signal_8 ... signal_524 (default: all)
  --runs N  executions of each target (default: 20000; 1000000 of all take 1.5 to 3 hours on two cores)
  --seed N  of libFuzzer's mutations (default: 1)

  BEATBENCH_JOBS  targets at a time (default: 2)

Builds preset `fuzz` into build-fuzz/ (packages clang, libclang-rt-dev and llvm). A target starts from files of our own
writers. An input that breaks something, or takes two minutes, is left as build-fuzz/run/TARGET/crash-* or timeout-*; the
program build-fuzz/bin/fuzz_TARGET shows what it does with it.
HELP
}

runs=20000 seed=1 targets=()
while (($#)); do
  case $1 in
    --runs | --seed)
      [[ ${2:-} =~ ^[0-9]+$ ]] || { usage >&2; exit 2; }
      declare "${1#--}=$2"
      shift
      ;;
    -h | --help) usage; exit ;;
    -*) usage >&2; exit 2 ;;
    *) targets+=("$1") ;;
  esac
  shift
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
for program in clang++ llvm-cov llvm-profdata; do
  command -v "$program" >/dev/null && continue
  echo "fuzz: needs $program: apt-get install clang libclang-rt-dev llvm" >&2
  [[ ${BEATBENCH_REQUIRE_DATA:-} == 1 ]] && exit 1
  exit 77 # ctest: skipped
done
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target fuzz >build-fuzz/build.log || { tail -n 25 build-fuzz/build.log >&2; exit 1; }

signals=(signal_{8,16,24,32,61,80,160,212,310,311,508,516,524})
all=(header annotation csv edf record zip pickle code "${signals[@]}")
if ((${#targets[@]} == 0)); then targets=("${all[@]}"); fi
for target in "${targets[@]}"; do
  [[ " ${all[*]} " == *" $target "* ]] || { echo "fuzz: there is no target '$target'; there are: ${all[*]}" >&2; exit 2; }
done

work=$PWD/build-fuzz/run
rm -rf "$work"
mkdir -p "$work"
LLVM_PROFILE_FILE=/dev/null build-fuzz/bin/make_corpus "$work/seeds"

# shellcheck disable=SC2317  # called by xargs
run_target() { # TARGET
  mkdir -p "$work/$1/corpus"
  LLVM_PROFILE_FILE=$work/$1/profraw "build-fuzz/bin/fuzz_$1" "$work/$1/corpus" "$work/seeds/$1" -runs="$runs" \
    -seed="$seed" -max_len=4096 -entropic=0 -timeout=120 -artifact_prefix="$work/$1/" -print_final_stats=1 \
    >"$work/$1/log" 2>&1 || echo failed >"$work/$1/failed"
}
export -f run_target
export work runs seed
printf '%s\n' "${targets[@]}" | xargs -P "${BEATBENCH_JOBS:-2}" -I {} bash -c 'run_target {}'

failed=0
printf '%-12s %10s %8s  %s\n' target executions seconds finding
for target in "${targets[@]}"; do
  read -r done_runs seconds < <(sed -n 's/^Done \([0-9]*\) runs in \([0-9]*\) second.*/\1 \2/p' "$work/$target/log") || true
  finding=none
  if [[ -e $work/$target/failed ]]; then
    finding=$(grep -m1 -E '^(==[0-9]+== ?)?(ERROR|SUMMARY)|runtime error|ABORTING' "$work/$target/log" || echo "see log")
    failed=1
  fi
  printf '%-12s %10s %8s  %s\n' "$target" "${done_runs:--}" "${seconds:--}" "$finding"
done

# Lines reached in the parsers, each by its own targets, where all of those ran.
least_percent=90
coverage() { # NAME "TARGET..." FILE...
  local name=$1 target profiles=() programs=() lines missed percent
  for target in $2; do
    [[ -e $work/$target/profraw ]] || return 0
    profiles+=("$work/$target/profraw")
    programs+=(-object "build-fuzz/bin/fuzz_$target")
  done
  shift 2
  llvm-profdata merge -o "$work/$name.profdata" "${profiles[@]}"
  llvm-cov report -instr-profile "$work/$name.profdata" "${programs[@]:1}" "${@/#/src/}" >"$work/$name.coverage"
  read -r lines missed < <(awk '$1 == "TOTAL" { print $8, $9 }' "$work/$name.coverage")
  percent=$((100 * (lines - missed) / lines))
  printf '%-12s %10s %8s  %s\n' "$name" "$lines" "$percent" "$*"
  ((percent >= least_percent)) || failed=1
}

printf '\n%-12s %10s %8s  %s\n' parser lines 'reached %' files
wfdb=recordings/wfdb archive=formats/torch_archive
coverage header header $wfdb/header_parse.cpp $wfdb/header_format.cpp
coverage annotation annotation $wfdb/annotation_parse.cpp $wfdb/annotation_format.cpp
coverage csv csv recordings/csv/{cells,columns,headings,layout,recording,statements,time}.cpp
coverage edf edf recordings/edf/{annotations,file,header,recording,signals,times,warnings}.cpp
coverage record "record ${signals[*]}" $wfdb/{record_read,segments,signal_file,signal_read,signal_format}.cpp
coverage signals "${signals[*]}" $wfdb/formats $wfdb/{packed,flac,sample}_source.cpp
coverage zip zip $archive/zip_file.cpp
coverage pickle pickle $archive/{pickle,tensor}_check.cpp $archive/type.cpp
coverage code code $archive/code_{bounds,check,lexer}.cpp $archive/operators.cpp
if ((failed)); then
  echo "fuzz: a finding, or less than $least_percent % of a parser's lines reached; see $work" >&2
fi
exit $failed
