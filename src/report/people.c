/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The report for people: per file, in source order, each value on the heap, its size and why; then a line of counts.
 */
#include "report/report.h"

#define RESET "\033[0m"

void report_styled(ReportWriter *writer, const char *style, Str text) {
  if (writer->options->color) buffer_text(writer->out, style);
  buffer_str(writer->out, text);
  if (writer->options->color) buffer_text(writer->out, RESET);
}

/* "48 B", "320 KiB", "312.5 KiB", "4 MiB": exact up to 10 KiB, then with at most one decimal. */
void report_add_bytes(Buffer *out, int64_t bytes) {
  static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
  size_t unit = 0;
  int64_t scale = 1;
  while (unit + 1 < ARRAY_LEN(units) && bytes >= 1024 * scale &&
         (bytes >= 10 * 1024 * scale || bytes % (1024 * scale) == 0)) {
    scale *= 1024;
    unit++;
  }
  int64_t tenths = (bytes * 10 + scale / 2) / scale;
  buffer_printf(out, "%lld", (long long)(tenths / 10));
  if (tenths % 10) buffer_printf(out, ".%lld", (long long)(tenths % 10));
  buffer_printf(out, " %s", units[unit]);
}

/* ", 24 B (takes 32 B)"; a slice of unknown length has no size. */
void report_add_size(ReportWriter *writer, const ReportFinding *finding) {
  if (finding->size < 0) return;
  buffer_text(writer->out, ", ");
  report_add_bytes(writer->out, finding->size);
  if (finding->class_size == finding->size) return;
  buffer_text(writer->out, " (takes ");
  report_add_bytes(writer->out, finding->class_size);
  buffer_char(writer->out, ')');
}

Str report_shown_file(ReportWriter *writer, Str path) {
  Str goroot = writer->options->goroot;
  if (goroot.len && path.len > goroot.len && str_has_prefix(path, goroot) && path.data[goroot.len] == '/' &&
      !str_has_prefix(writer->options->cwd, goroot))
    return arena_printf(writer->arena, "$GOROOT" STR_FMT, STR_ARG(str_slice(path, goroot.len, path.len)));
  return report_short_path(writer->arena, writer->options->cwd, path);
}

void report_add_steps(ReportWriter *writer, const ReportFinding *finding) {
  for (uint32_t i = 0; i < finding->step_len; i++) {
    const ReportStep *step = &finding->steps[i];
    buffer_printf(writer->out, "        %u. " STR_FMT " (" STR_FMT ")", i + 1, STR_ARG(step->text),
                  STR_ARG(step->why));
    if (step->at.line) {
      Str file = report_shown_file(writer, step->at.filename);
      buffer_printf(writer->out, " at " STR_FMT ":%u:%u", STR_ARG(file), step->at.line, step->at.col);
    }
    buffer_char(writer->out, '\n');
    if (!step->source.len) continue;
    buffer_text(writer->out, "           ");
    report_styled(writer, REPORT_DIM, step->source);
    buffer_char(writer->out, '\n');
  }
}

static bool same_position(const Position *a, const Position *b) {
  return a->line == b->line && a->col == b->col && str_equal(a->filename, b->filename);
}

/* Copies of one value that are told with the same words: an expression that was inlined twice into one line. */
static bool same_finding(const ReportFinding *a, const ReportFinding *b) {
  return same_position(&a->at, &b->at) && same_position(&a->inner, &b->inner) &&
         str_equal(a->what, b->what) && str_equal(a->type, b->type) && str_equal(a->reason, b->reason) &&
         a->size == b->size && str_equal(a->inlined_from, b->inlined_from);
}

static void write_finding(ReportWriter *writer, const ReportFinding *finding, uint32_t copies) {
  buffer_printf(writer->out, "  %u:%u: ", finding->at.line, finding->at.col);
  report_styled(writer, REPORT_BOLD, finding->what);
  if (finding->type.len) buffer_printf(writer->out, " (" STR_FMT ")", STR_ARG(finding->type));
  report_add_size(writer, finding);
  if (copies > 1) buffer_printf(writer->out, ", %u times", copies);
  buffer_char(writer->out, '\n');
  buffer_text(writer->out, "      ");
  report_styled(writer, REPORT_YELLOW, finding->reason);
  if (finding->inlined_from.len) {
    buffer_printf(writer->out, "; from the call of " STR_FMT " that is inlined here",
                  STR_ARG(finding->inlined_from));
    if (finding->inner.line) {
      Str file = report_shown_file(writer, finding->inner.filename);
      buffer_printf(writer->out, ", written at " STR_FMT ":%u:%u", STR_ARG(file), finding->inner.line,
                    finding->inner.col);
    }
  }
  buffer_char(writer->out, '\n');
  if (writer->options->verbose) report_add_steps(writer, finding);
}

static bool on_heap(const ReportFinding *finding) { return str_equal(str_from(finding->kind), STR("heap")); }

/* Number of the package's values on the heap. */
static uint32_t write_package(ReportWriter *writer, const ReportPackage *package) {
  uint32_t count = 0;
  Str file = {NULL, 0};
  for (uint32_t i = 0; i < package->finding_len; i++) {
    const ReportFinding *finding = &package->findings[i];
    if (!on_heap(finding)) continue;
    uint32_t copies = 1;
    while (i + 1 < package->finding_len && on_heap(finding + 1) && same_finding(finding, finding + 1)) {
      copies++;
      finding++;
      i++;
    }
    if (!count) {
      report_styled(writer, REPORT_BOLD,
                    arena_printf(writer->arena, "%s" STR_FMT, writer->out->len ? "\n" : "",
                                 STR_ARG(package->description)));
      buffer_char(writer->out, '\n');
    }
    if (!str_equal(file, finding->at.filename)) {
      file = finding->at.filename;
      buffer_str(writer->out, file.len ? report_shown_file(writer, file) : STR("(made by the compiler)"));
      buffer_char(writer->out, '\n');
    }
    write_finding(writer, finding, copies);
    count += copies;
  }
  return count;
}

void report_people(Buffer *out, const ReportOptions *options, const ReportPackage *packages, uint32_t len) {
  ReportWriter writer = {.out = out, .options = options, .arena = arena_new()};
  uint32_t total = 0, stack = 0;
  int64_t bytes = 0;
  for (uint32_t i = 0; i < len; i++) {
    total += write_package(&writer, &packages[i]);
    for (uint32_t k = 0; k < packages[i].finding_len; k++) {
      const ReportFinding *finding = &packages[i].findings[k];
      stack += str_equal(str_from(finding->kind), STR("stack"));
      if (on_heap(finding) && finding->class_size > 0) bytes += finding->class_size;
    }
  }
  buffer_printf(out, "%s%u value%s on the heap", out->len ? "\n" : "", total, total == 1 ? "" : "s");
  if (bytes) {
    buffer_text(out, " (at least ");
    report_add_bytes(out, bytes);
    buffer_text(out, " if each is allocated once)");
  }
  buffer_printf(out, ", %u kept off it, in %u package%s, for Go " STR_FMT " " STR_FMT ".\n", stack, len,
                len == 1 ? "" : "s", STR_ARG(options->release), STR_ARG(options->target));
  arena_free(writer.arena);
}
