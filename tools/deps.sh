#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Installs those of the named Debian packages that are missing. Asks for root only when there is something to install.
set -eu
missing=
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
printf 'installing:%s\n' "$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
$as_root apt-get install -qq -y --no-install-recommends $missing >/dev/null 2>&1 && exit 0
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root apt-get install -qq -y --no-install-recommends $missing >/dev/null
