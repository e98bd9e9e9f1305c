#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Unpacks a real Go compiler (the oracle) below build/oracle/ and prints its GOROOT.
#
#   tools/go-toolchain.sh 1.27
#
# The packages golang-1.NN-go and golang-1.NN-src come from the Debian suite that carries that release, on the mirror which
# this machine's own apt sources name. Their SHA-256 is checked against the suite's index. Nothing is installed.
# Exit codes: 0 GOROOT printed, 2 usage or environment.
set -eu

die() { printf 'go-toolchain.sh: %s\n' "$*" >&2; exit 2; }

release=${1:?usage: go-toolchain.sh RELEASE}
case $release in
  1.15) suite=bullseye ;;
  1.19) suite=bookworm ;;
  1.21 | 1.22 | 1.23) suite=bookworm-backports ;;
  1.24) suite=trixie ;;
  1.25 | 1.26 | 1.27) suite=trixie-backports ;;
  *) die "no Debian suite is known to carry Go $release" ;;
esac

top=$(cd "$(dirname "$0")/.." && pwd)
dir=${HEAPWHY_ORACLE:-$top/build/oracle}/$release
goroot=$dir/usr/lib/go-$release
if [ -f "$dir/.complete" ]; then
  printf '%s\n' "$goroot"
  exit 0
fi

mirror=$("$top/tools/debian-mirror.sh") || exit 2

mkdir -p "$dir"
work=$(mktemp -d "$dir/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
fetch() { # fetch URL FILE
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL --retry 3 -o "$2" "$1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$2" "$1"
  else
    /usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file "$1" "$2" >/dev/null
  fi
}

# golang-1.NN-src is architecture independent and stands in the same index.
fetch "$mirror/dists/$suite/main/binary-amd64/Packages.xz" "$work/Packages.xz" || die "no index of $suite on this machine's mirror"
for package in "golang-$release-go" "golang-$release-src"; do
  set -- $(xz -dc "$work/Packages.xz" | awk -v want="$package" '
    /^Package: / { on = ($2 == want); file = ""; sum = "" }
    on && /^Filename: / { file = $2 }
    on && /^SHA256: / { sum = $2 }
    on && /^$/ { print file, sum; exit }')
  [ $# -eq 2 ] || die "$package is not in $suite"
  fetch "$mirror/$1" "$work/$package.deb" || die "cannot fetch $package"
  printf '%s  %s\n' "$2" "$work/$package.deb" | sha256sum -c --quiet - || die "$package: wrong SHA-256"
  dpkg-deb -x "$work/$package.deb" "$dir"
done

# Debian splits a GOROOT over /usr/lib and /usr/share and joins it by absolute links: point them into the unpacked tree.
find "$goroot" -type l | while read -r link; do
  target=$(readlink "$link")
  case $target in
    /usr/*) ln -sfn "$dir$target" "$link" ;;
    ../../share/*) ln -sfn "$dir/usr/share/${target#../../share/}" "$link" ;;
  esac
done
: >"$dir/.complete"
printf '%s\n' "$goroot"
