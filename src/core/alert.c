/* SPDX-License-Identifier: Apache-2.0 */
/* Who wants to know that an API user has few credits left is told, by e-mail and by SMS. */
#include "store/alert.h"

#include "base/clock.h"
#include "base/log.h"
#include "core/reply_base.h"

enum { LOOK_EVERY_S = 2, ALERTS_AT_ONCE = 50 };

struct str alert_credits(struct arena *a, int64_t hundredths, struct str language)
{
    char *text = arena_alloc(a, STR_HUNDREDTHS_SIZE);
    str_of_hundredths(text, hundredths);
    char *mark = str_eq(language, STR("fr")) ? strchr(text, '.') : NULL;
    if (mark)
        *mark = ',';
    return str_of(text);
}

static struct str sms_text(struct arena *a, const struct account *account,
                           const struct alert_due *due)
{
    struct str language = account_language(account);
    struct str left = alert_credits(a, due->left, language);
    struct str below = alert_credits(a, due->alert.below, language);
    const char *text = str_eq(language, STR("fr"))
                           ? "%.*s : crédits de l'utilisateur %.*s : %.*s, sous le seuil de %.*s."
                           : "%.*s: credits left to user %.*s: %.*s, below %.*s.";
    return arena_printf(a, text, STR_FMT(account->name), STR_FMT(due->login), STR_FMT(left),
                        STR_FMT(below));
}

static enum err tell(struct core *c, struct store_tx *tx, const struct account *account,
                     const struct alert_due *due)
{
    log_info("user_alert", "user=%lld", (long long)due->alert.user_id);
    if (due->alert.sms.n)
        reply_gather(tx, &(struct answer){.account_id = account->id,
                                          .origin = ORIGIN_NOTICE,
                                          .sender = due->alert.sender,
                                          .recipient = due->alert.sms,
                                          .text = sms_text(tx->view.arena, account, due)});
    return due->alert.email.n ? errand_alert(c, tx, account, due) : OK;
}

enum err alert_tick(struct core *c, struct store_tx *tx, bool *more)
{
    struct alert_due *due;
    size_t n = 0;
    if (tx->now_us - c->alerts_looked_at_us < LOOK_EVERY_S * SEC_US)
        return OK;
    enum err e = store_alert_due(&due, &n, &tx->view, ALERTS_AT_ONCE);
    const struct directory *d = core_directory(c);
    for (size_t i = 0; i < n && !e; i++) {
        const struct account *account = directory_account_by_id(d, due[i].account_id);
        e = store_alert_told(tx, due[i].alert.user_id, due[i].is_below);
        if (!e && due[i].is_below && account)
            e = tell(c, tx, account, &due[i]);
    }
    directory_release(d);
    *more |= n == ALERTS_AT_ONCE;
    if (n < ALERTS_AT_ONCE)
        c->alerts_looked_at_us = tx->now_us;
    return e;
}
