/* SPDX-License-Identifier: Apache-2.0 */
/* Letters with a link to somebody who signs in, or is asked to. */
#include "notify/payload_base.h"

struct words {
    const char *password_subject, *password;
    const char *invite_subject, *invite;
};

static const struct words english = {
    .password_subject = "Your password",
    .password = "Hello,\n\nsomebody, most likely you, asked for another password for Navette.\n"
                "Choose one here, within an hour:\n\n%.*s\n\n"
                "If it was not you, there is nothing to do: your password stays as it is.\n",
    .invite_subject = "You are invited to %.*s",
    .invite = "Hello,\n\nyou are invited to the account %.*s of Navette, for sending and "
              "receiving SMS.\nAccept here, within a week:\n\n%.*s\n\n"
              "If you do not know why, there is nothing to do.\n",
};
static const struct words french = {
    .password_subject = "Votre mot de passe",
    .password = "Bonjour,\n\nquelqu'un, sans doute vous, a demandé un autre mot de passe pour "
                "Navette.\nChoisissez-le ici, dans l'heure :\n\n%.*s\n\n"
                "Si ce n'était pas vous, il n'y a rien à faire : votre mot de passe reste "
                "inchangé.\n",
    .invite_subject = "Vous êtes invité à %.*s",
    .invite = "Bonjour,\n\nvous êtes invité au compte %.*s de Navette, pour envoyer et recevoir "
              "des SMS.\nAcceptez ici, dans la semaine :\n\n%.*s\n\n"
              "Si vous ne savez pas pourquoi, il n'y a rien à faire.\n",
};

void payload_people(struct net_mail *m, struct arena *a, enum errand_kind kind, const json_t *event)
{
    const struct words *w = str_eq(payload_text(event, "language"), STR("fr")) ? &french : &english;
    struct str url = payload_text(event, "url");
    struct str account = payload_text(event, "account");
    if (kind == ERRAND_MAIL_PASSWORD) {
        m->subject = str_of(w->password_subject);
        m->text = arena_printf(a, w->password, STR_FMT(url));
    } else {
        m->subject = arena_printf(a, w->invite_subject, STR_FMT(account));
        m->text = arena_printf(a, w->invite, STR_FMT(account), STR_FMT(url));
    }
}
