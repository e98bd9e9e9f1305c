#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Unpacks Go libraries as Debian packages them, with their dependencies, into one GOPATH and prints its path.
#
#   tools/go-libraries.sh PACKAGE...      e.g.  tools/go-libraries.sh golang-github-miekg-dns-dev
#
# The packages come from the mirror which this machine's own apt sources name, suite bookworm; their SHA-256 is checked against the
# suite's index. Nothing is installed. Exit codes: 0 the path was printed, 2 usage or environment.
set -eu

die() { printf 'go-libraries.sh: %s\n' "$*" >&2; exit 2; }
[ $# -gt 0 ] || die 'usage: go-libraries.sh PACKAGE...'

suite=bookworm
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${HEAPWHY_ORACLE:-$top/build/oracle}/gopath"
gopath=$(cd "${HEAPWHY_ORACLE:-$top/build/oracle}/gopath" && pwd -P)
stamp=$gopath/complete.$(printf '%s\n' "$suite" "$@" | sha256sum | cut -c 1-16)
if [ -f "$stamp" ]; then
  printf '%s\n' "$gopath"
  exit 0
fi
mirror=$("$top/tools/debian-mirror.sh") || exit 2
work=$(mktemp -d "$gopath/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
fetch() { # fetch URL FILE
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL --retry 3 -o "$2" "$1"
  else
    /usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file "$1" "$2" >/dev/null
  fi
}
fetch "$mirror/dists/$suite/main/binary-amd64/Packages.xz" "$work/Packages.xz" || die "no index of $suite on this machine's mirror"

# The names that are asked for and all Go libraries that they depend on: `name file sum`. An alternative counts by its first name.
xz -dc "$work/Packages.xz" | awk -v roots="$*" '
  /^Package: / { name = $2 }
  /^Filename: / { file[name] = $2 }
  /^SHA256: / { sum[name] = $2 }
  /^Provides: / { n = split(substr($0, 11), p, ", "); for (i = 1; i <= n; i++) { sub(/ .*/, "", p[i]); provider[p[i]] = name } }
  /^Depends: / { depends[name] = substr($0, 10) }
  function want(name, list, n, i) {
    if (!(name in file) && name in provider) name = provider[name]
    if (name in done) return
    done[name] = 1
    if (!(name in file)) { print name, "-", "-"; return }
    print name, file[name], sum[name]
    n = split(depends[name], list, ", ")
    for (i = 1; i <= n; i++) { sub(/[ |:].*/, "", list[i]); if (list[i] ~ /^golang-.*-dev$/) want(list[i]) }
  }
  END { n = split(roots, root, " "); for (r = 1; r <= n; r++) want(root[r]) }' >"$work/list"

while read -r name file sum; do
  [ "$file" != - ] || die "$name is not in $suite"
  fetch "$mirror/$file" "$work/package.deb" || die "cannot fetch $name"
  printf '%s  %s\n' "$sum" "$work/package.deb" | sha256sum -c --quiet - >&2 || die "$name: wrong SHA-256"
  dpkg-deb -x "$work/package.deb" "$work/tree"
done <"$work/list"
cp -R "$work/tree/usr/share/gocode/." "$gopath/"
: >"$stamp"
printf '%s\n' "$gopath"
