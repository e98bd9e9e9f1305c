/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The findings as one JSON document; the schema and its version are described in docs/json.md.
 */
#include "report/json.h"

json_t *json_text_or_null(Str text) {
  /* Text from source files may be anything; what is not UTF-8 is shown with U+FFFD by jansson's replacement below. */
  json_t *value = text.len ? json_stringn(text.data, text.len) : json_null();
  return value ? value : json_string("\xEF\xBF\xBD");
}

json_t *json_position(const Position *at) {
  if (at->line == 0) return json_null();
  return json_pack("{s:o, s:i, s:i}", "file", json_text_or_null(at->filename), "line", (int)at->line,
                   "column", (int)at->col);
}

static json_t *bytes_or_null(int64_t bytes) { return bytes < 0 ? json_null() : json_integer(bytes); }

static json_t *steps(const ReportFinding *finding) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < finding->step_len; i++) {
    const ReportStep *step = &finding->steps[i];
    json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o}", "expression", json_text_or_null(step->text),
                                          "why", json_text_or_null(step->why), "at", json_position(&step->at),
                                          "source", json_text_or_null(step->source)));
  }
  return list;
}

json_t *json_finding(const ReportFinding *finding) {
  json_t *object = json_object();
  json_object_set_new(object, "kind", json_string(finding->kind));
  json_object_set_new(object, "code", json_string(finding->code));
  json_object_set_new(object, "at", json_position(&finding->at));
  json_object_set_new(object, "what", json_text_or_null(finding->what));
  json_object_set_new(object, "type", json_text_or_null(finding->type));
  json_object_set_new(object, "size", bytes_or_null(finding->size));
  json_object_set_new(object, "classSize", bytes_or_null(finding->class_size));
  json_object_set_new(object, "reason", json_text_or_null(finding->reason));
  json_object_set_new(object, "inlinedFrom", json_text_or_null(finding->inlined_from));
  json_object_set_new(object, "writtenAt", json_position(&finding->inner));
  json_object_set_new(object, "flow", steps(finding));
  return object;
}

static json_t *package_object(const ReportPackage *package) {
  json_t *object = json_object(), *list = json_array();
  for (uint32_t i = 0; i < package->finding_len; i++)
    json_array_append_new(list, json_finding(&package->findings[i]));
  json_object_set_new(object, "importPath", json_text_or_null(package->import_path));
  json_object_set_new(object, "description", json_text_or_null(package->description));
  json_object_set_new(object, "dir", json_text_or_null(package->dir));
  json_object_set_new(object, "findings", list);
  return object;
}

static int append(const char *bytes, size_t len, void *out) {
  buffer_add(out, bytes, len);
  return 0;
}

void json_write(Buffer *out, json_t *root) {
  json_dump_callback(root, append, out, JSON_INDENT(2));
  buffer_char(out, '\n');
  json_decref(root);
}

void report_json(Buffer *out, const ReportOptions *options, const ReportPackage *packages, uint32_t len) {
  json_t *root = json_object(), *list = json_array();
  json_object_set_new(root, "schema", json_integer(JSON_SCHEMA_VERSION));
  json_object_set_new(root, "release", json_text_or_null(options->release));
  json_object_set_new(root, "target", json_text_or_null(options->target));
  for (uint32_t i = 0; i < len; i++) json_array_append_new(list, package_object(&packages[i]));
  json_object_set_new(root, "packages", list);
  json_write(out, root);
}
