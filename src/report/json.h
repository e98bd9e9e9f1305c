/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to report/: pieces of JSON documents. Each returns a new value.
 */
#ifndef HEAPWHY_REPORT_JSON_H
#define HEAPWHY_REPORT_JSON_H

#include <jansson.h>

#include "report/report.h"

enum { JSON_SCHEMA_VERSION = 1 };

json_t *json_text_or_null(Str text);
json_t *json_position(const Position *at); /* null for line 0 */
json_t *json_finding(const ReportFinding *finding);
void json_write(Buffer *out, json_t *root); /* takes root */

#endif
