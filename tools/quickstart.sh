#!/usr/bin/env bash
# From a fresh clone to a measured model: sets beatbench up, gets recordings, trains, converts and benchmarks.
# stdout carries the results, stderr the progress. Every run gets a number of its own, so nothing is overwritten.
set -euo pipefail

data=simdb model=resnet1d protocol=random epochs=3 max_windows=20000 computer=$(uname -n)

usage() {
  cat <<HELP
Usage: tools/quickstart.sh [OPTION...]

  --data simdb|mitdb                simulated recordings made here (offline), or the MIT-BIH Arrhythmia Database from
                                    \$BEATBENCH_DATA/mitdb or datasets/mitdb, fetched when absent (default: $data)
  --model lstm|resnet1d             (default: $model)
  --protocol random|inter-patient   (default: $protocol)
  --epochs N                        (default: $epochs)
  --max-windows N                   beats to train on at most (default: $max_windows)
  --computer-type NAME              this computer's name in the reports (default: $computer)

  BEATBENCH_JOBS, BEATBENCH_SKIP_SETUP: see tools/setup.sh --help
HELP
}

while (($#)); do
  case $1 in
    -h | --help) usage; exit ;;
    --data | --model | --protocol | --epochs | --max-windows | --computer-type)
      (($# > 1)) || { echo "quickstart: $1 needs a value" >&2; exit 2; } ;;
    *) usage >&2; exit 2 ;;
  esac
  case $1 in
    --data) data=$2 ;;
    --model) model=$2 ;;
    --protocol) protocol=$2 ;;
    --epochs) epochs=$2 ;;
    --max-windows) max_windows=$2 ;;
    --computer-type) computer=$2 ;;
  esac
  shift 2
done
case $data in
  simdb) title="simdb: simulated recordings, not of patients" ;;
  mitdb) title="mitdb: MIT-BIH Arrhythmia Database 1.0.0" ;;
  *) echo "quickstart: unknown data '$data' (simdb, mitdb)" >&2; exit 2 ;;
esac

step() { printf '[%4d s] %s\n' "$SECONDS" "$*" >&2; }

if [[ -n ${BEATBENCH_DATA:-} ]]; then
  BEATBENCH_DATA=$(cd "$BEATBENCH_DATA" && pwd) || { echo "quickstart: BEATBENCH_DATA is not a folder" >&2; exit 2; }
  export BEATBENCH_DATA
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
number=1
while [[ -e runs/quickstart-$number || -e models/quickstart-$number ]]; do number=$((number + 1)); done
run=runs/quickstart-$number models=models/quickstart-$number

echo "Data: $title"
tools/setup.sh train convert benchmark

if [[ -e datasets/$data/RECORDS || -n ${BEATBENCH_DATA:-} && -e $BEATBENCH_DATA/$data/RECORDS ]]; then
  step "data: $data is there"
elif [[ $data == mitdb ]]; then
  step "data: fetching mitdb from PhysioNet (94 MB)"
  tools/download_mitdb.sh
else
  step "data: simulating recordings into datasets/simdb"
  build/bin/convert dataset simdb --to wfdb --out datasets/simdb --seed 1
fi

step "training $model for $epochs epochs on at most $max_windows beats of $data, $protocol split"
build/bin/train --model "$model" --data "$data" --classes paper8 --protocol "$protocol" --epochs "$epochs" \
  --max-windows "$max_windows" --seed 1 --out "$run"
step "converting $run to TorchScript"
build/bin/convert "$run" --to torchscript --out "$models"
step "benchmarking $models on $data"
mkdir -p reports
marker=$(mktemp)
trap 'rm -f "$marker"' EXIT
build/bin/benchmark --computer-type "$computer" --models "$models" --datasets datasets --dataset "$data" --reports reports

step "done"
echo
echo "Data:      $title"
echo "Run:       $run (report.json, curves.svg, confusion.svg)"
echo "Models:    $models"
find reports -maxdepth 1 -name 'summary-*.json' -newer "$marker" | sort | sed 's/^/Report:    /'
