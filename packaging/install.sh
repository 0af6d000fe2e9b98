#!/bin/sh
# Installs the packages of apt-packages.txt that are missing. Quiet where nothing is to do.
set -eu
list="$(dirname "$0")/apt-packages.txt"
command -v dpkg-query >/dev/null 2>&1 || {
  echo "Not a Debian or Ubuntu system: install what $list names, then set LAR_SKIP_PACKAGES=1." >&2
  [ "${LAR_SKIP_PACKAGES:-0}" = 1 ] && exit 0
  exit 1
}
missing=""
for package in $(grep -v '^#' "$list"); do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    missing="$missing $package"
done
[ -z "$missing" ] && exit 0
sudo=""
[ "$(id -u)" = 0 ] || sudo="sudo"
echo "Installing:$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
