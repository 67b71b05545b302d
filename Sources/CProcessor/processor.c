#ifdef __linux__
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <unistd.h>

#include "CProcessor.h"

unsigned dedup_processor_current(void) {
#ifdef __linux__
    // The C library reads it from memory that it shares with the kernel (restartable sequences): 3 ns, no system call.
    int processor = sched_getcpu();
    if (processor >= 0) return (unsigned)processor;
#endif
    return (unsigned)((uintptr_t)pthread_self() >> 12);
}

void dedup_thread_yield(void) { sched_yield(); }

unsigned dedup_processor_count(void) {
    long count = sysconf(_SC_NPROCESSORS_CONF);
    return count < 1 ? 1 : (unsigned)count;
}
