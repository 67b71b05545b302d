#pragma once

#include <stddef.h>

/// The number of the processor that the calling thread runs on right now; a number that tells threads apart where the
/// system does not say. Never negative.
unsigned dedup_processor_current(void);

/// How many processors this machine has, at least 1.
unsigned dedup_processor_count(void);

/// Asks for huge pages behind an aligned range, where the system has them.
void dedup_prefer_huge_pages(void *start, size_t length);

/// Counts a lock that was taken, for builds that count them.
void dedup_count_lock(void);

/// How many were counted on the calling thread.
unsigned long dedup_counted_locks(void);

/// Lets other threads run that wait for the processor of the calling thread.
void dedup_thread_yield(void);
