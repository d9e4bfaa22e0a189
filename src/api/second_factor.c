/* SPDX-License-Identifier: Apache-2.0 */
#include "api/second_factor.h"

#include "base/secret.h"
#include "base/totp.h"

#include <stdio.h>

enum { RECOVERY_BYTES = 10, RECOVERY_DIGITS = 16 };

/* As it is kept: upper case, without what people write between. */
static struct str bare(struct arena *arena, struct str code)
{
    char *out = arena_alloc(arena, code.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        if (c != ' ' && c != '-')
            out[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return (struct str){out, n};
}

static struct str digest_of(struct arena *arena, struct str code)
{
    uint8_t *digest = arena_alloc(arena, SECRET_DIGEST_SIZE);
    secret_fingerprint(digest, code);
    return (struct str){(char *)digest, SECRET_DIGEST_SIZE};
}

enum err second_factor_take(struct store_tx *tx, const struct member *m, struct str code,
                            struct refusal *why)
{
    int64_t step;
    code = bare(tx->view.arena, code);
    enum err e = ERR_NOT_FOUND;
    if (totp_check(&step, m->totp_secret, code, tx->now_us, m->totp_step))
        e = store_member_totp_step(tx, m->id, step);
    else if (m->totp_on && code.n == RECOVERY_DIGITS)
        e = store_recovery_take(tx, m->id, digest_of(tx->view.arena, code));
    return e == ERR_NOT_FOUND
               ? refuse(why, ERR_UNAUTHORIZED, "code",
                        STR("this code does not hold, or was used: wait for the next one"))
               : e;
}

enum err second_factor_recovery(struct store_tx *tx, int64_t member_id,
                                char codes[SECOND_FACTOR_CODES][SECOND_FACTOR_CODE_SIZE])
{
    struct str digests[SECOND_FACTOR_CODES];
    for (size_t i = 0; i < SECOND_FACTOR_CODES; i++) {
        uint8_t bytes[RECOVERY_BYTES];
        char text[TOTP_TEXT_SIZE];
        secret_random(bytes, sizeof(bytes));
        totp_text(text, (struct str){(char *)bytes, sizeof(bytes)});
        snprintf(codes[i], SECOND_FACTOR_CODE_SIZE, "%.4s-%.4s-%.4s-%.4s", text, text + 4, text + 8,
                 text + 12);
        digests[i] = digest_of(tx->view.arena, str_of(text));
    }
    return store_recovery_put(tx, member_id, digests, SECOND_FACTOR_CODES);
}
