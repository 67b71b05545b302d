#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What the paths of hits call is defined here, so that Swift inlines it.

#if defined(__linux__) && defined(__has_builtin)
#if __has_builtin(__builtin_thread_pointer)
#define DEDUP_RESTARTABLE_SEQUENCES 1
// glibc has restartable sequences from 2.35 on. The offset is that from the thread pointer to the memory that the thread shares with
// the kernel; the size is 0 where the kernel has none. Weak, so that programs start with other C libraries, too.
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));
#endif
#endif

/// As ``dedup_processor_current``, by a call of the system.
unsigned dedup_processor_asked(void);

/// As ``dedup_thread_current``, by a call of the C library.
uintptr_t dedup_thread_asked(void);

/// The number of the processor that the calling thread runs on right now; a number that tells threads apart where the
/// system does not say. Never negative.
static inline unsigned dedup_processor_current(void) {
#ifdef DEDUP_RESTARTABLE_SEQUENCES
    if (&__rseq_size != NULL && __rseq_size != 0) {
        // The second word: `cpu_id`, negative where the thread is not registered.
        int processor = ((const volatile int *)((const char *)__builtin_thread_pointer() + __rseq_offset))[1];
        if (processor >= 0) return (unsigned)processor;
    }
#endif
    return dedup_processor_asked();
}

/// A number that no other living thread has.
static inline uintptr_t dedup_thread_current(void) {
#ifdef DEDUP_RESTARTABLE_SEQUENCES
    return (uintptr_t)__builtin_thread_pointer();
#else
    return dedup_thread_asked();
#endif
}

typedef uint8_t dedup_bytes __attribute__((vector_size(16)));
typedef bool dedup_bits __attribute__((ext_vector_type(16)));

/// Which of the sixteen bytes at `bytes`, which is aligned to sixteen, are `byte`: one bit each, the first byte's the lowest.
static inline unsigned dedup_matching_bytes(const void *bytes, uint8_t byte) {
    dedup_bytes wanted = (dedup_bytes){} + byte;
    dedup_bits equal = __builtin_convertvector(*(const dedup_bytes *)bytes == wanted, dedup_bits);
    uint16_t bits;
    __builtin_memcpy(&bits, &equal, sizeof bits);
    return bits;
}

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

#ifdef __cplusplus
}
#endif
