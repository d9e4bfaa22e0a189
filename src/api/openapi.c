/* SPDX-License-Identifier: Apache-2.0 */
#include "api/openapi.h"

extern const unsigned char openapi_json[];
extern const size_t openapi_json_size;

struct str openapi_text(void)
{
    return (struct str){(const char *)openapi_json, openapi_json_size};
}

void openapi_handle(struct http_request *request)
{
    static const char *const headers[] = {"Cache-Control", "no-cache", NULL};
    http_reply_headers(request, 200, "application/json; charset=utf-8", openapi_text(), headers);
}
