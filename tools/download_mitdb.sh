#!/usr/bin/env bash
# tools/download.sh for mitdb.
exec "$(dirname "${BASH_SOURCE[0]}")/download.sh" mitdb "$@"
