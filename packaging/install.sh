#!/bin/sh
# Installs the packages of apt-packages.txt that are missing. Quiet where nothing is to do.
# A line "a|b" names alternatives: the first one that this system offers is taken.
set -eu
list="$(dirname "$0")/apt-packages.txt"
command -v dpkg-query >/dev/null 2>&1 || {
  echo "Not a Debian or Ubuntu system: install what $list names, then set LAR_SKIP_PACKAGES=1." >&2
  [ "${LAR_SKIP_PACKAGES:-0}" = 1 ] && exit 0
  exit 1
}
installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }
missing=""
for line in $(grep -v '^#' "$list"); do
  for package in $(echo "$line" | tr '|' ' '); do installed "$package" && continue 2; done
  missing="$missing $line"
done
[ -z "$missing" ] && exit 0
sudo=""
[ "$(id -u)" = 0 ] || sudo="sudo"
$sudo apt-get update -qq
wanted=""
for line in $missing; do
  for package in $(echo "$line" | tr '|' ' '); do
    apt-cache show "$package" >/dev/null 2>&1 && break
  done
  wanted="$wanted $package"
done
echo "Installing:$wanted"
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $wanted >/dev/null
