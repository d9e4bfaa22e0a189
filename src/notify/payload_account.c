/* SPDX-License-Identifier: Apache-2.0 */
/* Letters to an account: it has no credits left; an operator has decided about a sender; a user has
 * few credits left. */
#include "notify/payload_base.h"

struct words {
    const char *credit_subject, *credit;
    const char *enabled_subject, *enabled;
    const char *refused_subject, *refused;
    const char *comment;
    const char *alert_subject, *alert;
};

static const struct words english = {
    .credit_subject = "No credits left: %.*s",
    .credit = "Account %.*s has no credits left for what replies to it cost (%.*s).\n"
              "Replies are kept, but nothing is answered until it has credits again.\n",
    .enabled_subject = "Sender %.*s is enabled",
    .enabled = "Hello,\n\nthe sender %.*s of account %.*s is enabled: messages may leave from it "
               "now.\n",
    .refused_subject = "Sender %.*s was refused",
    .refused = "Hello,\n\nthe sender %.*s of account %.*s was refused. Who explains it anew, in "
               "the panel, asks again.\n",
    .comment = "%.*s\nThe operator writes:\n\n%.*s\n",
    .alert_subject = "Few credits left: %.*s",
    .alert = "Hello,\n\ncredits left to user %.*s of account %.*s (%.*s): %.*s, below %.*s.\n"
             "This is told once, until there are as many again.\n",
};
static const struct words french = {
    .credit_subject = "Plus de crédits\u00a0: %.*s",
    .credit = "Le compte %.*s n'a plus de crédits pour ce que coûtent ses réponses (%.*s).\n"
              "Les réponses sont gardées, mais rien n'y répond avant qu'il ait des crédits.\n",
    .enabled_subject = "L'expéditeur %.*s est validé",
    .enabled =
        "Bonjour,\n\nl'expéditeur %.*s du compte %.*s est validé\u00a0: des messages peuvent "
        "maintenant en partir.\n",
    .refused_subject = "L'expéditeur %.*s est refusé",
    .refused = "Bonjour,\n\nl'expéditeur %.*s du compte %.*s est refusé. L'expliquer de nouveau, "
               "dans le panneau, relance la demande.\n",
    .comment = "%.*s\nL'exploitant écrit\u00a0:\n\n%.*s\n",
    .alert_subject = "Il reste peu de crédits\u00a0: %.*s",
    .alert = "Bonjour,\n\ncrédits de l'utilisateur %.*s du compte %.*s (%.*s)\u00a0: %.*s, sous le "
             "seuil de %.*s.\nC'est dit une fois, jusqu'à ce qu'il y en ait de nouveau autant.\n",
};

static void fill_decision(struct net_mail *m, struct arena *a, const struct words *w,
                          const json_t *event)
{
    bool enabled = str_eq(payload_text(event, "state"), STR("enabled"));
    struct str sender = payload_text(event, "sender");
    struct str account = payload_text(event, "account");
    struct str comment = payload_text(event, "comment");
    m->subject =
        arena_printf(a, enabled ? w->enabled_subject : w->refused_subject, STR_FMT(sender));
    m->text = arena_printf(a, enabled ? w->enabled : w->refused, STR_FMT(sender), STR_FMT(account));
    if (comment.n)
        m->text = arena_printf(a, w->comment, STR_FMT(m->text), STR_FMT(comment));
}

static void fill_alert(struct net_mail *m, struct arena *a, const struct words *w,
                       const json_t *event, struct str at)
{
    struct str user = payload_text(event, "user");
    m->subject = arena_printf(a, w->alert_subject, STR_FMT(user));
    m->text = arena_printf(a, w->alert, STR_FMT(user), STR_FMT(payload_text(event, "account")),
                           STR_FMT(at), STR_FMT(payload_text(event, "left")),
                           STR_FMT(payload_text(event, "below")));
}

void payload_account(struct net_mail *m, struct arena *a, enum errand_kind kind,
                     const json_t *event, struct str at)
{
    const struct words *w = str_eq(payload_text(event, "language"), STR("fr")) ? &french : &english;
    struct str account = payload_text(event, "account");
    if (kind == ERRAND_MAIL_SENDER) {
        fill_decision(m, a, w, event);
    } else if (kind == ERRAND_MAIL_ALERT) {
        fill_alert(m, a, w, event, at);
    } else {
        m->subject = arena_printf(a, w->credit_subject, STR_FMT(account));
        m->text = arena_printf(a, w->credit, STR_FMT(account), STR_FMT(at));
    }
}
