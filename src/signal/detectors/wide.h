#pragma once

// Compiles a function twice, for processors with AVX2 and for all others, and calls what the processor has. Without
// contraction to fused multiply-adds, which neither has, both give the same bits.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define BEATBENCH_WIDE [[gnu::target_clones("avx2", "default")]]
#else
#define BEATBENCH_WIDE
#endif
