/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/ptt: what became of a message as OVH's PTT code, for those whose programs read these:
 * derived from the state and from the error that the carrier told, by the table ptt.def.
 * Threads: pure.
 */
#ifndef NAVETTE_CORE_PTT_H
#define NAVETTE_CORE_PTT_H

#include "base/str.h"
#include "store/message_state.h"

/* Does the phone itself fail? */
enum phone_fault { PHONE_FINE, PHONE_FAILS_FOR_A_TIME, PHONE_FAILS_FOR_GOOD };

struct ptt {
    int code;            /* 0: nothing is known yet, or taken back; 1 to 3: on its way */
    const char *meaning; /* a few words; "" for code 0 */
    enum phone_fault fault;
};

/* `receipt` as it stands in the message: "UNDELIV 027", "ESME_RINVDSTADR (0x0000000b)". */
struct ptt ptt_of(enum message_state state, struct str receipt);

#endif
