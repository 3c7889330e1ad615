/* Reads samples from standard input and writes results, each run shared by as many threads as the argument says. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "model.h"

static _Alignas(MODEL_ARENA_ALIGNMENT) uint8_t arena[MODEL_ARENA_BYTES];
static MODEL_INPUT_0_TYPE input[MODEL_INPUT_0_BYTES / sizeof(MODEL_INPUT_0_TYPE)];
static MODEL_OUTPUT_0_TYPE output[MODEL_OUTPUT_0_BYTES / sizeof(MODEL_OUTPUT_0_TYPE)];
static pthread_barrier_t step_done;
static uint32_t threads;

/* A thread computes its slice of every step; no step begins before all slices of the one before are done. */
static void *run(void *slice)
{
    for (uint32_t step = 0; step < MODEL_STEPS; step++) {
        if (model_run_slice(step, (uint32_t) (uintptr_t) slice, threads, input, output, arena) != MODEL_OK)
            exit(2);
        pthread_barrier_wait(&step_done);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t others[64];

    threads = argc > 1 ? (uint32_t) atoi(argv[1]) : 1;
    if (threads < 1 || threads > 64 || pthread_barrier_init(&step_done, NULL, threads) != 0)
        return 3;
    while (fread(input, sizeof input, 1, stdin) == 1) {
        for (uintptr_t i = 1; i < threads; i++)
            if (pthread_create(&others[i], NULL, run, (void *) i) != 0)
                return 4;
        run(NULL);
        for (uint32_t i = 1; i < threads; i++)
            pthread_join(others[i], NULL);
        fwrite(output, sizeof output, 1, stdout);
    }
    return model_run_slice(0, 1, 1, input, output, arena) == MODEL_BAD_SLICE
        && model_run_slice(MODEL_STEPS, 0, 1, input, output, arena) == MODEL_BAD_SLICE ? 0 : 5;
}
