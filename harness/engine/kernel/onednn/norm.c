//go:build onednn

#include "commands.h"

#include <math.h>

static int norm_run(gm_job *job) {
    const gm_norm *a = (gm_norm *)job;
    const double theta = a->theta ? *a->theta : 1, n = a->rows;
    for (int c = 0; c < a->channels; c++) {
        double mean, variance;
        if (a->moments) {
            mean = a->moments[c];
            variance = a->moments[a->channels + c];
            const double unbiased = n > 1 ? variance * n / (n - 1) : variance;
            if (a->running_mean)
                a->running_mean[c] = (float)((1 - a->momentum) * a->running_mean[c] + a->momentum * mean);
            if (a->running_var)
                a->running_var[c] = (float)((1 - a->momentum) * a->running_var[c] + a->momentum * unbiased);
        } else {
            mean = a->running_mean[c];
            variance = a->running_var[c];
        }
        const double slope = (a->gamma ? a->gamma[c] : 1) / sqrt(variance + a->eps);
        a->coef[c] = (float)(theta * slope);
        a->bias[c] = (float)(theta * ((a->beta ? a->beta[c] : 0) - slope * mean));
    }
    return 0;
}

gm_norm *gm_norm_new(gm_backend *b) { return gm_job_new(b, sizeof(gm_norm), norm_run); }

// With x = (y-mean)*rstd and out = theta*(gamma*x+beta):
// dy = theta*gamma*rstd * (g - sum(g)/n - x*sum(g*x)/n).
static int norm_grad_run(gm_job *job) {
    const gm_norm_grad *a = (gm_norm_grad *)job;
    const double theta = a->theta ? *a->theta : 1, n = a->rows;
    double dtheta = 0;
    for (int c = 0; c < a->channels; c++) {
        const double mean = a->moments[c], rstd = 1 / sqrt(a->moments[a->channels + c] + a->eps);
        const double gamma = a->gamma ? a->gamma[c] : 1, beta = a->beta ? a->beta[c] : 0;
        const double g = a->sums[c], gx = rstd * (a->dot[c] - mean * g);
        const double scale = theta * gamma * rstd, pull = scale * rstd * gx / n;
        a->grad_coef[c] = (float)scale;
        a->src_coef[c] = (float)-pull;
        a->bias[c] = (float)(pull * mean - scale * g / n);
        if (a->dgamma) a->dgamma[c] = (float)(theta * gx);
        if (a->dbeta) a->dbeta[c] = (float)(theta * g);
        dtheta += gamma * gx + beta * g;
    }
    if (a->dtheta) *a->dtheta = (float)dtheta;
    return 0;
}

gm_norm_grad *gm_norm_grad_new(gm_backend *b) { return gm_job_new(b, sizeof(gm_norm_grad), norm_grad_run); }
