/* SPDX-License-Identifier: BSD-3-Clause
 *
 * jobs: work on several threads with deep stacks; locks; BUG and fatal.
 *
 * The passes recurse as deep as the program's nesting, so a worker gets an address range of 1 GiB as its stack: pages are
 * committed when touched. Where that much address space is not to be had, smaller sizes are tried.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE, MAP_STACK */
#include "base/base.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { STACK_BYTES = 1 << 30, SMALLEST_STACK = 8 << 20, GUARD_BYTES = 1 << 16 };

/* ---- threads ---- */

typedef struct Worker {
  pthread_t thread;
  void *stack; /* NULL: the system's default stack */
  size_t stack_bytes;
} Worker;

static void *stack_map(size_t *bytes) {
  for (size_t size = STACK_BYTES; size >= SMALLEST_STACK; size /= 2) {
    void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) continue;
    mprotect(stack, GUARD_BYTES, PROT_NONE);
    *bytes = size;
    return stack;
  }
  return NULL;
}

static bool worker_start(Worker *worker, void *(*run)(void *), void *argument) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  worker->stack = stack_map(&worker->stack_bytes);
  if (worker->stack) pthread_attr_setstack(&attributes, worker->stack, worker->stack_bytes);
  bool ok = pthread_create(&worker->thread, &attributes, run, argument) == 0;
  pthread_attr_destroy(&attributes);
  if (!ok && worker->stack) munmap(worker->stack, worker->stack_bytes);
  return ok;
}

static void worker_join(Worker *worker) {
  pthread_join(worker->thread, NULL);
  if (worker->stack) munmap(worker->stack, worker->stack_bytes);
}

/* ---- the queue: jobs whose needs are done, first come first served ---- */

struct Jobs {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  JobFn fn;
  void *context;
  uint32_t count;
  BitSet ready; /* not started, and all that they need is done */
  uint32_t ready_len, taken;
  uint32_t *missing;    /* per job: needs that are not done */
  uint32_t *users;      /* jobs that need job i: users[user_start[i] .. user_start[i+1]) */
  uint32_t *user_start; /* count + 1 */
};

static void make_ready(Jobs *jobs, uint32_t index) {
  bitset_set(&jobs->ready, index);
  jobs->ready_len++;
}

/* The lowest one: what comes first in the caller's order is done first. There is one. */
static uint32_t take_ready(Jobs *jobs) {
  uint32_t word = 0;
  while (!jobs->ready.words[word]) word++;
  uint32_t index = word * 64 + bits_trailing_zeros(jobs->ready.words[word]);
  jobs->ready.words[word] &= jobs->ready.words[word] - 1;
  jobs->ready_len--;
  jobs->taken++;
  return index;
}

static void *run_jobs(void *argument) {
  Jobs *jobs = argument;
  pthread_mutex_lock(&jobs->mutex);
  while (jobs->taken < jobs->count) {
    if (jobs->ready_len == 0) {
      pthread_cond_wait(&jobs->changed, &jobs->mutex);
      continue;
    }
    uint32_t index = take_ready(jobs);
    pthread_mutex_unlock(&jobs->mutex);
    jobs->fn(jobs->context, index);
    pthread_mutex_lock(&jobs->mutex);
    for (uint32_t u = jobs->user_start[index]; u < jobs->user_start[index + 1]; u++)
      if (--jobs->missing[jobs->users[u]] == 0) make_ready(jobs, jobs->users[u]);
    /* One of them is for this thread. */
    if (jobs->ready_len > 1 || jobs->taken == jobs->count) pthread_cond_broadcast(&jobs->changed);
  }
  pthread_mutex_unlock(&jobs->mutex);
  arena_spare_free();
  return NULL;
}

/* Turns `needs` around and finds the jobs that can start at once. */
static void jobs_link(Jobs *jobs, Arena *arena, const uint32_t *const *needs, const uint32_t *need_len) {
  uint32_t count = jobs->count;
  jobs->ready = bitset_new(arena, count);
  jobs->missing = arena_new_array(arena, uint32_t, count);
  jobs->user_start = arena_new_array(arena, uint32_t, (size_t)count + 2);
  uint32_t total = 0;
  for (uint32_t i = 0; i < count; i++) {
    jobs->missing[i] = needs ? need_len[i] : 0;
    total += jobs->missing[i];
    for (uint32_t k = 0; k < jobs->missing[i]; k++) {
      assert(needs[i][k] < count);
      jobs->user_start[needs[i][k] + 2]++;
    }
    if (!jobs->missing[i]) make_ready(jobs, i);
  }
  for (uint32_t i = 0; i < count; i++) jobs->user_start[i + 2] += jobs->user_start[i + 1];
  jobs->users = arena_new_array(arena, uint32_t, total);
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t k = 0; k < jobs->missing[i]; k++) jobs->users[jobs->user_start[needs[i][k] + 1]++] = i;
}

void jobs_run_graph(uint32_t threads, uint32_t count, const uint32_t *const *needs, const uint32_t *need_len,
                    JobFn fn, void *context) {
  if (count == 0) return;
  Arena *arena = arena_new();
  Jobs jobs = {.fn = fn, .context = context, .count = count};
  pthread_mutex_init(&jobs.mutex, NULL);
  pthread_cond_init(&jobs.changed, NULL);
  jobs_link(&jobs, arena, needs, need_len);
  if (threads > count) threads = count;
  if (threads == 0) threads = 1;
  Worker *workers = arena_new_array(arena, Worker, threads);
  uint32_t started = 0;
  while (started < threads && worker_start(&workers[started], run_jobs, &jobs)) started++;
  if (started == 0) run_jobs(&jobs);
  for (uint32_t i = 0; i < started; i++) worker_join(&workers[i]);
  pthread_cond_destroy(&jobs.changed);
  pthread_mutex_destroy(&jobs.mutex);
  arena_free(arena);
}

void jobs_run(uint32_t threads, uint32_t count, JobFn fn, void *context) {
  jobs_run_graph(threads, count, NULL, NULL, fn, context);
}

uint32_t jobs_cpu_count(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count > 256 ? 256 : (uint32_t)count;
}

static double seconds_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double clock_seconds(void) { return seconds_of(CLOCK_MONOTONIC); }
double clock_thread_seconds(void) { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }
double clock_process_seconds(void) { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }

/* ---- BUG and locks: what a thread holds must be given back when it jumps to its recovery point ---- */

struct Lock {
  pthread_mutex_t mutex;
  uint32_t depth; /* how often the holder took it */
  Lock *below;    /* the lock that the holder took before this one */
};

/* Beside scratch_arenas the only writable data of the program (tools/globals.sh). */
static _Thread_local BugPoint *recovery_point;
static _Thread_local Lock *held_locks;

Lock *lock_new(Arena *arena) {
  Lock *lock = arena_new_of(arena, Lock);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&lock->mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return lock;
}

void lock_take(Lock *lock) {
  pthread_mutex_lock(&lock->mutex);
  if (lock->depth++ == 0) {
    lock->below = held_locks;
    held_locks = lock;
  }
}

void lock_release(Lock *lock) {
  assert(lock->depth > 0);
  if (--lock->depth == 0) {
    Lock **link = &held_locks;
    while (*link != lock) link = &(*link)->below;
    *link = lock->below;
  }
  pthread_mutex_unlock(&lock->mutex);
}

void bug_begin_(BugPoint *point) {
  point->outer = recovery_point;
  point->held_locks = held_locks;
  point->scratch = scratch_mark();
  point->message[0] = 0;
  point->gave_up = false;
  point->place = 0;
  recovery_point = point;
}

void bug_end(BugPoint *point) {
  assert(recovery_point == point);
  recovery_point = point->outer;
}

static void recover(BugPoint *point) NORETURN;
static void recover(BugPoint *point) {
  while (held_locks && held_locks != point->held_locks) lock_release(held_locks);
  scratch_free_since(point->scratch);
  recovery_point = point->outer;
  longjmp(point->jump, 1);
}

void bug_(const char *file, int line, const char *fmt, ...) {
  char message[sizeof((BugPoint *)0)->message];
  va_list args;
  va_start(args, fmt);
  int prefix = snprintf(message, sizeof message, "%s:%d: ", file, line);
  if (prefix >= 0 && (size_t)prefix < sizeof message)
    vsnprintf(message + prefix, sizeof message - (size_t)prefix, fmt, args);
  va_end(args);
  BugPoint *point = recovery_point;
  if (!point) {
    fprintf(stderr, "heapwhy: BUG: %s\n", message);
    abort();
  }
  memcpy(point->message, message, sizeof message);
  recover(point);
}

void give_up(uint32_t place, const char *fmt, ...) {
  char message[sizeof((BugPoint *)0)->message];
  va_list args;
  va_start(args, fmt);
  vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  BugPoint *point = recovery_point;
  if (!point) fatal("%s", message);
  memcpy(point->message, message, sizeof message);
  point->gave_up = true;
  point->place = place;
  recover(point);
}

void fatal(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  fputs("heapwhy: ", stderr);
  vfprintf(stderr, fmt, args);
  fputc('\n', stderr);
  va_end(args);
  exit(2);
}
