/* Prints the best class of each keyword sample on standard input. */
#include <stdio.h>

#include "kws.h"

/* One arena per thread that runs the model: it holds no state between runs. */
static _Alignas(KWS_ARENA_ALIGNMENT) uint8_t arena[KWS_ARENA_BYTES];

int main(void)
{
    int8_t sample[KWS_INPUT_0_ELEMENTS];
    int8_t scores[KWS_OUTPUT_0_ELEMENTS];

    while (fread(sample, sizeof sample, 1, stdin) == 1) {
        int best = 0;

        if (kws_run(sample, scores, arena) != KWS_OK)
            return 1;
        for (int i = 1; i < KWS_OUTPUT_0_ELEMENTS; i++)
            if (scores[i] > scores[best])
                best = i;
        printf("%d %.3f\n", best, KWS_OUTPUT_0_SCALE * (scores[best] - KWS_OUTPUT_0_ZERO_POINT));
    }
    return 0;
}
