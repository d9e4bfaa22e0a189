/* SPDX-License-Identifier: Apache-2.0 */
#include "api/search_fields.h"

#include "text/word.h"

enum { TEXT_MAX = 200 };

void search_read(struct search *s, struct listing *l, struct fields *f)
{
    if (fields_text(f, "text", TEXT_MAX, &s->text))
        s->text = text_fold(f->request->arena, s->text);
    fields_time(f, "since", &s->since_us);
    fields_time(f, "until", &s->until_us);
    fields_number(f, "conversation", 1, INT64_MAX, &s->conversation_id);
    s->by = l->sort->by;
    s->descending = l->descending;
    if (s->by != LIST_TIME && !s->account_id)
        fields_refuse(f, ERR_MISSING, "account",
                      STR("say of which account: the messages of all are sorted by time only"));
}

void search_goes_on(struct search *s, const struct listing *l)
{
    s->has_after = l->has_after;
    s->after = l->after;
    s->limit = l->limit;
    s->budget = l->budget;
}
