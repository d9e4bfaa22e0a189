/* SPDX-License-Identifier: Apache-2.0 */
/* net/calls_base: what the files of net/calls share: with net/http_client the door to libcurl. */
#ifndef NAVETTE_NET_CALLS_BASE_H
#define NAVETTE_NET_CALLS_BASE_H

#include "net/calls.h"

#include <curl/curl.h>

/* A handle with what belongs to one call; kept for the next. */
struct calls_slot {
    struct calls *calls;
    CURL *curl;
    struct net_call *call;
    struct curl_slist *headers;
    curl_mime *mime; /* of a mail */
    struct curl_slist *recipients;
    struct buf answer;
    size_t read;
    bool refused;            /* by the guard */
    struct calls_slot *next; /* free, or under way */
    struct calls_slot **link;
};

/* Fills the slot's handle for its call's mail. */
void calls_mail_prepare(struct calls_slot *slot, const struct calls_config *config);
/* Gives up what that took. */
void calls_mail_release(struct calls_slot *slot);

#endif
