/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim: the carrier in a box. An SMPP 3.4 SMSC with virtual phones, and an HTTP face where a person
 * reads and answers. What it does with a message is in outcome.def; docs/simulator.md is its guide.
 *
 * Nothing is kept on disk and nothing is global: a process may hold several, beside a server.
 * Owner: who calls sim_free, after sim_run returned. Threads: sim_stop from any, once sim_new
 * returned; the rest from one thread, which sim_run takes until sim_stop. Needs secret_init.
 */
#ifndef NAVETTE_SIM_SIM_H
#define NAVETTE_SIM_SIM_H

#include "base/str.h"
#include "sim/quirk.h"

#include <stdbool.h>
#include <stdint.h>

enum { SIM_NUMBERS_MAX = 32 };

/* A number that belongs to a login: what another one sends to it is delivered to that login. */
struct sim_number {
    char number[21]; /* digits */
    char system_id[16];
};
/* "36111=navette2"; false for anything else. */
bool sim_number_read(struct sim_number *out, struct str text);

struct sim_config {
    const char *smpp_address; /* "127.0.0.1:2775"; port 0 lets the system pick */
    const char *http_address; /* "127.0.0.1:2780" */
    const char *system_id;    /* the only login taken; NULL takes any */
    const char *password;     /* NULL takes any */
    const char *submit_log;   /* CSV file, one line a submit, appended; NULL for none */
    int64_t receipt_delay_ms;
    int64_t answer_delay_ms;     /* of every submit_sm_resp; 0 answers at once */
    int64_t response_timeout_ms; /* how long a deliver_sm may stay unanswered */
    uint32_t window;             /* unanswered deliver_sm of one bind, at most */
    uint32_t rate;               /* submits a second and login, throttled above; 0: no limit */
    uint32_t reply_every;        /* every Nth message to a number is answered; 0: by hand only */
    struct quirks quirks;
    struct sim_number numbers[SIM_NUMBERS_MAX];
    size_t numbers_n;
    bool plain;       /* no special numbers: every message is delivered */
    bool no_phones;   /* messages are counted, not kept: for loads */
    bool no_receipts; /* whatever the submits ask for */
    bool quiet;       /* no log line for binds that come and go */
};

/* The defaults of `navette sim`. */
#define SIM_CONFIG_DEFAULT                                 \
    ((struct sim_config){.smpp_address = "127.0.0.1:2775", \
                         .http_address = "127.0.0.1:2780", \
                         .receipt_delay_ms = 1000,         \
                         .response_timeout_ms = 10000,     \
                         .window = 1000})

enum { SIM_DELAY_MAX_MS = 3600 * 1000, SIM_WINDOW_MAX = 100000 };

struct sim;

/* Both listeners are open when it returns OK. ERR_INVALID for a delay or a window out of range
 * and for quirks that do not go together;
 * ERR_IO with the cause logged. The strings of the config are needed during the call only. */
enum err sim_new(struct sim **out, const struct sim_config *config) MUST_CHECK;
/* Serves until sim_stop; unbinds its sessions before it returns. */
void sim_run(struct sim *sim);
void sim_stop(struct sim *sim);
void sim_free(struct sim *sim);

uint16_t sim_smpp_port(const struct sim *sim);
uint16_t sim_http_port(const struct sim *sim);

#endif
