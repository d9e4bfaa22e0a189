/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/credentials: does this password belong to this user? argon2id costs 15 ms, so it runs on the
 * worker, once for all who ask the same at the same time, and what was verified is remembered.
 *
 * What is remembered is a keyed digest of account, login, password and the user's argon2id string,
 * CREDENTIALS_KEPT of them for CREDENTIALS_KEPT_US: a new password forgets the old one by itself,
 * and whether the user still exists and is enabled is asked of the directory at each request.
 * An unknown user costs the same time as a wrong password.
 * Threads: the http loop's.
 */
#ifndef NAVETTE_API_CREDENTIALS_H
#define NAVETTE_API_CREDENTIALS_H

#include "base/clock.h"
#include "base/mailbox.h"
#include "base/str.h"

enum {
    CREDENTIALS_KEPT = 4096,
    CREDENTIALS_WAITING = 128, /* verifications at once, two seconds; ERR_BUSY above */
    CREDENTIALS_PER_ASKER = 64 /* of them for one address, so that it cannot lock out the others */
};
#define CREDENTIALS_KEPT_US (10 * MIN_US)

/* A question; lives where the asker keeps it until `done`. */
struct credential_check {
    struct str account, login, password; /* as written */
    struct str stored;                   /* the user's argon2id string; n 0: no such user */
    uint64_t asker;                      /* stands for the address of who asks */
    void (*done)(struct credential_check *check);
    enum err err; /* OK, ERR_UNAUTHORIZED or ERR_BUSY */
    struct credential_check *next;
};

struct credentials;

/* `work`: the worker's; `home`: the http loop's, on which `done` is called. */
struct credentials *credentials_new(struct mailbox *work, struct mailbox *home);
/* After the worker has ended. Questions still open are not answered. */
void credentials_free(struct credentials *c);

/* True when check->err says it now; false when `done` will be called. */
bool credentials_check(struct credentials *c, struct credential_check *check);

#endif
