#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Gate: only src/profile compares Go releases. Elsewhere a profile's knobs are read and language versions go through lang_at_least.
# Exit codes: 0 clean, 1 violations (listed).
set -eu
cd "$(dirname "$0")/.."
rules='profile(->|\.)(release|lang_max) *(==|!=|<|>)|(==|!=|[^-]>|<|=) *[a-z_]*profile(->|\.)(release|lang_max) *(==|!=|<|>)'
rules="$rules"'|(lang|lang_max|version)(->|\.)minor[ ]*(==|!=|<=?|>=?)[ ]*[1-9]|profile_at_least|RELEASE[ ]*(>|<|=)'
rules="$rules"'|str_equal\([^;]*profile(->|\.)release|str(n)?cmp\([^;]*release'
find src -name '*.[ch]' ! -path 'src/profile/*' ! -name '*_test.c' | sort | xargs grep -nE "$rules" /dev/null && exit 1
exit 0
