/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/carrier_settings: what a carrier is told and how it is treated, from JSON and back.
 * Threads: pure.
 */
#ifndef NAVETTE_CORE_CARRIER_SETTINGS_H
#define NAVETTE_CORE_CARRIER_SETTINGS_H

#include "base/arena.h"
#include "core/refusal.h"

#include <jansson.h>

struct carrier_settings {
#define SECTION(title)
#define TEXT(name, initial, most, help)          struct str name;
#define SECRET(name, most, help)                 struct str name;
#define NUMBER(name, initial, least, most, help) int64_t name;
#define FLAG(name, initial, help)                bool name;
#define CHOICE(name, words, help)                struct str name;
#include "core/carrier_settings.def"
#undef SECTION
#undef SECRET
#undef TEXT
#undef NUMBER
#undef FLAG
#undef CHOICE
};

/* The members that `json` names are set, the others keep what *settings has (or, when `fresh`,
 * their default). An unknown member, a wrong type or a value out of range is refused with its name.
 */
enum err carrier_settings_read(struct carrier_settings *settings, struct arena *a,
                               const json_t *json, bool fresh, struct refusal *why) MUST_CHECK;
/* The servers in on_nodes: bit n for number n; 0 when all may bind. ERR_INVALID; never for settings
 * that were read without a refusal. */
enum err carrier_settings_on_nodes(uint32_t *numbers, const struct carrier_settings *s) MUST_CHECK;
/* Where a carrier can be reached: hosts to try in turn. */
enum { CARRIER_HOSTS_MAX = 16, CARRIER_HOST_SIZE = 254 };
struct carrier_host {
    struct str name; /* without brackets; shorter than CARRIER_HOST_SIZE */
    uint16_t port;
};
struct carrier_hosts {
    size_t n;
    struct carrier_host at[CARRIER_HOSTS_MAX];
};
/* "HOST[:PORT],…", with names, IPv4 addresses, IPv6 addresses as 2001:db8::1 or [2001:db8::1]:2775.
 * The names are views of the text. ERR_INVALID for what is no host or port, ERR_LIMIT for too many;
 * neither for settings that were read without a refusal. */
enum err carrier_hosts_read(struct carrier_hosts *out, struct str text,
                            uint16_t default_port) MUST_CHECK;
/* Does it make sense as a whole? core/carrier_check.c. */
enum err carrier_settings_check(const struct carrier_settings *settings, struct arena *a,
                                struct refusal *why) MUST_CHECK;
/* A new reference. Secrets are left out unless `secrets`. */
json_t *carrier_settings_json(const struct carrier_settings *settings, bool secrets);

#endif
