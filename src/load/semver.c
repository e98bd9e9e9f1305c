/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Module versions: validity and order of v1.2.3-pre+build, and how paths are spelled in the module cache.
 *
 * A version is cut into its three numbers and its prerelease once; comparing is then element by element.
 *
 * Go: golang.org/x/mod/semver, golang.org/x/mod/module
 */
#include "load/private.h"

typedef struct Version {
  Str numbers[3]; /* decimal, without leading zeros */
  Str prerelease; /* without its '-' */
} Version;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool take_number(Str *rest, Str *out) {
  size_t len = 0;
  while (len < rest->len && is_digit(rest->data[len])) len++;
  if (len == 0 || (len > 1 && rest->data[0] == '0')) return false;
  *out = str_slice(*rest, 0, len);
  *rest = str_slice(*rest, len, rest->len);
  return true;
}

static bool is_identifier_byte(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

static bool all_digits(Str s) {
  for (size_t i = 0; i < s.len; i++)
    if (!is_digit(s.data[i])) return false;
  return s.len > 0;
}

/* Identifiers between dots, none empty; numbers of a prerelease have no leading zero. */
static bool take_identifiers(Str *rest, bool is_prerelease, Str *out) {
  size_t len = 0;
  while (len < rest->len && (is_identifier_byte(rest->data[len]) || rest->data[len] == '.')) len++;
  *out = str_slice(*rest, 0, len);
  *rest = str_slice(*rest, len, rest->len);
  for (size_t at = 0; at <= len;) {
    size_t end = at;
    while (end < len && out->data[end] != '.') end++;
    Str word = str_slice(*out, at, end);
    if (word.len == 0) return false;
    if (is_prerelease && word.len > 1 && word.data[0] == '0' && all_digits(word)) return false;
    at = end + 1;
  }
  return true;
}

static bool version_parse(Str text, Version *out) {
  *out = (Version){.numbers = {STR("0"), STR("0"), STR("0")}};
  if (text.len == 0 || text.data[0] != 'v') return false;
  Str rest = str_slice(text, 1, text.len);
  for (int i = 0; i < 3; i++) {
    if (i > 0 && rest.len == 0) return true; /* v1 and v1.2 are short for v1.0.0 and v1.2.0 */
    if (i > 0 && rest.data[0] != '.') return false;
    if (i > 0) rest = str_slice(rest, 1, rest.len);
    if (!take_number(&rest, &out->numbers[i])) return false;
  }
  Str build;
  if (rest.len && rest.data[0] == '-') {
    rest = str_slice(rest, 1, rest.len);
    if (!take_identifiers(&rest, true, &out->prerelease)) return false;
  }
  if (rest.len && rest.data[0] == '+') {
    rest = str_slice(rest, 1, rest.len);
    if (!take_identifiers(&rest, false, &build)) return false;
  }
  return rest.len == 0;
}

bool semver_valid(Str version) {
  Version parsed;
  return version_parse(version, &parsed);
}

static int compare_numbers(Str a, Str b) {
  if (a.len != b.len) return a.len < b.len ? -1 : 1;
  return str_compare(a, b);
}

static int compare_identifiers(Str a, Str b) {
  bool a_number = all_digits(a), b_number = all_digits(b);
  if (a_number != b_number) return a_number ? -1 : 1;
  return a_number ? compare_numbers(a, b) : str_compare(a, b);
}

static int compare_prereleases(Str a, Str b) {
  if (a.len == 0 || b.len == 0) return (a.len == 0) - (b.len == 0);
  Str left, right;
  while (true) {
    bool more_left = str_next(&a, '.', &left), more_right = str_next(&b, '.', &right);
    if (!more_left || !more_right) return (int)more_left - (int)more_right;
    int order = compare_identifiers(left, right);
    if (order) return order;
  }
}

int semver_compare(Str a, Str b) {
  Version left, right;
  bool left_fine = version_parse(a, &left), right_fine = version_parse(b, &right);
  if (!left_fine || !right_fine) return (int)left_fine - (int)right_fine;
  for (int i = 0; i < 3; i++) {
    int order = compare_numbers(left.numbers[i], right.numbers[i]);
    if (order) return order < 0 ? -1 : 1;
  }
  int order = compare_prereleases(left.prerelease, right.prerelease);
  return (order > 0) - (order < 0);
}

Str module_escape(Arena *arena, Str path) {
  Buffer out = {0};
  for (size_t i = 0; i < path.len; i++) {
    char c = path.data[i];
    bool upper = c >= 'A' && c <= 'Z';
    if (upper) buffer_char(&out, '!');
    buffer_char(&out, upper ? (char)(c + ('a' - 'A')) : c);
  }
  Str result = arena_str(arena, buffer_view(&out));
  buffer_free(&out);
  return result;
}
