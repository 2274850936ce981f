#!/usr/bin/env bash
# Fetches the MIT-BIH Arrhythmia Database (94 MB) from PhysioNet. Every file is compared with its SHA-256 in
# datasets/mitdb.sha256. Files that are right stay, wrong ones are fetched anew, a broken-off one is continued.
# RECORDS comes last in the list: a folder that has it is complete.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
manifest=$root/datasets/mitdb.sha256
out=$root/datasets/mitdb
base_url=https://physionet.org/files/mitdb/1.0.0

usage() {
  cat <<HELP
Usage: tools/download_mitdb.sh [--out DIR] [--base-url URL]

  --out DIR       where the files go (default: datasets/mitdb)
  --base-url URL  where they come from (default: $base_url)

Run it again to go on where it broke off. Exit status 0: every file is there and right.
HELP
}

while (($#)); do
  case $1 in
    -h | --help) usage; exit ;;
    --out | --base-url) [[ -n ${2:-} ]] || { echo "download_mitdb: $1 needs a value" >&2; exit 2; } ;;
    *) usage >&2; exit 2 ;;
  esac
  case $1 in
    --out) out=$2 ;;
    --base-url) base_url=$2 ;;
  esac
  shift 2
done

fail() { printf 'download_mitdb: %s\n' "$*" >&2; exit 1; }
is_right() { [[ -f $1 ]] && sha256sum --check --status <<<"$2  $1"; }

# Fetches file $1, whose SHA-256 is $2. Returns 1 when the server has no such file or only a wrong one; ends the
# script when the server cannot be reached. curl's own --retry is not used: it throws away what it got so far.
fetch() {
  local part=$out/.$1.part attempt status code resumed
  for attempt in 1 2 3 4 5; do
    resumed=0
    [[ ! -s $part ]] || resumed=1
    status=0
    code=$(curl --silent --show-error --fail --location --connect-timeout 20 --speed-limit 1000 --speed-time 30 \
      --continue-at - --output "$part" --write-out '%{http_code}' "${base_url%/}/$1") || status=$?
    if is_right "$part" "$2"; then
      mv "$part" "$out/$1"
      return 0
    fi
    if ((status == 0)) || [[ $code == 416 ]] || ((status == 33)); then
      # Wrong from end to end, or it cannot be continued (416: nothing left to send, 33: no ranges on this server).
      rm -f "$part"
      ((resumed)) || return 1
    elif [[ $code == 4?? ]]; then
      return 1
    elif ((attempt < 5)); then
      sleep "$attempt"
    fi
  done
  fail "cannot fetch ${base_url%/}/$1 (curl status $status). Run this again to go on from here."
}

command -v curl >/dev/null || fail "needs curl (tools/setup.sh installs it)"
mkdir -p "$out"
total=$(wc -l <"$manifest")
count=0 kept=0 wrong=()
while read -r hash name; do
  count=$((count + 1))
  if is_right "$out/$name" "$hash"; then
    kept=$((kept + 1))
    continue
  fi
  printf '[%4d s] %3d of %d  %s\n' "$SECONDS" "$count" "$total" "$name" >&2
  rm -f "$out/$name"
  fetch "$name" "$hash" || wrong+=("$name")
done <"$manifest"

echo "mitdb in $out: $total files, $kept were there, $((total - kept - ${#wrong[@]})) fetched, ${#wrong[@]} wrong"
((${#wrong[@]} == 0)) || fail "missing on the server, or with another SHA-256 than in $manifest: ${wrong[*]}"
