/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

struct err_fact {
    const char *name;
    const char *text;
    uint32_t smpp_status;
    int http_status;
    enum err_kind kind;
};

static const struct err_fact facts[ERR_COUNT] = {
#define ERR(n, http, smpp, k, t) \
    [ERR_##n] = {.name = #n, .text = t, .smpp_status = smpp, .http_status = http, .kind = ERR_##k},
#include "base/err.def"
#undef ERR
};

static const struct err_fact *fact_of(enum err e)
{
    return &facts[(unsigned)e < ERR_COUNT ? e : ERR_INTERNAL];
}

const char *err_name(enum err e)
{
    return fact_of(e)->name;
}

const char *err_text(enum err e)
{
    return fact_of(e)->text;
}

int err_http_status(enum err e)
{
    return fact_of(e)->http_status;
}

uint32_t err_smpp_status(enum err e)
{
    return fact_of(e)->smpp_status;
}

enum err_kind err_kind_of(enum err e)
{
    return fact_of(e)->kind;
}
