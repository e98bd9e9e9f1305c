#include "lower/internal.h"
bool is_range_func(Body *b, ForStmt *stmt) { (void)b; (void)stmt; return false; }
Node *rewrite_range_func(Body *b, ForStmt *stmt) { (void)b; return &stmt->node; }
