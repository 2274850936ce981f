#!/usr/bin/env bash
# Runs the README's two commands, quickstart and test, in a bare Debian made for it.
set -euo pipefail

usage() {
  cat <<'HELP'
Usage: tools/test_in_debian.sh 12|13 [--folder FOLDER] [-- COMMAND...]

Makes a Debian 12 (bookworm) or 13 (trixie) with nothing but its base system in FOLDER (default:
/tmp/beatbench-debian-12 or -13), from the mirror that this system's own apt uses, copies the last commit of this
checkout into it and runs there, under chroot, tools/quickstart.sh and tools/test.sh, or COMMAND. A FOLDER that is there
is used again. Needs root, debootstrap, and about 8 GB.

  BEATBENCH_DATA, BEATBENCH_CASES, BEATBENCH_REQUIRE_DATA, BEATBENCH_JOBS   as for tools/test.sh
HELP
}

fail() { printf 'test_in_debian: %s\n' "$*" >&2; exit 1; }

release= folder= command=()
while (($#)); do
  case $1 in
    12) release=12 suite=bookworm ;;
    13) release=13 suite=trixie ;;
    --folder) folder=${2:?a folder is needed}; shift ;;
    --) shift; command=("$@"); break ;;
    -h | --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
[[ -n $release ]] || { usage >&2; exit 2; }
folder=${folder:-/tmp/beatbench-debian-$release}
((EUID == 0)) || fail "needs root, for chroot and mount"
command -v debootstrap >/dev/null || fail "needs debootstrap: apt-get install debootstrap"
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

if [[ ! -e $folder/etc/debian_version ]]; then
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -E 'debian/?$' | sort -u | head -n 1)
  debootstrap --variant=minbase "$suite" "$folder" "${mirror:-http://deb.debian.org/debian}"
fi

mounted=()
mount_into() { # FROM TO
  mkdir -p "$folder/$2"
  mount --rbind --make-rslave "$1" "$folder/$2"
  mounted=("$folder/$2" "${mounted[@]}")
}
leave() { for place in "${mounted[@]}"; do umount -R -l "$place" || true; done; }
trap leave EXIT
mount_into /proc proc
mount_into /sys sys
mount_into /dev dev
cp /etc/resolv.conf "$folder/etc/resolv.conf"
environment=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
  DEBIAN_FRONTEND=noninteractive)
for variable in BEATBENCH_DATA BEATBENCH_CASES; do
  [[ -n ${!variable:-} ]] || continue
  mount_into "$(cd "${!variable}" && pwd)" "srv/$variable"
  environment+=("$variable=/srv/$variable")
done
for variable in BEATBENCH_REQUIRE_DATA BEATBENCH_JOBS http_proxy https_proxy; do
  [[ -z ${!variable:-} ]] || environment+=("$variable=${!variable}")
done

# The last commit; what was built from an earlier one is kept.
checkout=$folder/srv/beatbench
if [[ -e $checkout/.git ]]; then
  git -C "$checkout" fetch --quiet "$source" HEAD
  git -C "$checkout" checkout --quiet --force --detach FETCH_HEAD
else
  git clone --quiet --no-hardlinks "$source" "$checkout"
fi

run() { chroot "$folder" env -i "${environment[@]}" bash -c 'cd /srv/beatbench && exec "$@"' bash "$@"; }
if ((${#command[@]})); then
  run "${command[@]}"
  exit
fi
SECONDS=0
run tools/quickstart.sh
printf 'test_in_debian: tools/quickstart.sh took %d s\n' "$SECONDS" >&2
SECONDS=0
run tools/test.sh
printf 'test_in_debian: tools/test.sh took %d s\n' "$SECONDS" >&2
