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

/* ---- the queue: steps of jobs whose needs are done ---- */

typedef struct Job {
  uint32_t next;               /* its next step */
  uint32_t missing[JOB_STEPS]; /* per step: how many jobs that it needs have not done it */
  size_t kept;                 /* bytes, since it was begun ahead of time */
  bool running;
} Job;

typedef struct Jobs {
  const JobGraph *graph;
  ArenaSpare *spare;
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t changed;
  Job *jobs;
  /* Jobs that nobody works on. The last set: all steps that are left can be done. The others: the next step is that one, and it
     can be done. */
  BitSet ready[JOB_STEPS];
  uint32_t *users;      /* jobs that need job i: users[user_start[i] .. user_start[i+1]) */
  uint32_t *user_start; /* count + 1 */
  uint32_t done;
  size_t kept;         /* of all jobs that were begun ahead of time */
  uint32_t idle;       /* threads that wait */
  double idle_seconds; /* that they waited, in all */
} Jobs;

/* Puts the job where it is looked for; true: something of it can be done. */
static bool place(Jobs *jobs, uint32_t index) {
  const Job *job = &jobs->jobs[index];
  uint32_t last = jobs->graph->step_len - 1;
  for (uint32_t step = 0; step <= last; step++) bitset_clear(&jobs->ready[step], index);
  if (job->running || job->next > last) return false;
  bool all = job->missing[last] == 0;
  if (!all && job->missing[job->next] > 0) return false;
  bitset_set(&jobs->ready[all ? last : job->next], index);
  return true;
}

/* What comes first in the caller's order is done first. */
static bool find_lowest(const BitSet *set, uint32_t *index) {
  for (uint32_t word = 0; word < (set->bits + 63) / 64; word++)
    if (set->words[word]) {
      *index = word * 64 + bits_trailing_zeros(set->words[word]);
      return true;
    }
  return false;
}

/* A job that can be finished; else, while there is room for what is begun, one of which the latest step can be done. Up to which
   step: *end. False: there is none. */
static bool take(const Jobs *jobs, uint32_t *index, uint32_t *end) {
  const JobGraph *graph = jobs->graph;
  for (uint32_t step = graph->step_len; step-- > 0;) {
    *end = step + 1;
    if (find_lowest(&jobs->ready[step], index)) return true;
    if (jobs->kept >= graph->ahead_bytes) return false;
  }
  return false;
}

static void wake(Jobs *jobs, uint32_t threads) {
  if (threads > jobs->idle) threads = jobs->idle;
  while (threads-- > 0) pthread_cond_signal(&jobs->changed);
}

/* The job's step is done: others may need it. Returns for how many of them something can be done now. */
static uint32_t publish(Jobs *jobs, uint32_t index, uint32_t step) {
  uint32_t placed = 0;
  for (uint32_t u = jobs->user_start[index]; u < jobs->user_start[index + 1]; u++) {
    Job *user = &jobs->jobs[jobs->users[u]];
    if (user->missing[step] && --user->missing[step] == 0) placed += place(jobs, jobs->users[u]);
  }
  return placed;
}

/* Steps of one job up to `end`. The mutex is held, but not while they are done. */
static void work(Jobs *jobs, uint32_t index, uint32_t end) {
  const JobGraph *graph = jobs->graph;
  Job *job = &jobs->jobs[index];
  bool ahead = end < graph->step_len;
  job->running = true;
  place(jobs, index);
  jobs->kept -= job->kept;
  if (!ahead && job->kept) wake(jobs, 1); /* there is room again */
  while (job->next < end) {
    pthread_mutex_unlock(&jobs->mutex);
    size_t kept = graph->run(graph->context, index, job->next);
    pthread_mutex_lock(&jobs->mutex);
    job->kept = ahead ? kept : 0;
    wake(jobs, publish(jobs, index, job->next++));
  }
  jobs->kept += job->kept;
  job->running = false;
  place(jobs, index);
  if (!ahead) jobs->done++;
}

static void wait_for_others(Jobs *jobs) {
  double start = clock_seconds();
  jobs->idle++;
  pthread_cond_wait(&jobs->changed, &jobs->mutex);
  jobs->idle--;
  jobs->idle_seconds += clock_seconds() - start;
}

static void *run_jobs(void *argument) {
  Jobs *jobs = argument;
  arena_spare_use(jobs->spare);
  pthread_mutex_lock(&jobs->mutex);
  while (jobs->done < jobs->graph->count) {
    uint32_t index, end;
    if (take(jobs, &index, &end))
      work(jobs, index, end);
    else
      wait_for_others(jobs);
  }
  pthread_cond_broadcast(&jobs->changed);
  pthread_mutex_unlock(&jobs->mutex);
  arena_spare_use(NULL);
  if (!jobs->graph->spare) arena_spare_drain(jobs->spare);
  return NULL;
}

/* Turns the needs around and finds the jobs that can start at once. */
static void jobs_link(Jobs *jobs, Arena *arena) {
  const JobGraph *graph = jobs->graph;
  uint32_t count = graph->count, total = 0;
  jobs->jobs = arena_new_array(arena, Job, count);
  jobs->user_start = arena_new_array(arena, uint32_t, (size_t)count + 2);
  for (uint32_t step = 0; step < graph->step_len; step++) jobs->ready[step] = bitset_new(arena, count);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t need_len = graph->needs ? graph->need_len[i] : 0;
    for (uint32_t step = graph->free_steps; step < graph->step_len; step++)
      jobs->jobs[i].missing[step] = need_len;
    for (uint32_t k = 0; k < need_len; k++) {
      assert(graph->needs[i][k] < count);
      jobs->user_start[graph->needs[i][k] + 2]++;
    }
    total += need_len;
    place(jobs, i);
  }
  for (uint32_t i = 0; i < count; i++) jobs->user_start[i + 2] += jobs->user_start[i + 1];
  jobs->users = arena_new_array(arena, uint32_t, total);
  for (uint32_t i = 0; graph->needs && i < count; i++)
    for (uint32_t k = 0; k < graph->need_len[i]; k++)
      jobs->users[jobs->user_start[graph->needs[i][k] + 1]++] = i;
}

double jobs_run_graph(uint32_t threads, const JobGraph *graph) {
  if (graph->count == 0) return 0;
  assert(graph->step_len <= JOB_STEPS && graph->free_steps < graph->step_len);
  Arena *arena = arena_new();
  Jobs jobs = {.graph = graph, .spare = graph->spare ? graph->spare : arena_spare_new()};
  pthread_mutex_init(&jobs.mutex, NULL);
  pthread_cond_init(&jobs.changed, NULL);
  jobs_link(&jobs, arena);
  if (threads > graph->count) threads = graph->count;
  if (threads == 0) threads = 1;
  Worker *workers = arena_new_array(arena, Worker, threads);
  uint32_t started = 0;
  while (started < threads && worker_start(&workers[started], run_jobs, &jobs)) started++;
  if (started == 0) run_jobs(&jobs);
  for (uint32_t i = 0; i < started; i++) worker_join(&workers[i]);
  if (!graph->spare) arena_spare_free(jobs.spare, 1);
  pthread_cond_destroy(&jobs.changed);
  pthread_mutex_destroy(&jobs.mutex);
  arena_free(arena);
  return jobs.idle_seconds;
}

typedef struct PlainJobs {
  JobFn fn;
  void *context;
} PlainJobs;

static size_t run_plain(void *context, uint32_t index, uint32_t step) {
  (void)step;
  const PlainJobs *plain = context;
  plain->fn(plain->context, index);
  return 0;
}

void jobs_run(uint32_t threads, uint32_t count, JobFn fn, void *context) {
  PlainJobs plain = {fn, context};
  JobGraph graph = {.count = count, .step_len = 1, .run = run_plain, .context = &plain};
  jobs_run_graph(threads, &graph);
}

/* ---- work that turns up ---- */

struct Agenda {
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t changed;
  uint32_t next, count, working;
};

Agenda *agenda_new(Arena *arena) {
  Agenda *agenda = arena_new_of(arena, Agenda);
  pthread_mutex_init(&agenda->mutex, NULL);
  pthread_cond_init(&agenda->changed, NULL);
  return agenda;
}

void agenda_end(Agenda *agenda) {
  pthread_cond_destroy(&agenda->changed);
  pthread_mutex_destroy(&agenda->mutex);
}

void agenda_add(Agenda *agenda, uint32_t count) {
  if (count == 0) return;
  pthread_mutex_lock(&agenda->mutex);
  agenda->count += count;
  pthread_cond_broadcast(&agenda->changed);
  pthread_mutex_unlock(&agenda->mutex);
}

bool agenda_take(Agenda *agenda, uint32_t *number) {
  pthread_mutex_lock(&agenda->mutex);
  while (agenda->next == agenda->count && agenda->working)
    pthread_cond_wait(&agenda->changed, &agenda->mutex);
  bool found = agenda->next < agenda->count;
  if (found) {
    *number = agenda->next++;
    agenda->working++;
  }
  pthread_mutex_unlock(&agenda->mutex);
  return found;
}

void agenda_done(Agenda *agenda) {
  pthread_mutex_lock(&agenda->mutex);
  if (--agenda->working == 0) pthread_cond_broadcast(&agenda->changed);
  pthread_mutex_unlock(&agenda->mutex);
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
