/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/face_write.h"

#include "base/clock.h"
#include "sim/face_json.h"

#include <stdlib.h>

enum { NUMBER_MIN = 3 };

void face_reply_json(struct http_request *request, int status, json_t *json)
{
    static const char *const headers[] = {"Cache-Control", "no-store", NULL};
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (!text)
        base_out_of_memory();
    http_reply_headers(request, status, "application/json", str_of(text), headers);
    free(text);
}

void face_reply_error(struct http_request *request, int status, const char *code,
                      const char *message)
{
    face_reply_json(request, status,
                    json_pack("{s:{s:s,s:s}}", "error", "code", code, "message", message));
}

static bool is_number(struct str s)
{
    if (str_starts(s, STR("+")))
        s = str_sub(s, 1, s.n);
    bool digits = s.n >= NUMBER_MIN && s.n < PHONE_ADDRESS_SIZE;
    for (size_t i = 0; digits && i < s.n; i++)
        digits = s.p[i] >= '0' && s.p[i] <= '9';
    return digits;
}

static bool is_address(struct str s)
{
    bool fine = s.n > 0 && s.n < PHONE_ADDRESS_SIZE;
    for (size_t i = 0; fine && i < s.n; i++)
        fine = s.p[i] >= 0x20 && s.p[i] < 0x7f;
    return fine;
}

static void reply_to_write_error(struct http_request *request, enum err err)
{
    if (err == ERR_CLOSED)
        face_reply_error(
            request, 409, "no_receiver",
            "no connection is bound to receive: bind as receiver or transceiver first");
    else if (err == ERR_MISSING)
        face_reply_error(request, 400, "missing_text", "text is empty");
    else if (err == ERR_TOO_LONG)
        face_reply_error(request, 400, "text_too_long", "the text needs more than 255 parts");
    else
        face_reply_error(request, err_http_status(err), "not_sent", err_text(err));
}

/* "after_s" of what is written: seconds, 0 when it is not there; -1 for nonsense. */
static int64_t after_of(const json_t *json)
{
    const json_t *after = json_object_get(json, "after_s");
    json_int_t seconds = json_integer_value(after);
    if (!after)
        return 0;
    return json_is_integer(after) && seconds >= 0 && seconds <= LATE_MAX_S ? seconds : -1;
}

static void write_now(struct smsc *smsc, struct http_request *request, struct str number,
                      struct str to, struct str text)
{
    struct phone *phone;
    struct phone_message *message;
    enum err err = smsc_reply(smsc, number, to, text, &phone, &message);
    if (err)
        reply_to_write_error(request, err);
    else
        face_reply_json(request, 201, face_json_message(phone, message, request->arena));
}

static void write_late(struct late *late, struct http_request *request, struct late_words words)
{
    if (!words.text.n)
        reply_to_write_error(request, ERR_MISSING);
    else if (late_add(late, words.due_us, words.number, words.to, words.text))
        face_reply_error(request, 409, "too_many_later", "1000 answers wait already");
    else
        face_reply_json(request, 202, json_pack("{s:I}", "later", (json_int_t)late_count(late)));
}

void face_write(struct smsc *smsc, struct late *late, struct http_request *request,
                struct str number)
{
    json_error_t where;
    json_t *json = json_loadb(request->body.p ? request->body.p : "", request->body.n,
                              JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &where);
    json_t *to = json_object_get(json, "to");
    json_t *text = json_object_get(json, "text");
    struct str to_str = {json_string_value(to), json_string_length(to)};
    struct str utf8 = {json_string_value(text), json_string_length(text)};
    int64_t after_s = after_of(json);
    if (!json) {
        face_reply_error(request, 400, "invalid_json", where.text);
    } else if (!is_number(number)) {
        face_reply_error(request, 400, "bad_number", "a phone's number is 3 to 20 digits");
    } else if (!json_is_string(to) || !is_address(to_str)) {
        face_reply_error(request, 400, "bad_to", "\"to\" is a string of 1 to 20 ASCII characters");
    } else if (!json_is_string(text)) {
        face_reply_error(request, 400, "missing_text", "\"text\" is a string");
    } else if (after_s < 0) {
        face_reply_error(request, 400, "bad_after",
                         "\"after_s\" is a number of seconds, at most 7 days");
    } else if (after_s) {
        write_late(late, request,
                   (struct late_words){.due_us = clock_mono_us() + after_s * SEC_US,
                                       .number = number,
                                       .to = to_str,
                                       .text = utf8});
    } else {
        write_now(smsc, request, number, to_str, utf8);
    }
    json_decref(json);
}
