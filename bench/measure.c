/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Runs commands several times, one after the other in turns, their output dropped, and prints the medians of each: processor time, wall
 * time, peak memory.
 *
 *   measure [-before SCRIPT] RUNS COMMAND... [-- RUNS COMMAND...]
 *       -> a line for each: "SECONDS SECONDS MEGABYTES" (user+sys, wall, largest process)
 *
 * The script is run by the shell before each run and does not count.
 *
 * Processes that a command started and waited for count, as those of `go build` do. Exit code 1: a command failed.
 */
#define _DEFAULT_SOURCE /* wait4 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MAX = 99, WORKS_MAX = 4 };

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, int len) {
  qsort(values, (size_t)len, sizeof *values, compare);
  return len % 2 ? values[len / 2] : (values[len / 2 - 1] + values[len / 2]) / 2;
}

static void run_child(char **command) {
  int null = open("/dev/null", O_WRONLY);
  dup2(null, 1);
  dup2(null, 2);
  execvp(command[0], command);
  _exit(127);
}

typedef struct Work {
  int runs;
  char **command; /* ends with NULL */
  double cpu[RUNS_MAX], wall[RUNS_MAX], peak[RUNS_MAX];
} Work;

static void measure(Work *work, int run) {
  double start = now();
  pid_t child = fork();
  if (child == 0) run_child(work->command);
  int status;
  struct rusage usage;
  if (child < 0 || wait4(child, &status, 0, &usage) < 0) exit(2);
  if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) {
    fprintf(stderr, "measure: %s failed\n", work->command[0]);
    exit(1);
  }
  work->wall[run] = now() - start;
  work->cpu[run] = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  work->peak[run] = (double)usage.ru_maxrss / 1024;
}

/* Cuts the arguments into works. Returns how many there are, 0: wrong usage. */
static int read_works(char **argv, Work *works) {
  int len = 0;
  for (char **at = argv + 1; *at; len++) {
    if (len == WORKS_MAX) return 0;
    works[len].runs = atoi(*at++);
    works[len].command = at;
    while (*at && strcmp(*at, "--") != 0) at++;
    if (works[len].runs < 1 || works[len].runs > RUNS_MAX || works[len].command == at) return 0;
    if (*at) *at++ = NULL;
  }
  return len;
}

static void prepare(const char *script) {
  if (!script || system(script) == 0) return;
  fprintf(stderr, "measure: %s failed\n", script);
  exit(1);
}

int main(int argc, char **argv) {
  static Work works[WORKS_MAX];
  const char *script = NULL;
  if (argc > 2 && strcmp(argv[1], "-before") == 0) {
    script = argv[2];
    argc -= 2, argv += 2;
  }
  int len = argc > 2 ? read_works(argv, works) : 0;
  if (len == 0) {
    fprintf(stderr, "usage: measure [-before SCRIPT] RUNS COMMAND... [-- RUNS COMMAND...]\n");
    return 2;
  }
  for (int run = 0; run < RUNS_MAX; run++)
    for (int i = 0; i < len; i++)
      if (run < works[i].runs) {
        prepare(script);
        measure(&works[i], run);
      }
  for (int i = 0; i < len; i++)
    printf("%.3f %.3f %.0f\n", median(works[i].cpu, works[i].runs), median(works[i].wall, works[i].runs),
           median(works[i].peak, works[i].runs));
  return 0;
}
