/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Findings of one package -> plain data that report can show: positions become file, line and column, and each step of a flow
 * gets the source line on which it stands.
 */
#include "engine/private.h"

/* The source line of a position without the blanks around it. */
static Str source_line(const Engine *engine, Pos pos) {
  SourceFile *file = sources_file(engine->sources, pos);
  if (!file) return (Str){NULL, 0};
  Str line = source_line_text(file, source_position_physical(engine->sources, pos).line);
  while (line.len && (line.data[0] == ' ' || line.data[0] == '\t')) line = str_slice(line, 1, line.len);
  while (line.len && strchr(" \t\r", line.data[line.len - 1])) line.len--;
  return line;
}

static const char *const kind_names[] = {
    [FINDING_HEAP] = "heap",     [FINDING_STACK] = "stack", [FINDING_PARAM] = "param",
    [FINDING_INLINE] = "inline", [FINDING_CALL] = "call",   [FINDING_OTHER] = "other",
};

static ReportFinding convert(EnginePackage *package, const Finding *finding) {
  const Engine *engine = package->engine;
  ReportFinding out = {.at = source_position(engine->sources, finding->pos),
                       .kind = kind_names[finding->kind],
                       .code = finding->code,
                       .what = finding->what,
                       .type = finding->type,
                       .reason = finding->reason,
                       .inlined_from = finding->inlined_from,
                       .function = finding->function,
                       .identity = finding->identity,
                       .size = finding->size,
                       .class_size = finding->class_size,
                       .step_len = finding->step_len};
  if (pos_known(finding->inner)) out.inner = source_position(engine->sources, finding->inner);
  if (pos_known(finding->written)) out.written = source_position(engine->sources, finding->written);
  out.steps = arena_new_array(package->arena, ReportStep, finding->step_len);
  for (uint32_t i = 0; i < finding->step_len; i++) {
    const FindingStep *step = &finding->steps[i];
    out.steps[i] =
        (ReportStep){.text = step->text, .why = step->why, .source = source_line(engine, step->at)};
    if (pos_known(step->at)) out.steps[i].at = source_position(engine->sources, step->at);
  }
  return out;
}

void findings_convert(EnginePackage *package) {
  package->findings = explain_findings(package->arena, package->unit);
  package->report = (ReportPackage){.description = package->load->description,
                                    .import_path = package->load->import_path,
                                    .dir = package->load->dir,
                                    .finding_len = package->findings.len};
  package->report.findings = arena_new_array(package->arena, ReportFinding, package->findings.len);
  for (uint32_t i = 0; i < package->findings.len; i++)
    package->report.findings[i] = convert(package, &package->findings.items[i]);
}
