#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs the real compiler as the conformance tests need it: fixed directory, fresh cache, one package at a time, no network.
#
#   tools/oracle.sh RELEASE DIR go-arguments...     e.g.  tools/oracle.sh 1.27 /tmp/w build -gcflags=-m=2 std
#
# Standard output and error of the go command pass through; so does its exit code.
set -eu
release=$1
dir=$2
shift 2
goroot=$("$(dirname "$0")/go-toolchain.sh" "$release")
goroot=$(cd "$goroot" && pwd -P) # its name is in the output: the same wherever build/oracle is a link to
cache=$(mktemp -d "${TMPDIR:-/tmp}/heapwhy-gocache.XXXXXX")
trap 'rm -rf "$cache"' EXIT
verb=$1
shift
cd "$dir"
case $verb in build | test) set -- -p 1 "$@" ;; esac
env GOROOT="$goroot" GOCACHE="$cache" GOTOOLCHAIN=local GOPROXY=off GOFLAGS= CGO_ENABLED=0 GOENV=off \
  GO111MODULE="${GO111MODULE-}" "$goroot/bin/go" "$verb" "$@"
