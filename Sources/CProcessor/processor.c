#ifdef __linux__
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CProcessor.h"

unsigned dedup_processor_asked(void) {
#ifdef __linux__
    int processor = sched_getcpu();
    if (processor >= 0) return (unsigned)processor;
#endif
    return (unsigned)((uintptr_t)pthread_self() >> 12);
}

uintptr_t dedup_thread_asked(void) { return (uintptr_t)pthread_self(); }

void dedup_prefer_huge_pages(void *start, size_t length) {
#ifdef MADV_HUGEPAGE
    // Advice: where it is not taken, nothing is wrong.
    (void)madvise(start, length, MADV_HUGEPAGE);
#else
    (void)start, (void)length;
#endif
}

static _Thread_local unsigned long counted_locks;

void dedup_count_lock(void) { counted_locks += 1; }

unsigned long dedup_counted_locks(void) { return counted_locks; }

void dedup_thread_yield(void) { sched_yield(); }

unsigned dedup_processor_count(void) {
    long count = sysconf(_SC_NPROCESSORS_CONF);
    return count < 1 ? 1 : (unsigned)count;
}
