/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Runs a command several times, its output dropped, and prints the medians: processor time, wall time, peak memory.
 *
 *   measure RUNS COMMAND...      -> "SECONDS SECONDS MEGABYTES" (user+sys, wall, the largest process)
 *
 * Processes that the command started and waited for count, as those of `go build` do.
 */
#define _DEFAULT_SOURCE /* wait4 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MAX = 99 };

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

int main(int argc, char **argv) {
  int runs = argc > 2 ? atoi(argv[1]) : 0;
  if (runs < 1 || runs > RUNS_MAX) {
    fprintf(stderr, "usage: measure RUNS COMMAND...\n");
    return 2;
  }
  double cpu[RUNS_MAX], wall[RUNS_MAX], peak[RUNS_MAX];
  for (int i = 0; i < runs; i++) {
    double start = now();
    pid_t child = fork();
    if (child == 0) run_child(argv + 2);
    int status;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) return 2;
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) {
      fprintf(stderr, "measure: %s failed\n", argv[2]);
      return 1;
    }
    wall[i] = now() - start;
    cpu[i] = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    peak[i] = (double)usage.ru_maxrss / 1024;
  }
  printf("%.3f %.3f %.0f\n", median(cpu, runs), median(wall, runs), median(peak, runs));
  return 0;
}
