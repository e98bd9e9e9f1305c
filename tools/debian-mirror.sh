#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Prints the first http(s) address of an archive that this machine's apt sources name for Debian itself. Exit code 2: there is none.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
  awk '/^[ \t]*#/ { next }
       /^URIs:/ { for (i = 2; i <= NF; i++) print $i }
       /^deb[ \t]/ { for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) { print $i; break } }' |
  grep -E '/debian/?$' | head -n 1)
[ -n "$mirror" ] || { printf 'debian-mirror.sh: no Debian mirror in the apt sources of this machine\n' >&2; exit 2; }
printf '%s\n' "${mirror%/}"
