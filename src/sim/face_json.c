/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/face_json.h"

#include "base/clock.h"
#include "sim/outcome.h"
#include "text/text.h"

#include <inttypes.h>
#include <stdio.h>

enum { PREVIEW_CHARACTERS = 80, BINDS_SHOWN = 100 };

static json_t *json_str(struct str s)
{
    /* What a stranger sent may not be UTF-8 (an address, a login): then it shows as "?". */
    json_t *json = json_stringn(s.p ? s.p : "", s.n);
    return json ? json : json_string("?");
}

static json_t *json_time(int64_t at_us)
{
    char iso[CLOCK_ISO_SIZE];
    clock_iso(iso, at_us);
    return json_string(iso);
}

/* Ids are strings: they may pass what JavaScript's numbers hold. */
static json_t *json_id(uint64_t id)
{
    char digits[21];
    snprintf(digits, sizeof(digits), "%" PRIu64, id);
    return json_string(digits);
}

static json_t *with_text(const struct phone *phone, const struct phone_message *m, struct str text)
{
    bool written_here = m->state != PHONE_RECEIVED;
    struct str number = {phone->number, phone->number_n};
    const struct outcome *outcome = outcome_at((enum outcome_id)m->outcome);
    json_t *json = json_object();
    json_object_set_new(json, "id", json_id(m->id));
    json_object_set_new(json, "direction", json_string(written_here ? "from_phone" : "to_phone"));
    json_object_set_new(json, "from", json_str(written_here ? number : str_of(m->peer)));
    json_object_set_new(json, "to", json_str(written_here ? str_of(m->peer) : number));
    json_object_set_new(json, "text", json_str(text));
    json_object_set_new(json, "at", json_time(m->at_us));
    json_object_set_new(json, "parts", json_integer(m->total));
    json_object_set_new(json, "parts_received", json_integer(m->got));
    json_object_set_new(json, "state", json_string(phone_state_name((enum phone_state)m->state)));
    if (written_here)
        return json;
    json_object_set_new(json, "encoding",
                        json_string(phone_alphabet_name((enum phone_alphabet)m->alphabet)));
    json_object_set_new(json, "flash", json_boolean(m->flash));
    json_object_set_new(json, "outcome", json_string(outcome->name));
    return json;
}

json_t *face_json_message(const struct phone *phone, const struct phone_message *message,
                          struct arena *arena)
{
    return with_text(phone, message, phone_message_text(message, arena));
}

json_t *face_json_phone(const struct phone *phone, struct arena *arena)
{
    json_t *json = json_object();
    json_object_set_new(json, "number", json_str((struct str){phone->number, phone->number_n}));
    json_object_set_new(json, "messages", json_integer((json_int_t)phone->count));
    struct str text = phone_message_text(phone->newest, arena);
    text.n = text_utf8_prefix(text, PREVIEW_CHARACTERS);
    json_object_set_new(json, "last", with_text(phone, phone->newest, text));
    return json;
}

json_t *face_json_outcomes(void)
{
    json_t *items = json_array();
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        const struct outcome *o = outcome_at((enum outcome_id)i);
        json_t *item = json_object();
        json_object_set_new(item, "ending",
                            o->ending ? json_sprintf("%04u", o->ending) : json_null());
        json_object_set_new(item, "name", json_string(o->name));
        json_object_set_new(item, "en", json_string(o->english));
        json_object_set_new(item, "fr", json_string(o->french));
        json_array_append_new(items, item);
    }
    return items;
}

json_t *face_json_quirks(const struct quirks *quirks)
{
    json_t *json = json_object();
    char value[QUIRK_VALUE_SIZE];
    for (size_t i = 0; i < quirk_table_n; i++)
        if (quirk_get(value, quirks, &quirk_table[i]))
            json_object_set_new(json, quirk_table[i].name, json_string(value));
    return json;
}

json_t *face_json_binds(const struct smsc *smsc)
{
    struct smsc_bind_info infos[BINDS_SHOWN];
    size_t n = smsc_binds(smsc, infos, BINDS_SHOWN);
    json_t *items = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *item = json_object();
        json_object_set_new(item, "bind", json_integer((json_int_t)infos[i].bind));
        json_object_set_new(item, "system_id", json_str(str_of(infos[i].system_id)));
        json_object_set_new(item, "mode", json_string(infos[i].mode));
        json_object_set_new(item, "peer", json_string(infos[i].peer));
        json_object_set_new(item, "since", json_time(infos[i].since_us));
        json_array_append_new(items, item);
    }
    return items;
}

json_t *face_json_counts(const struct sim_stats *stats)
{
    json_t *json = json_object();
    json_object_set_new(json, "submits", json_integer((json_int_t)stats->submits));
    json_object_set_new(json, "taken", json_integer((json_int_t)stats->taken));
    json_object_set_new(json, "refused", json_integer((json_int_t)stats->refused));
    json_object_set_new(json, "unanswered", json_integer((json_int_t)stats->unanswered));
    json_object_set_new(json, "receipts", json_integer((json_int_t)stats->receipts));
    json_object_set_new(json, "replies", json_integer((json_int_t)stats->replies));
    json_object_set_new(json, "retries", json_integer((json_int_t)stats->retries));
    json_object_set_new(json, "dropped", json_integer((json_int_t)stats->dropped));
    json_object_set_new(json, "waiting", json_integer((json_int_t)stats->waiting));
    return json;
}
