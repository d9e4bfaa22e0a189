/* SPDX-License-Identifier: Apache-2.0 */
#include "api/router.h"

#include "api/actor.h"
#include "api/allow_ip.h"
#include "api/api_base.h"
#include "api/change.h"
#include "api/operation.h"
#include "base/clock.h"
#include "base/secret.h"
#include "store/revision.h"

bool router_match(const char *pattern, struct str path, struct str segments[API_SEGMENTS_MAX])
{
    struct str wanted = str_of(pattern);
    struct str want;
    struct str have;
    size_t n = 0;
    while (str_split(&wanted, '/', &want)) {
        if (!str_split(&path, '/', &have))
            return false;
        if (want.n && want.p[0] == '{') {
            if (have.n == 0 || n == API_SEGMENTS_MAX)
                return false;
            segments[n++] = have;
        } else if (!str_eq(want, have)) {
            return false;
        }
    }
    return path.p == NULL;
}

static const char *method_name(enum http_method method)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET",     [HTTP_HEAD] = "HEAD",     [HTTP_POST] = "POST",  [HTTP_PUT] = "PUT",
        [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OTHER] = "OTHER"};
    return names[method];
}

static void refuse_method(struct http_request *request, unsigned allowed)
{
    struct str list = {0};
    for (unsigned m = HTTP_GET; m < HTTP_OTHER; m++)
        if (allowed & 1u << m)
            list = arena_printf(request->arena, "%.*s%s%s", STR_FMT(list), list.n ? ", " : "",
                                method_name((enum http_method)m));
    api_reply_error(
        request, ERR_METHOD, NULL,
        arena_printf(request->arena, "method not allowed here; allowed: %.*s", STR_FMT(list)));
}

/* ---- how many ---- */

static void add_number(struct http_request *request, const char *name, unsigned number)
{
    api_add_header(request, name, arena_printf(request->arena, "%u", number));
}

/* Operators on the socket are not counted. */
static bool is_allowed(struct api *api, struct http_request *request)
{
    const struct actor *a = actor_of(request);
    struct allowance_left left;
    if (a->kind == ACTOR_SOCKET)
        return true;
    uint64_t asker = a->id ? secret_hash((struct str){(const char *)&a->id, sizeof(a->id)})
                           : allow_ip_asker(&request->peer);
    bool good = allowance_take(api->allowance, asker, clock_mono_us(), &left);
    add_number(request, "RateLimit-Limit", ALLOWANCE_BURST);
    add_number(request, "RateLimit-Remaining", left.requests);
    add_number(request, "RateLimit-Reset", left.full_s);
    if (good)
        return true;
    add_number(request, "Retry-After", left.wait_s);
    api_reply_error(request, ERR_SLOW_DOWN, NULL,
                    arena_printf(request->arena,
                                 "too many requests: %d are taken at once, then %d a second; try "
                                 "again in %u s",
                                 ALLOWANCE_BURST, ALLOWANCE_A_SECOND, left.wait_s));
    return false;
}

/* ---- which ---- */

/* Which edition is shown: who changes it may say that it is this one (api/change). */
static void add_edition(struct api *api, struct http_request *request)
{
    struct store_view view = api_view(api, request);
    int64_t edition;
    if (request->method <= HTTP_HEAD && store_revision_get(&edition, &view, request->path) == OK)
        api_add_header(request, "ETag", api_edition_tag(request, edition));
}

/* A stranger is not told what a route would take. */
static void handle(struct api *api, struct http_request *request, const struct api_route *route,
                   size_t nth, const struct str *segments)
{
    const struct operation *described = api_operation(api, nth);
    request->described = described;
    if (!actor_admit(api, request, route, segments) ||
        (described && !operation_admit(described, request, segments)))
        return;
    if (described && operation_is_edited(described))
        add_edition(api, request);
    route->handle(api, request, segments);
}

void router_dispatch(struct api *api, struct http_request *request)
{
    struct str segments[API_SEGMENTS_MAX] = {{0}};
    enum http_method method = request->method == HTTP_HEAD ? HTTP_GET : request->method;
    unsigned allowed = 0;
    size_t nth = 0;
    if (!is_allowed(api, request))
        return;
    for (const struct api_route *const *table = api_tables; *table; table++)
        for (const struct api_route *route = *table; route->pattern; route++, nth++) {
            if (!router_match(route->pattern, request->path, segments))
                continue;
            if (route->method == method) {
                handle(api, request, route, nth, segments);
                return;
            }
            allowed |= 1u << route->method;
        }
    if (allowed)
        refuse_method(request, allowed);
    else
        api_reply_error(request, ERR_NOT_FOUND, NULL, STR("no such path"));
}
