/* SPDX-License-Identifier: Apache-2.0 */
#include "core/admin.h"

#include "store/ledger.h"

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '@';
}

enum err admin_name_check(struct str name, const char *field, struct refusal *why)
{
    bool good = name.n > 0 && name.n <= ADMIN_NAME_MAX;
    for (size_t i = 0; i < name.n && good; i++)
        good = is_name_byte(name.p[i]);
    if (good)
        return OK;
    return refuse(why, ERR_INVALID, field, STR("use 1 to 64 letters, digits and - . _ @"));
}

enum err admin_prefix_check(struct str *prefix, struct refusal *why)
{
    struct str digits = *prefix;
    if (digits.n > 0 && digits.p[0] == '+')
        digits = str_sub(digits, 1, digits.n);
    uint64_t number;
    bool plus_alone = prefix->n == 1 && digits.n == 0;
    if (plus_alone || digits.n > 15 ||
        (digits.n > 0 && (digits.p[0] == '0' || str_to_u64(&number, digits))))
        return refuse(why, ERR_INVALID, "prefix",
                      STR("write the first digits of international numbers, such as 33 or 336"));
    *prefix = digits;
    return OK;
}

enum err admin_url_check(struct str url, const char *field, struct refusal *why)
{
    bool tls = str_starts(url, STR("https://"));
    bool good = (tls || str_starts(url, STR("http://"))) && url.n <= ADMIN_URL_MAX;
    size_t host = tls ? 8 : 7;
    size_t end = host;
    for (size_t i = 0; i < url.n && good; i++)
        good = (unsigned char)url.p[i] > ' ' && (unsigned char)url.p[i] < 0x7F;
    while (good && end < url.n && !strchr("/?#@", url.p[end]))
        end++;
    if (good && end > host && (end == url.n || url.p[end] != '@'))
        return OK;
    return refuse(why, ERR_INVALID, field,
                  STR("write a URL such as https://example.org/sms, with other than ASCII "
                      "percent-encoded and without login"));
}

enum err admin_email_check(struct str address, const char *field, struct refusal *why)
{
    size_t at = str_find(address, '@');
    bool good = at > 0 && at + 1 < address.n && address.n <= ADMIN_EMAIL_MAX;
    for (size_t i = 0; i < address.n && good; i++)
        good = address.p[i] > ' ' && !strchr("<>()[],;:\\\"\x7F", address.p[i]) &&
               (i == at || address.p[i] != '@');
    return good ? OK
                : refuse(why, ERR_INVALID, field,
                         STR("write an address such as someone@example.org"));
}

enum err admin_account_refuse(struct refusal *why)
{
    return refuse(why, ERR_NOT_FOUND, "account",
                  STR("there is no account of this name: `navette account list` shows them"));
}

enum err admin_account_find(struct account *out, struct store_view *view, struct str name,
                            struct refusal *why)
{
    struct account *rows;
    size_t n;
    enum err e = store_account_list(&rows, &n, view);
    if (e)
        return refuse(why, e, NULL, (struct str){0});
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].name, name)) {
            *out = rows[i];
            return OK;
        }
    return admin_account_refuse(why);
}

enum err admin_user_find(struct api_user *out, struct store_view *view, int64_t account_id,
                         struct str login, struct refusal *why)
{
    struct api_user *rows;
    size_t n;
    enum err e = store_user_list(&rows, &n, view);
    if (e)
        return refuse(why, e, NULL, (struct str){0});
    for (size_t i = 0; i < n; i++)
        if (rows[i].account_id == account_id && str_eq(rows[i].login, login)) {
            *out = rows[i];
            return OK;
        }
    return refuse(why, ERR_NOT_FOUND, "user",
                  STR("the account has no such user: `navette user list` shows them"));
}

enum err admin_sender_find(struct sender *out, struct store_view *view, int64_t account_id,
                           struct str name, struct refusal *why)
{
    struct sender *rows;
    size_t n;
    enum err e = store_sender_list(&rows, &n, view);
    if (e)
        return refuse(why, e, NULL, (struct str){0});
    for (size_t i = 0; i < n; i++)
        if (rows[i].account_id == account_id && str_eq(rows[i].name, name)) {
            *out = rows[i];
            return OK;
        }
    return refuse(why, ERR_NOT_FOUND, "sender",
                  STR("the account has no such sender: `navette sender list` shows them"));
}

enum err admin_sender_enabled(struct store_view *view, int64_t account_id, struct str name,
                              const char *field, struct refusal *why)
{
    struct sender s;
    enum err e = admin_sender_find(&s, view, account_id, name, why);
    if (!e && !sender_is_enabled(&s))
        return refuse(why, ERR_BAD_SENDER, field, STR("this sender is switched off"));
    return e;
}

enum err admin_carrier_find(struct carrier_row *out, struct store_view *view, struct str name,
                            struct refusal *why)
{
    struct carrier_row *rows;
    size_t n;
    enum err e = store_carrier_list(&rows, &n, view);
    if (e)
        return refuse(why, e, NULL, (struct str){0});
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].name, name)) {
            *out = rows[i];
            return OK;
        }
    return refuse(why, ERR_NOT_FOUND, "carrier",
                  STR("there is no carrier of this name: `navette carrier list` shows them"));
}

enum err admin_credit(struct store_tx *tx, const struct account *account, int64_t amount,
                      struct str reason, struct refusal *why)
{
    if (account->balance + amount < 0)
        return refuse(why, ERR_NO_CREDIT, "credits",
                      STR("the account does not hold that much: take less"));
    if (account->balance + amount > ADMIN_CREDITS_MAX)
        return refuse(why, ERR_LIMIT, "credits",
                      STR("an account holds at most 1000000000 credits: add less"));
    struct purse purse = {.account_id = account->id};
    return store_purse_move(tx, purse, LEDGER_CREDIT, amount, 0, reason);
}

static enum err move_quota(struct store_tx *tx, struct purse p, const struct api_user *user,
                           int64_t amount)
{
    struct str reason = arena_printf(tx->view.arena, "quota of %.*s", STR_FMT(user->login));
    return amount ? store_purse_move(tx, p, LEDGER_QUOTA, amount, 0, reason) : OK;
}

enum err admin_user_write(struct store_tx *tx, const struct account *account,
                          const struct api_user *before, const struct api_user *user,
                          struct refusal *why)
{
    bool had_quota = before && before->has_quota;
    int64_t held = had_quota ? before->quota : 0;
    int64_t given = (user->has_quota ? user->quota : 0) - held;
    if (given > account->balance)
        return refuse(why, ERR_NO_CREDIT, "quota",
                      STR("the account has fewer credits left: credit it first, or give less"));
    struct purse of_account = {.account_id = user->account_id};
    struct purse of_user = {.account_id = user->account_id, .user_id = user->id};
    enum err e = move_quota(tx, of_account, user, -given);
    if (!e && had_quota)
        e = move_quota(tx, of_user, user, given);
    /* A purse must exist while it is moved and be empty before it goes; and the account's row must
     * be locked before the user's: store/ledger. */
    if (!e)
        e = store_purses_settle(tx);
    if (!e)
        e = before ? store_user_update(tx, user) : store_user_insert(tx, user);
    if (!e && !had_quota)
        e = move_quota(tx, of_user, user, given);
    return e;
}
