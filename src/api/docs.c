/* SPDX-License-Identifier: Apache-2.0 */
#include "api/docs.h"

#define PAGE(name)                     \
    extern const unsigned char name[]; \
    extern const size_t name##_size
PAGE(docs_http2sms_en);
PAGE(docs_http2sms_fr);
PAGE(docs_index_en);
PAGE(docs_index_fr);
PAGE(docs_rest_en);
PAGE(docs_rest_fr);

/* "0.8" as 800; what is no weight as 0. */
static int weight_of(struct str parameter)
{
    int64_t hundredths;
    if (!str_starts(parameter, STR("q=")))
        return 0;
    struct str digits = str_sub(parameter, 2, parameter.n > 6 ? 6 : parameter.n);
    return str_to_hundredths(&hundredths, digits) ? 0 : (int)hundredths;
}

bool docs_prefers_french(struct str accept_language)
{
    int french = 0;
    int english = 0;
    struct str item;
    while (str_split(&accept_language, ',', &item)) {
        size_t semicolon = str_find(item, ';');
        struct str tag = str_trim(str_sub(item, 0, semicolon));
        int weight = 100;
        if (semicolon < item.n)
            weight = weight_of(str_trim(str_sub(item, semicolon + 1, item.n)));
        struct str language = str_sub(tag, 0, str_find(tag, '-'));
        if (str_eq_nocase(language, STR("fr")) && weight > french)
            french = weight;
        if (str_eq_nocase(language, STR("en")) && weight > english)
            english = weight;
    }
    return french > english;
}

bool docs_in_french(const struct http_request *request)
{
    struct str language;
    if (http_query(request, "lang", &language))
        return str_eq(language, STR("fr"));
    return docs_prefers_french(http_header(request, "Accept-Language"));
}

bool docs_handle(struct http_request *request)
{
    static const char *const headers[] = {"Content-Security-Policy",
                                          "default-src 'none'; style-src 'unsafe-inline'", "Vary",
                                          "Accept-Language", NULL};
    const struct {
        struct str path, english, french;
    } pages[] = {
        {STR(DOCS_PATH),
         {(const char *)docs_index_en, docs_index_en_size},
         {(const char *)docs_index_fr, docs_index_fr_size}},
        {STR(DOCS_HTTP2SMS_PATH),
         {(const char *)docs_http2sms_en, docs_http2sms_en_size},
         {(const char *)docs_http2sms_fr, docs_http2sms_fr_size}},
        {STR("/docs/rest"),
         {(const char *)docs_rest_en, docs_rest_en_size},
         {(const char *)docs_rest_fr, docs_rest_fr_size}},
    };
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (!str_eq(request->path, pages[i].path))
            continue;
        http_reply_headers(request, 200, "text/html; charset=utf-8",
                           docs_in_french(request) ? pages[i].french : pages[i].english, headers);
        return true;
    }
    return false;
}
