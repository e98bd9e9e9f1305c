/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which values changed sides between releases, for people and as JSON (docs/json.md).
 *
 * In: for each value that is on the heap in one release and not in another, what each of them says. Out: text or one document.
 */
#include "report/json.h"
#include "report/report.h"

static const char *cause_text(const char *cause) {
  if (strcmp(cause, "inlining") == 0) return "what is inlined";
  if (strcmp(cause, "limits") == 0) return "what the stack has room for";
  return "the escape analysis";
}

/* ---- people ---- */

static void write_side(ReportWriter *writer, Str release, int width, const ReportSide *side) {
  Buffer *out = writer->out;
  buffer_printf(out, "      Go " STR_FMT "%*s  ", STR_ARG(release), width - (int)release.len, "");
  if (!side->heap) {
    buffer_printf(out, "off the heap%s\n", side->inlined ? ": the call is inlined" : "");
    return;
  }
  buffer_text(out, "on the heap");
  report_add_size(writer, side->finding);
  buffer_text(out, ": ");
  report_styled(writer, REPORT_YELLOW, side->finding->reason);
  buffer_char(out, '\n');
  if (writer->options->verbose) report_add_steps(writer, side->finding);
}

static void write_value(ReportWriter *writer, const ReportComparison *all, const ReportValue *value) {
  const ReportFinding *shown = value->shown;
  bool call = value->call.line > 0;
  const Position *at = call ? &value->call : &shown->at;
  buffer_printf(writer->out, "  %u:%u: ", at->line, at->col);
  report_styled(writer, REPORT_BOLD, shown->what);
  if (shown->type.len) buffer_printf(writer->out, " (" STR_FMT ")", STR_ARG(shown->type));
  if (call)
    buffer_printf(writer->out, " of " STR_FMT ", written at %u:%u", STR_ARG(shown->function),
                  shown->written.line, shown->written.col);
  buffer_char(writer->out, '\n');
  int width = 0;
  for (uint32_t i = 0; i < all->release_len; i++)
    if ((int)all->releases[i].release.len > width) width = (int)all->releases[i].release.len;
  for (uint32_t i = 0; i < all->release_len; i++)
    write_side(writer, all->releases[i].release, width, &value->sides[i]);
  for (uint32_t i = 0; i < value->change_len; i++) {
    const ReportChange *change = &value->changes[i];
    buffer_printf(writer->out, "      changed from " STR_FMT " to " STR_FMT ": %s\n",
                  STR_ARG(all->releases[change->to - 1].release), STR_ARG(all->releases[change->to].release),
                  cause_text(change->cause));
  }
}

static void write_package(ReportWriter *writer, const ReportComparison *all,
                          const ReportComparedPackage *package) {
  if (!package->value_len) return;
  if (writer->out->len) buffer_char(writer->out, '\n');
  report_styled(writer, REPORT_BOLD, package->package->description);
  buffer_char(writer->out, '\n');
  Str file = {NULL, 0};
  for (uint32_t i = 0; i < package->value_len; i++) {
    const ReportValue *value = &package->values[i];
    Str in = value->call.line ? value->call.filename : value->shown->at.filename;
    if (!str_equal(file, in)) {
      file = in;
      buffer_str(writer->out, file.len ? report_shown_file(writer, file) : STR("(made by the compiler)"));
      buffer_char(writer->out, '\n');
    }
    write_value(writer, all, value);
  }
}

void report_comparison_people(Buffer *out, const ReportOptions *options, const ReportComparison *comparison) {
  ReportWriter writer = {.out = out, .options = options, .arena = arena_new()};
  uint32_t changed = 0;
  for (uint32_t i = 0; i < comparison->package_len; i++) {
    write_package(&writer, comparison, &comparison->packages[i]);
    changed += comparison->packages[i].value_len;
  }
  buffer_printf(out, "%s%u value%s changed sides, in %u package%s, for " STR_FMT ".\n", out->len ? "\n" : "",
                changed, changed == 1 ? "" : "s", comparison->package_len,
                comparison->package_len == 1 ? "" : "s", STR_ARG(options->target));
  for (uint32_t i = 0; i < comparison->release_len; i++) {
    const ReportTotal *total = &comparison->releases[i];
    buffer_printf(out, "Go " STR_FMT ": %u on the heap", STR_ARG(total->release), total->heap);
    if (total->bytes) {
      buffer_text(out, " (at least ");
      report_add_bytes(out, total->bytes);
      buffer_text(out, " if each is allocated once)");
    }
    buffer_text(out, "\n");
  }
  arena_free(writer.arena);
}

/* ---- JSON ---- */

static json_t *side_object(Str release, const ReportSide *side) {
  json_t *object = json_object();
  json_object_set_new(object, "release", json_text_or_null(release));
  json_object_set_new(object, "side", json_string(side->heap ? "heap" : "stack"));
  json_object_set_new(object, "inlined", json_boolean(side->inlined));
  json_object_set_new(object, "finding", side->finding ? json_finding(side->finding) : json_null());
  return object;
}

static json_t *change_object(const ReportComparison *all, const ReportChange *change) {
  return json_pack("{s:o, s:o, s:s}", "from", json_text_or_null(all->releases[change->to - 1].release), "to",
                   json_text_or_null(all->releases[change->to].release), "cause", change->cause);
}

static json_t *value_object(const ReportComparison *all, const ReportValue *value) {
  json_t *object = json_object(), *sides = json_array(), *changes = json_array();
  for (uint32_t i = 0; i < all->release_len; i++)
    json_array_append_new(sides, side_object(all->releases[i].release, &value->sides[i]));
  for (uint32_t i = 0; i < value->change_len; i++)
    json_array_append_new(changes, change_object(all, &value->changes[i]));
  json_object_set_new(object, "what", json_text_or_null(value->shown->what));
  json_object_set_new(object, "type", json_text_or_null(value->shown->type));
  json_object_set_new(object, "function", json_text_or_null(value->shown->function));
  json_object_set_new(object, "writtenAt", json_position(&value->shown->written));
  json_object_set_new(object, "call", json_position(&value->call));
  json_object_set_new(object, "sides", sides);
  json_object_set_new(object, "changes", changes);
  return object;
}

static json_t *compared_package(const ReportComparison *all, const ReportComparedPackage *package) {
  json_t *object = json_object(), *list = json_array();
  for (uint32_t i = 0; i < package->value_len; i++)
    json_array_append_new(list, value_object(all, &package->values[i]));
  json_object_set_new(object, "importPath", json_text_or_null(package->package->import_path));
  json_object_set_new(object, "description", json_text_or_null(package->package->description));
  json_object_set_new(object, "dir", json_text_or_null(package->package->dir));
  json_object_set_new(object, "values", list);
  return object;
}

void report_comparison_json(Buffer *out, const ReportOptions *options, const ReportComparison *comparison) {
  json_t *root = json_object(), *releases = json_array(), *packages = json_array();
  for (uint32_t i = 0; i < comparison->release_len; i++) {
    const ReportTotal *total = &comparison->releases[i];
    json_array_append_new(releases,
                          json_pack("{s:o, s:i, s:I}", "release", json_text_or_null(total->release), "heap",
                                    (int)total->heap, "classBytes", (json_int_t)total->bytes));
  }
  for (uint32_t i = 0; i < comparison->package_len; i++)
    json_array_append_new(packages, compared_package(comparison, &comparison->packages[i]));
  json_object_set_new(root, "schema", json_integer(JSON_SCHEMA_VERSION));
  json_object_set_new(root, "target", json_text_or_null(options->target));
  json_object_set_new(root, "releases", releases);
  json_object_set_new(root, "packages", packages);
  json_write(out, root);
}
