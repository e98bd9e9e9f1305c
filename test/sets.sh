# SPDX-License-Identifier: BSD-3-Clause
# The sets of code that test/conformance.sh compares (sourced after lib.sh): what each is, how the compiler and how heapwhy are asked.
#
# A set is named SOURCE[.l][.TARGET].mN: `.l` without inlining, TARGET another one than linux/amd64 (enter_set), v3 its GOAMD64, or
# newinliner with that experiment (GOEXPERIMENT) on; N the level of -m.
#   probes     one file each, test/probes
#   std, cmd   the standard library; the commands
#   alone      each std package asked for alone, against our own run over all of them
#   tests      packages of the standard library as `go test -c` compiles them
#   libraries  libraries that Debian packages, with their dependencies, in GOPATH mode
#   modules    test/modules: vendor folder, replace directive, workspace, old language version

every_set='probes.m1 probes.m2 probes.l.m1 probes.l.m2 std.m1 std.m2 std.l.m1 std.l.m2 std.arm64.m1 std.windows.m1 std.386.m1 std.riscv64.m1 std.s390x.m1 std.darwin.m1 std.js.m1 std.v3.m1 std.newinliner.m1 alone.m1
  cmd.m1 cmd.m2 tests.m1 libraries.m1 libraries.m2 modules.m1 modules.m2'

libraries='golang-github-miekg-dns-dev golang-github-gorilla-websocket-dev golang-github-spf13-viper-dev golang-github-boltdb-bolt-dev
  golang-github-russross-blackfriday-v2-dev golang-github-stretchr-testify-dev golang-github-kr-pretty-dev golang-github-gobwas-glob-dev
  golang-google-protobuf-dev golang-golang-x-text-dev golang-gopkg-yaml.v3-dev'

tested='archive/tar archive/zip bufio bytes compress/flate compress/gzip container/heap container/list context crypto/sha256 crypto/tls
  database/sql encoding/base64 encoding/binary encoding/csv encoding/gob encoding/hex encoding/json encoding/xml errors expvar flag fmt
  go/ast go/format go/parser go/printer go/token go/types hash/crc32 html/template image image/png io io/fs log log/slog maps math
  math/big math/bits math/rand mime/multipart net net/http net/netip net/url os path path/filepath reflect regexp slices sort strconv
  strings sync sync/atomic testing text/template time unicode/utf8'

is_set() { case $1 in probes.*m[12] | std.*m[12] | alone.m[12] | cmd.m[12] | tests.m[12] | libraries.m[12] | modules.m[12]) ;; *) return 1 ;; esac; }

flags_of() { # std.l.m2 -> -l -m=2
  case $1 in *.l.*) printf '%s ' -l ;; esac
  case $1 in *.m2) printf '%s' -m=2 ;; *) printf '%s' -m ;; esac
}

# What both programs find in the environment for that set. Call it in a subshell.
enter_set() {
  case $1 in
    *.arm64.*) export GOARCH=arm64 ;;
    *.386.*) export GOARCH=386 ;;
    *.riscv64.*) export GOARCH=riscv64 ;;
    *.s390x.*) export GOARCH=s390x ;;
    *.v3.*) export GOAMD64=v3 ;;
    *.windows.*) export GOOS=windows ;;
    *.darwin.*) export GOOS=darwin GOARCH=arm64 ;;
    *.js.*) export GOOS=js GOARCH=wasm ;;
    *.newinliner.*) export GOEXPERIMENT=newinliner ;;
  esac
  case $1 in
    libraries.*)
      GOPATH=$("$top/tools/go-libraries.sh" $libraries) GO111MODULE=off || exit 2
      export GOPATH GO111MODULE
      ;;
    modules.*) export GO111MODULE=on ;;
  esac
  cd "$work" || exit 2
}

# oracle_list OUT FLAGS PACKAGE...: what the compiler prints for these packages, its errors included. Nothing is linked; the other packages
# come from the kept cache, and so do outputs that are there already, which the go command prints again.
oracle_list() {
  to=$1
  gcflags=$2
  shift 2
  oracle_go list -e -export -f '{{with .Error}}{{if eq (printf "%.2s" .Err) "# "}}{{.Err}}{{end}}{{end}}' -gcflags="$gcflags" "$@" 2>&1 |
    grep . >"$to.new"
  mv "$to.new" "$to"
}

# Only the blocks that a package's own tests consist of, `# fmt [fmt.test]`, `# fmt_test [fmt.test]`, `# fmt.test`: what is printed when
# it is asked for alone. Packages between it and its tests (`# testing [fmt.test]`) are compiled once more, too, but not with -m unless named as well.
variants_only() { awk '/^# / { name = $2; sub(/_test$/, "", name); on = $3 == "[" name ".test]" || name ~ /\.test$/ } on'; }

# The packages of the libraries that the go command can build.
library_packages() {
  if [ ! -s "$outputs/libraries.packages" ]; then
    (cd "$GOPATH/src" && oracle_go list -e -f '{{if not (or .Error .DepsErrors)}}{{if .GoFiles}}{{.ImportPath}}{{end}}{{end}}' ./...) \
      2>/dev/null | grep . >"$outputs/libraries.packages"
  fi
  cat "$outputs/libraries.packages"
}

# The compiler's text of the set into $outputs/SET, unless it is there. Blocks of the probes are named by their file.
oracle_set() {
  out=$outputs/$1
  case $1 in probes.* | modules.*) ;; *) [ ! -s "$out" ] || return 0 ;; esac
  flags=$(flags_of "$1")
  case $1 in
    probes.*) oracle_probes "$1" ;;
    modules.*) oracle_modules "$1" ;;
    std.*) oracle_build "$out" "$work" -gcflags="$flags" std ;;
    alone.*) cp "$top/build/conformance/std.${1#alone.}/output" "$out.own" ;;
    # The profile that lies beside the compiler would change how it and all that it imports are compiled; heapwhy reads no profiles.
    cmd.*) oracle_list "$out" "$flags" -pgo=off cmd/... ;;
    tests.*)
      # shellcheck disable=SC2086
      oracle_list "$out.all" "$flags" -test $tested
      # `go list` compiles the main package from the cache, under a name of there; `go test -c` calls its file so.
      variants_only <"$out.all" | sed 's|^/[^ :]*/[0-9a-f]*-d:|_testmain.go:|' >"$out"
      rm "$out.all"
      ;;
    libraries.*)
      # shellcheck disable=SC2046
      oracle_list "$out" "$flags" $(library_packages)
      ;;
  esac
}

oracle_probes() {
  : >"$out"
  for file in "$top"/test/probes/*.go; do
    name=$(basename "$file" .go)
    kept=$out.$name.$(sha256sum "$file" | cut -c 1-16)
    if [ ! -f "$kept" ]; then
      need_importcfg
      cp "$file" "$work/"
      # shellcheck disable=SC2086
      (cd "$work" && oracle_compile "$name.go" $flags) >"$kept"
    fi
    printf '# %s.go\n' "$name" >>"$out"
    cat "$kept" >>"$out"
  done
}

# Every folder of test/modules is copied into the working folder: `main` is where the programs run,
# `packages` what they are asked for.
copy_modules() {
  rm -rf "$work/modules"
  cp -R "$top/test/modules" "$work/modules"
}
oracle_modules() {
  copy_modules
  kept=$out.$(cd "$top/test/modules" && find . -type f | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c 1-16)
  if [ ! -f "$kept" ]; then
    for module in "$work"/modules/*; do
      # shellcheck disable=SC2046
      (cd "$module/main" && oracle_go build -o /dev/null -gcflags="$flags" $(cat ../packages))
    done >"$kept" 2>&1
  fi
  cp "$kept" "$out"
}

run_heapwhy() { # SET PACKAGE...  output on stdout, errors to $report/stderr
  flags=$(flags_of "$1")
  set=$1
  shift
  case $set in
    tests.*)
      # shellcheck disable=SC2086
      one_run -test ${*:-$tested} | variants_only
      ;;
    std.*) one_run "${@:-std}" ;;
    cmd.*) one_run "${@:-cmd/...}" ;;
    libraries.*)
      # shellcheck disable=SC2046
      if [ $# -eq 0 ]; then set -- $(library_packages); fi
      one_run "$@"
      ;;
    alone.*)
      for package in $(sed -n 's/^# //p' "$outputs/$set.own"); do one_run "$package"; done
      ;;
    modules.*)
      copy_modules
      for module in "$work"/modules/*; do
        # shellcheck disable=SC2046
        cd "$module/main" && one_run $(cat ../packages)
      done
      ;;
    probes.*)
      for file in "$top"/test/probes/*.go; do
        name=$(basename "$file")
        cp "$file" .
        printf '# %s\n' "$name"
        one_run "$name" | grep -v '^# '
      done
      ;;
  esac
}
one_run() {
  # shellcheck disable=SC2086
  "$heapwhy" -goroot "$goroot" $flags "$@" 2>>"$report/stderr" || printf 'exit code %s: %s\n' $? "$(printf '%s' "$*" | cut -c 1-80)" >>"$report/crashes"
}
