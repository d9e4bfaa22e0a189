/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/settings: the operator's settings of a carrier as each part of a line needs them. Strings
 * are those of the settings given.
 * Threads: pure.
 */
#ifndef NAVETTE_CARRIER_SETTINGS_H
#define NAVETTE_CARRIER_SETTINGS_H

#include "carrier/bind.h"
#include "carrier/inbox.h"
#include "carrier/pump.h"
#include "core/carrier_settings.h"

/* Of a session in that mode: a receiver of tx+rx may have a login and hosts of its own, or wait for
 * outbind. */
struct bind_settings settings_of_bind(const struct carrier_settings *s, enum smpp_mode mode);
/* Transmitters and receivers apart? */
bool settings_are_pairs(const struct carrier_settings *s);
/* All but the rules and the directory. `shared`: the rate is that of all nodes together, and this
 * one takes its share. */
struct pump_settings settings_of_pump(const struct carrier_settings *s, bool shared);
/* Of settings that were read without a refusal. Its rules are the caller's to free. */
struct inbox_settings settings_of_inbox(const struct carrier_settings *s);
/* Can a session that was made with the one go on under the other? */
bool settings_same_session(const struct carrier_settings *a, const struct carrier_settings *b);

#endif
