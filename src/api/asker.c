/* SPDX-License-Identifier: Apache-2.0 */
#include "api/asker.h"

#include "store/api_key.h"
#include "store/member.h"

const char *asker_kind(enum message_asker kind)
{
    static const char *const names[] = {[ASKER_USER] = "user",
                                        [ASKER_MEMBER] = "member",
                                        [ASKER_KEY] = "key",
                                        [ASKER_COMMAND_LINE] = "command_line"};
    return names[kind];
}

enum err asker_name(struct str *out, struct store_view *view, const struct message *m,
                    const struct directory *d)
{
    const struct api_user *user = m->user_id ? directory_user_by_id(d, m->user_id) : NULL;
    struct member member;
    struct api_key *keys;
    size_t n = 0;
    enum err e = OK;
    *out = user ? user->login : (struct str){0};
    if (m->by_kind == ASKER_MEMBER) {
        e = store_member_get(&member, view, m->by_id);
        *out = e ? *out : member.name.n ? member.name : member.email;
    } else if (m->by_kind == ASKER_KEY) {
        e = store_api_key_list(&keys, &n, view, m->account_id);
    }
    for (size_t i = 0; i < n && !e; i++)
        if (keys[i].id == m->by_id)
            *out = keys[i].name;
    return e == ERR_NOT_FOUND ? OK : e;
}
