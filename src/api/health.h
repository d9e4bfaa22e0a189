/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/health: how this process is, for machines that watch it.
 *
 *   /health   200 while the process lives
 *   /ready    200 when a commit succeeded within HEALTH_READY_KEPT_US; 503 with the reason
 *   /metrics  Prometheus text; queues are counted at most once in HEALTH_COUNTS_KEPT_US
 *
 * Whoever asks more often gets the answer of the last look: strangers cause no work.
 * Threads: the http loop's; counting runs on the worker.
 */
#ifndef NAVETTE_API_HEALTH_H
#define NAVETTE_API_HEALTH_H

#include "api/api.h"
#include "base/clock.h"

#define HEALTH_READY_KEPT_US  SEC_US
#define HEALTH_COUNTS_KEPT_US (5 * SEC_US)

struct health;

struct health *health_new(struct api *api, struct mailbox *work, struct db *reader);
void health_free(struct health *h);
/* From now on /ready says that we are leaving. */
void health_quiesce(struct health *h);

void health_handle(struct health *h, struct http_request *request);
void ready_handle(struct health *h, struct http_request *request);
void metrics_handle(struct health *h, struct http_request *request);

#endif
