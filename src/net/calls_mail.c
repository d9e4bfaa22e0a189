/* SPDX-License-Identifier: Apache-2.0 */
/* E-mails: MIME (RFC 2045), words of UTF-8 in headers (RFC 2047), over SMTP with STARTTLS. */
#include "base/arena.h"
#include "net/calls_base.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LINE_MAX_BYTES = 512, WORD_BYTES = 42 };

/* In pieces that do not cut a character, each as long as an encoded word may be. */
static void add_words(struct buf *out, struct str s)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < s.n;) {
        size_t end = at + WORD_BYTES < s.n ? at + WORD_BYTES : s.n;
        while (end < s.n && end > at && ((unsigned char)s.p[end] & 0xC0) == 0x80)
            end--;
        buf_add_str(out, at ? STR("\r\n =?UTF-8?B?") : STR("=?UTF-8?B?"));
        for (size_t i = at; i < end; i += 3) {
            uint32_t v = (uint32_t)(unsigned char)s.p[i] << 16;
            v |= i + 1 < end ? (uint32_t)(unsigned char)s.p[i + 1] << 8 : 0;
            v |= i + 2 < end ? (uint32_t)(unsigned char)s.p[i + 2] : 0;
            buf_add_u8(out, (uint8_t)digits[v >> 18 & 63]);
            buf_add_u8(out, (uint8_t)digits[v >> 12 & 63]);
            buf_add_u8(out, i + 1 < end ? (uint8_t)digits[v >> 6 & 63] : '=');
            buf_add_u8(out, i + 2 < end ? (uint8_t)digits[v & 63] : '=');
        }
        buf_add_str(out, STR("?="));
        at = end;
    }
}

static void add_line(struct calls_slot *slot, const char *line)
{
    slot->headers = curl_slist_append(slot->headers, line);
    if (!slot->headers)
        base_out_of_memory();
}

static void add_headers(struct calls_slot *slot, const struct net_mail *m)
{
    char line[LINE_MAX_BYTES];
    char date[64];
    struct tm tm;
    struct buf subject = buf_limited(4096);
    time_t at = (time_t)(m->at_us / 1000000);
    gmtime_r(&at, &tm);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &tm);
    snprintf(line, sizeof(line), "Date: %s", date);
    add_line(slot, line);
    snprintf(line, sizeof(line), "From: <%s>", m->from);
    add_line(slot, line);
    snprintf(line, sizeof(line), "To: <%s>", m->to);
    add_line(slot, line);
    snprintf(line, sizeof(line), "Message-ID: %s", m->id);
    add_line(slot, line);
    buf_add_str(&subject, STR("Subject: "));
    add_words(&subject, m->subject);
    buf_add_u8(&subject, 0);
    add_line(slot, (const char *)subject.p);
    buf_free(&subject);
    add_line(slot, "Auto-Submitted: auto-generated"); /* RFC 3834: no robot should answer */
}

static void add_text(struct calls_slot *slot, struct str text)
{
    slot->mime = curl_mime_init(slot->curl);
    curl_mimepart *part = slot->mime ? curl_mime_addpart(slot->mime) : NULL;
    if (!part || curl_mime_data(part, text.p ? text.p : "", text.n) ||
        curl_mime_type(part, "text/plain; charset=utf-8") ||
        curl_mime_encoder(part, "quoted-printable"))
        base_out_of_memory();
}

void calls_mail_prepare(struct calls_slot *slot, const struct calls_config *config)
{
    const struct net_mail *m = slot->call->mail;
    CURL *curl = slot->curl;
    char address[LINE_MAX_BYTES];
    add_headers(slot, m);
    add_text(slot, m->text);
    snprintf(address, sizeof(address), "<%s>", m->to);
    slot->recipients = curl_slist_append(NULL, address);
    if (!slot->recipients)
        base_out_of_memory();
    snprintf(address, sizeof(address), "<%s>", m->from);
    curl_easy_setopt(curl, CURLOPT_URL, config->smtp_url ? config->smtp_url : "");
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, address);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, slot->recipients);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, slot->headers);
    curl_easy_setopt(curl, CURLOPT_MIMEPOST, slot->mime);
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     (long)(config->smtp_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    if (config->smtp_user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, config->smtp_user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, config->smtp_password);
    }
}

void calls_mail_release(struct calls_slot *slot)
{
    curl_easy_setopt(slot->curl, CURLOPT_MIMEPOST, NULL);
    curl_mime_free(slot->mime);
    curl_slist_free_all(slot->recipients);
    slot->mime = NULL;
    slot->recipients = NULL;
}
