#!/usr/bin/env bash
# From a fresh clone to measured models: sets beatbench up, gets recordings, trains three models, converts each to
# TorchScript and int8, benchmarks them all and classifies a recording. stdout carries the results, stderr the progress.
# Every run gets a number of its own, so nothing is overwritten.
set -euo pipefail

data=simdb models=lstm,resnet1d,cnn2d protocol=random computer=$(uname -n)

usage() {
  cat <<HELP
Usage: tools/quickstart.sh [OPTION...]

  --data simdb|mitdb                simulated recordings made here (offline), or the MIT-BIH Arrhythmia Database from
                                    \$BEATBENCH_DATA/mitdb or datasets/mitdb, fetched when absent (default: $data)
  --models LIST                     of lstm, resnet1d, cnn2d (default: $models); each is trained for some two minutes:
                                    lstm on 20,000 beats, 5 times; resnet1d on 20,000, 2 times; cnn2d, with a quarter
                                    of the filters that Jun et al. 2018 have, on 4,000, 3 times
  --protocol random|inter-patient   (default: $protocol)
  --computer-type NAME              this computer's name in the reports (default: $computer)

  BEATBENCH_JOBS, BEATBENCH_SKIP_SETUP: see tools/setup.sh --help
HELP
}

while (($#)); do
  case $1 in
    -h | --help) usage; exit ;;
    --data | --models | --protocol | --computer-type)
      (($# > 1)) || { echo "quickstart: $1 needs a value" >&2; exit 2; } ;;
    *) usage >&2; exit 2 ;;
  esac
  case $1 in
    --data) data=$2 ;;
    --models) models=$2 ;;
    --protocol) protocol=$2 ;;
    --computer-type) computer=$2 ;;
  esac
  shift 2
done
case $data in
  simdb) title="simdb: simulated recordings, not of patients" ;;
  mitdb) title="mitdb: MIT-BIH Arrhythmia Database 1.0.0" ;;
  *) echo "quickstart: unknown data '$data' (simdb, mitdb)" >&2; exit 2 ;;
esac

# What each model is trained with.
training_of() {
  case $1 in
    lstm) echo --max-windows 20000 --epochs 5 --learning-rate 0.003 ;;
    resnet1d) echo --max-windows 20000 --epochs 2 ;;
    cnn2d) echo --model-option filters=16,dense=256 --max-windows 4000 --epochs 3 --batch-size 32 ;;
    *) return 1 ;;
  esac
}
for model in ${models//,/ }; do
  training_of "$model" >/dev/null || { echo "quickstart: unknown model '$model' (lstm, resnet1d, cnn2d)" >&2; exit 2; }
done

step() { printf '[%4d s] %s\n' "$SECONDS" "$*" >&2; }

if [[ -n ${BEATBENCH_DATA:-} ]]; then
  BEATBENCH_DATA=$(cd "$BEATBENCH_DATA" && pwd) || { echo "quickstart: BEATBENCH_DATA is not a folder" >&2; exit 2; }
  export BEATBENCH_DATA
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
number=1
while [[ -e runs/quickstart-$number || -e models/quickstart-$number ]]; do number=$((number + 1)); done
run=runs/quickstart-$number converted=models/quickstart-$number

echo "Data: $title"
tools/setup.sh train convert benchmark classify

if [[ -e datasets/$data/RECORDS || -n ${BEATBENCH_DATA:-} && -e $BEATBENCH_DATA/$data/RECORDS ]]; then
  step "data: $data is there"
elif [[ $data == mitdb ]]; then
  step "data: fetching mitdb from PhysioNet (94 MB)"
  tools/download_mitdb.sh
else
  step "data: simulating recordings into datasets/simdb"
  build/bin/convert dataset simdb --to wfdb --out datasets/simdb --seed 1
fi
recordings=datasets/$data
[[ -e $recordings/RECORDS ]] || recordings=$BEATBENCH_DATA/$data

for model in ${models//,/ }; do
  step "training $model on $data, $protocol split"
  read -ra options <<<"$(training_of "$model")"
  build/bin/train --model "$model" "${options[@]}" --data "$data" --classes paper8 --protocol "$protocol" --seed 1 \
    --out "$run/$model"
  step "converting $run/$model to TorchScript and int8"
  build/bin/convert "$run/$model" --to torchscript --out "$converted"
  # On a test part of a few hundred beats, int8 may lose more than convert's gate allows by a beat or two: on some
  # processors it does, and then that one file is not there.
  status=0
  build/bin/convert "$run/$model" --to int8 --out "$converted" || status=$?
  case $status in
    0) ;;
    3) step "going on without $model in int8" ;;
    *) exit "$status" ;;
  esac
done
step "benchmarking $converted on $data"
mkdir -p reports
marker=$(mktemp)
trap 'rm -f "$marker"' EXIT
build/bin/benchmark --computer-type "$computer" --models "$converted" --datasets datasets --dataset "$data" \
  --reports reports --seconds 0.5
record=$(head -n 1 "$recordings/RECORDS")
step "classifying record $record of $data, its beats detected"
first=${models%%,*}
build/bin/classify --model "$converted/$first.pt" "$recordings/$record" --beats detected --out "$run/predictions"

step "done"
echo
echo "Data:        $title"
echo "Runs:        $run/{${models}} (report.json, curves.svg, confusion.svg)"
echo "Models:      $converted"
echo "Predictions: $run/predictions"
find reports -maxdepth 1 -name 'summary-*.json' -newer "$marker" | sort | sed 's/^/Report:      /'
