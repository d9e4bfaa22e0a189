/* SPDX-License-Identifier: Apache-2.0 */
#include "api/http2sms_answer.h"

#include <inttypes.h>
#include <stdio.h>

enum shape { PLAIN, HTML, XML, JSON };

static const struct {
    const char *content_type;
    enum shape shape;
} facts[HTTP2SMS_TYPES] = {
    [HTTP2SMS_TEXT_PLAIN] = {"text/plain; charset=utf-8", PLAIN},
    [HTTP2SMS_TEXT_HTML] = {"text/html; charset=utf-8", HTML},
    [HTTP2SMS_TEXT_XML] = {"text/xml; charset=utf-8", XML},
    [HTTP2SMS_APPLICATION_XML] = {"application/xml; charset=utf-8", XML},
    [HTTP2SMS_TEXT_JSON] = {"text/json; charset=utf-8", JSON},
    [HTTP2SMS_APPLICATION_JSON] = {"application/json; charset=utf-8", JSON},
};

static const char xml_head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?><response>";
static const char html_head[] =
    "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" "
    "\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n"
    "<HTML>\n<HEAD>\n"
    "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\" >\n"
    "<title>HTTP2SMS</title>\n</HEAD>\n<BODY>\n";
static const char html_tail[] = "</BODY>\n</HTML>";

const char *http2sms_answer_content_type(enum http2sms_type type)
{
    return facts[type].content_type;
}

void http2sms_answer_success(struct buf *out, enum http2sms_type type, int status,
                             int64_t credits_left, const int64_t *ids, size_t n)
{
    /* What stands before the credits, before each id, between two, after each, and at the end. */
    static const struct {
        const char *before_id, *between, *after_id, *tail;
    } marks[] = {
        [PLAIN] = {"\n", "", "", ""},
        [HTML] = {"", "", "<br>\n", html_tail},
        [XML] = {"<smsId>", "", "</smsId>", "</smsIds></response>"},
        [JSON] = {"\"", ",", "\"", "]}"},
    };
    enum shape shape = facts[type].shape;
    char credits[STR_HUNDREDTHS_SIZE];
    str_of_hundredths(credits, credits_left);
    switch (shape) {
    case PLAIN:
        buf_printf(out, "OK\n%s", credits);
        break;
    case HTML:
        buf_printf(out, "%sOK<br>\n%s<br>\n", html_head, credits);
        break;
    case XML:
        buf_printf(out, "%s<status>%d</status><creditLeft>%s</creditLeft><smsIds>", xml_head,
                   status, credits);
        break;
    case JSON:
        buf_printf(out, "{\"status\":%d,\"creditLeft\":\"%s\",\"SmsIds\":[", status, credits);
        break;
    }
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%s%" PRId64 "%s", i ? marks[shape].between : "", marks[shape].before_id,
                   ids[i], marks[shape].after_id);
    buf_add_str(out, str_of(marks[shape].tail));
}

static const char *escape_of(enum shape shape, char c)
{
    bool markup = shape == XML || shape == HTML;
    switch (c) {
    case '&':
        return markup ? "&amp;" : NULL;
    case '<':
        return markup ? "&lt;" : NULL;
    case '>':
        return markup ? "&gt;" : NULL;
    case '"':
        return markup ? "&quot;" : shape == JSON ? "\\\"" : NULL;
    case '\\':
        return shape == JSON ? "\\\\" : NULL;
    default:
        return (unsigned char)c < 0x20 || c == 0x7f ? "?" : NULL;
    }
}

static void add_escaped(struct buf *out, enum shape shape, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        const char *escape = escape_of(shape, s.p[i]);
        if (escape)
            buf_add_str(out, str_of(escape));
        else
            buf_add_u8(out, (uint8_t)s.p[i]);
    }
}

void http2sms_answer_failure(struct buf *out, enum http2sms_type type, int status,
                             struct str message, struct str more_info_url)
{
    enum shape shape = facts[type].shape;
    switch (shape) {
    case PLAIN:
        buf_add_str(out, STR("KO\n"));
        break;
    case HTML:
        buf_printf(out, "%sKO<br>", html_head);
        break;
    case XML:
        buf_printf(out, "%s<status>%d</status><message>", xml_head, status);
        break;
    case JSON:
        buf_printf(out, "{\"status\":%d,\"message\":\"", status);
        break;
    }
    add_escaped(out, shape, message);
    buf_add_str(out, STR(". For more informations : "));
    add_escaped(out, shape, more_info_url);
    static const char *const tails[] = {[PLAIN] = "",
                                        [HTML] = "<br>\n</BODY>\n</HTML>",
                                        [XML] = "</message></response>",
                                        [JSON] = "\"}"};
    buf_add_str(out, str_of(tails[shape]));
}
