#!/usr/bin/env bash
# Fetches a database from PhysioNet: mitdb (94 MB), svdb (54 MB) or nstdb (32 MB). Every file is compared with its
# SHA-256 in datasets/NAME.sha256. Files that are right stay, wrong ones are fetched anew, a broken-off one is continued.
# RECORDS comes last in the list: a folder that has it is complete.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=1.0.0  # of all of them

names() {
  local file
  for file in "$root"/datasets/*.sha256; do basename "$file" .sha256; done | paste -sd ' '
}

usage() {
  cat <<HELP
Usage: tools/download.sh NAME [--out DIR] [--base-url URL]

  NAME            one of: $(names)
  --out DIR       where the files go (default: datasets/NAME)
  --base-url URL  where they come from (default: https://physionet.org/files/NAME/$version)

Run it again to go on where it broke off. Exit status 0: every file is there and right.
HELP
}

name='' out='' base_url=''
while (($#)); do
  case $1 in
    -h | --help) usage; exit ;;
    --out | --base-url) [[ -n ${2:-} ]] || { echo "download: $1 needs a value" >&2; exit 2; } ;;
    -*) usage >&2; exit 2 ;;
    *) [[ -z $name ]] || { usage >&2; exit 2; } ;;
  esac
  case $1 in
    --out) out=$2; shift ;;
    --base-url) base_url=$2; shift ;;
    *) name=$1 ;;
  esac
  shift
done
[[ -n $name ]] || { usage >&2; exit 2; }
manifest=$root/datasets/$name.sha256
[[ $name != */* && -f $manifest ]] || { echo "download: '$name' is not one of: $(names)" >&2; exit 2; }
out=${out:-$root/datasets/$name}
base_url=${base_url:-https://physionet.org/files/$name/$version}

fail() { printf 'download: %s\n' "$*" >&2; exit 1; }
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
while read -r hash file; do
  count=$((count + 1))
  if is_right "$out/$file" "$hash"; then
    kept=$((kept + 1))
    continue
  fi
  printf '[%4d s] %3d of %d  %s\n' "$SECONDS" "$count" "$total" "$file" >&2
  rm -f "$out/$file"
  fetch "$file" "$hash" || wrong+=("$file")
done <"$manifest"

echo "$name in $out: $total files, $kept were there, $((total - kept - ${#wrong[@]})) fetched, ${#wrong[@]} wrong"
((${#wrong[@]} == 0)) || fail "missing on the server, or with another SHA-256 than in $manifest: ${wrong[*]}"
