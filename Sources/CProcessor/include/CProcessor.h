#pragma once

/// The number of the processor that the calling thread runs on right now; a number that tells threads apart where the
/// system does not say. Never negative.
unsigned dedup_processor_current(void);

/// How many processors this machine has, at least 1.
unsigned dedup_processor_count(void);

/// Lets other threads run that wait for the processor of the calling thread.
void dedup_thread_yield(void);
