# SPDX-License-Identifier: BSD-3-Clause
# Sorts lines of compiler output into kinds of message. Functions only: include with `awk -f test/classes.awk -f USER`.

# The kind of expression that a "does not escape" or "escapes to heap" line talks about.
function expression_kind(e) {
  if (e ~ /^\.\.\. argument/) return "... argument"
  if (e ~ /^func literal/) return "func literal"
  if (e ~ /^append/) return "append"
  if (e ~ /^make\(/) return "make"
  if (e ~ /^new\(/) return "new"
  if (e ~ /^&/) return "&x"
  if (e ~ /^\(?\[\]byte\)?\(|^\(?\[\]rune\)?\(/) return "bytes of string"
  if (e ~ /^string\(/) return "string of bytes"
  if (e ~ /\{\.\.\.\}$|\{\}$/) return "literal"
  if (e ~ /^"/ || e ~ /^-?[0-9]/) return "constant"
  if (e ~ / \+ /) return "concatenation"
  if (e ~ /^~/) return "~p"
  if (e ~ /^[A-Za-z_][A-Za-z_0-9]*$/) return "name"
  if (e ~ /\)$/) return "call or conversion"
  return "expression"
}

# The words of a message with everything that varies taken out.
function generic(s) {
  gsub(/"[^"]*"/, "S", s)
  gsub(/[0-9]+/, "N", s)
  gsub(/[A-Za-z_0-9.\/*()\[\]]*[.\/][A-Za-z_0-9.\/*()\[\]]*/, "X", s)
  return substr(s, 1, 70)
}

function kind_of(line, s, n, why) {
  s = line
  if (s ~ /^[^ ]*:[0-9]+: /) sub(/^[^ ]*:[0-9]+: /, "", s)
  if (s ~ /^ +flow: /) return "flow"
  if (s ~ /^ +from /) {
    sub(/ at [^ ]*$/, "", s)
    if (match(s, /\([^()]*\)$/)) return "from " substr(s, RSTART)
    return "from"
  }
  if (s ~ /^can inline /) return s ~ / with cost / ? "can inline with cost" : "can inline"
  if (s ~ /^cannot inline /) {
    if (s ~ /: function too complex/) return "cannot inline: too complex"
    if (s ~ / into /) return "cannot inline: into"
    why = s
    sub(/^cannot inline [^:]*(:[^: ][^: ]*)*: /, "", why)
    return "cannot inline: " generic(why)
  }
  if (s ~ /^inlining call to /) return "inlining call to"
  if (s ~ /^moved to heap: /) return "moved to heap"
  if (s ~ /^leaking param content: /) return "leaking param content"
  if (s ~ /^leaking param: .* to result /) return "leaking param to result"
  if (s ~ /^leaking param: /) return "leaking param"
  if (s ~ / does not escape$/) { sub(/ does not escape$/, "", s); return "does not escape: " expression_kind(s) }
  if (s ~ / escapes to heap$/) { sub(/ escapes to heap$/, "", s); return "escapes to heap: " expression_kind(s) }
  if (s ~ / escapes to heap in .*:$/) return "explained: escapes to heap in"
  if (s ~ /^parameter .* leaks to /) return "explained: parameter leaks"
  if (s ~ /^partially devirtualizing /) return "partially devirtualizing"
  if (s ~ /^devirtualizing /) return "devirtualizing"
  if (s ~ /^cannot devirtualize /) return "cannot devirtualize"
  if (s ~ / capturing by /) return "capturing by"
  if (s ~ / ignoring self-assignment in /) return "ignoring self-assignment"
  if (s ~ /zero-copy/) return "zero-copy"
  if (s ~ /will be kept alive/) return "kept alive"
  if (s ~ /considered 'big'/) return "considered big"
  if (s ~ /^# /) return "package"
  return generic(s)
}
