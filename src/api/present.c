/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

json_t *present_id(int64_t id)
{
    char text[24];
    if (id == 0)
        return json_null();
    snprintf(text, sizeof(text), "%" PRId64, id);
    return json_string(text);
}

json_t *present_credits(int64_t hundredths)
{
    char text[STR_HUNDREDTHS_SIZE];
    str_of_hundredths(text, hundredths);
    return json_string(text);
}

json_t *present_time(int64_t at_us)
{
    char text[CLOCK_ISO_SIZE];
    if (at_us == 0)
        return json_null();
    clock_iso(text, at_us);
    return json_string(text);
}

json_t *present_text(struct str s)
{
    json_t *text = json_stringn(s.n ? s.p : "", s.n);
    if (text)
        return text;
    char *ascii = base_alloc(s.n);
    for (size_t i = 0; i < s.n; i++)
        ascii[i] = (s.p[i] & 0x80) ? '?' : s.p[i];
    text = json_stringn(ascii, s.n);
    free(ascii);
    return text;
}

json_t *present_text_or_null(struct str s)
{
    return s.n ? present_text(s) : json_null();
}

void present_list(struct http_request *request, json_t *items, int64_t next_before_id)
{
    api_reply_json(request, 200,
                   json_pack("{s:o, s:o}", "items", items, "next", present_id(next_before_id)));
}

void present_removed(struct http_request *request, struct str name)
{
    api_reply_json(request, 200, json_pack("{s:o}", "removed", present_text(name)));
}
