/* The wall clock of every program that loads this is off by the nanoseconds that stand in JUMP_FILE; other clocks are as they are. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static const volatile int64_t *jump;

__attribute__((constructor)) static void open_jump(void) {
  int file = open(JUMP_FILE, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  void *page = mmap(0, sizeof *jump, PROT_READ, MAP_SHARED, file, 0);
  if (page != MAP_FAILED) jump = page;
  close(file);
}

int clock_gettime(clockid_t id, struct timespec *at) {
  int answer = (int)syscall(SYS_clock_gettime, id, at);
  if (answer != 0 || jump == 0 || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE)) return answer;
  int64_t now = at->tv_sec * SECOND + at->tv_nsec + *jump;
  at->tv_sec = now / SECOND;
  at->tv_nsec = now % SECOND;
  return 0;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at != 0) *at = now.tv_sec;
  return now.tv_sec;
}
