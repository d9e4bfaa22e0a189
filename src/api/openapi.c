/* SPDX-License-Identifier: Apache-2.0 */
#include "api/openapi.h"

#include "api/docs.h"
#include "api/packed.h"

extern const unsigned char openapi_json[];
extern const size_t openapi_json_size;
extern const struct packed panel_packed;

struct str openapi_text(void)
{
    return (struct str){(const char *)openapi_json, openapi_json_size};
}

void openapi_handle(struct http_request *request)
{
    static const char *const headers[] = {"Cache-Control", "no-cache", NULL};
    http_reply_headers(request, 200, "application/json; charset=utf-8", openapi_text(), headers);
}

void openapi_page(struct http_request *request)
{
    static const char *const headers[] = {
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
        "Referrer-Policy",
        "same-origin",
        "Cache-Control",
        "no-cache",
        "Vary",
        "Accept-Language",
        NULL};
    const struct packed_file *page = packed_find(
        panel_packed, docs_in_french(request) ? STR("api/index.fr.html") : STR("api/index.html"));
    if (page)
        http_reply_headers(request, 200, page->type,
                           (struct str){(const char *)page->bytes, page->n}, headers);
    else
        http_reply(request, 404, "text/plain; charset=utf-8", STR("There is no such page.\n"));
}
