//go:build onednn

#include "commands.h"

#include <math.h>

// With smoothing s the target of a row is (1-s) at its label plus s/classes everywhere.
static int loss_run(gm_job *job) {
    const gm_loss *a = (gm_loss *)job;
    const int k = a->classes;
    const double everywhere = a->smoothing / k, at_label = 1 - a->smoothing;
    double loss = 0;
    for (int r = 0; r < a->batch; r++) {
        const float *x = a->logits + (long)r * k;
        const float label = a->labels[r];
        if (!(label >= 0 && label < k) || label != floorf(label)) return 1 + r;
        float max = x[0];
        for (int i = 1; i < k; i++)
            if (x[i] > max) max = x[i];
        double sum = 0, all = 0;
        for (int i = 0; i < k; i++) {
            sum += exp((double)x[i] - max);
            all += (double)x[i] - max;
        }
        const double log_sum = log(sum), own = (double)x[(int)label] - max;
        loss -= at_label * (own - log_sum) + everywhere * (all - k * log_sum);
        if (!a->dlogits) continue;
        float *d = a->dlogits + (long)r * k;
        for (int i = 0; i < k; i++) {
            const double p = exp((double)x[i] - max) / sum;
            d[i] = (float)((p - everywhere - (i == (int)label ? at_label : 0)) / a->batch);
        }
    }
    *a->loss = (float)(loss / a->batch);
    return 0;
}

gm_loss *gm_loss_new(gm_backend *b) { return gm_job_new(b, sizeof(gm_loss), loss_run); }
