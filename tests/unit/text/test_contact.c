/* SPDX-License-Identifier: Apache-2.0 */
/* text/contact: what a short number may not say (P4.9), and what it may. */
#include "base/secret.h"
#include "testing.h"
#include "text/contact.h"
#include "text/phone.h"

static int init(void **state)
{
    (void)state;
    assert_int_equal(secret_init(), OK);
    phone_init();
    return 0;
}

static void P4_9_addresses_and_phone_numbers_are_found(void **state)
{
    (void)state;
    const struct {
        const char *text;
        enum contact kind;
        const char *where;
    } cases[] = {
        {"https://exemple.fr/x?y=1", CONTACT_URL, "https://"},
        {"Voir HTTP://x.test", CONTACT_URL, "HTTP://"},
        {"voir http://10.0.0.1", CONTACT_URL, "http://"},
        {"Suivez www.exemple.test", CONTACT_URL, "www."},
        {"Cliquez (exemple.fr)", CONTACT_URL, "exemple.fr"},
        {"Cliquez : mon-site.exemple.com.", CONTACT_URL, "mon-site.exemple.com"},
        {"bit.ly/3abc", CONTACT_URL, "bit.ly"},
        {"sur t.co/abc", CONTACT_URL, "t.co"},
        {"sur x.com ce soir", CONTACT_URL, "x.com"},
        {"EXEMPLE.FR", CONTACT_URL, "EXEMPLE.FR"},
        {"2emain.be", CONTACT_URL, "2emain.be"},
        {"l'offre:exemple.shop!", CONTACT_URL, "exemple.shop"},
        {"Ecrivez à jean.dupont@exemple.fr", CONTACT_EMAIL, "jean.dupont@exemple.fr"},
        {"a@b.co", CONTACT_EMAIL, "a@b.co"},
        {"contact+sms@mail.exemple.technology ok", CONTACT_EMAIL,
         "contact+sms@mail.exemple.technology"},
        {"Appelez le 0612345678", CONTACT_PHONE, "0612345678"},
        {"Appelez le 06 12 34 56 78.", CONTACT_PHONE, "06 12 34 56 78"},
        {"01.42.68.53.00, merci", CONTACT_PHONE, "01.42.68.53.00"},
        {"01-42-68-53-00", CONTACT_PHONE, "01-42-68-53-00"},
        {"gratuit : 0800 123 456", CONTACT_PHONE, "0800 123 456"},
        {"tel:+33612345678", CONTACT_PHONE, "+33612345678"},
        {"+33 (0)6 12 34 56 78 ou non", CONTACT_PHONE, "+33 (0)6 12 34 56 78"},
        {"00 33 6 12 34 56 78", CONTACT_PHONE, "00 33 6 12 34 56 78"},
        {"(+1 212-555-0123)", CONTACT_PHONE, "+1 212-555-0123"},
        {"+49 1512 3456789", CONTACT_PHONE, "+49 1512 3456789"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str where = {0};
        if (text_contact(str_of(cases[i].text), &where) != cases[i].kind)
            fail_msg("not found in \"%s\"", cases[i].text);
        if (!str_eq(where, str_of(cases[i].where)))
            fail_msg("\"%.*s\" found in \"%s\"", STR_FMT(where), cases[i].text);
    }
}

static void P4_9_ordinary_texts_are_no_addresses(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        ".",
        "@",
        "+",
        "0",
        "RDV a 10.30",
        "v2.0 est la",
        "version 1.2.3.4",
        "M.Dupont vous attend",
        "M.Be et Mme.De Vries",
        "Mme Durand, rdv le 24/12/2026 10:30",
        "le 01.02.2026 10.30",
        "le 01 02 2026 10 30",
        "01/02/2026 12:34:56",
        "total 1 234,56 EUR",
        "12.50 EUR, 3.000.000",
        "+10 000 000 EUR",
        "+100 pts",
        "code 12345",
        "code 038291",
        "STOP au 36184",
        "code 0612",
        "0612345",
        "061234567890123",
        "06 12 34 56",
        "commande 00123456",
        "dossier 2026-0612345678X",
        "A0612345678",
        "ref 1234567890",
        "S.N.C.F. et R.A.T.P.",
        "Merci.De rien",
        "C'est fini.Bonne soiree",
        "ok...fr",
        "etc.",
        "p.ex. demain",
        "RDV @ 10h",
        "@dupont a dit",
        "moi@maison",
        "a@b",
        "a @ b",
        "3.5.fraise",
        "www",
        "www.",
        "http://",
        "https",
        "Oui ou non?Repondez",
        "N.B.: a 8.00",
        "60.00-65.00",
        "été.fraîcheur",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str where = {0};
        if (text_contact(str_of(cases[i]), &where) != CONTACT_NONE)
            fail_msg("\"%.*s\" found in \"%s\"", STR_FMT(where), cases[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P4_9_addresses_and_phone_numbers_are_found),
        cmocka_unit_test(P4_9_ordinary_texts_are_no_addresses),
    };
    return cmocka_run_group_tests(tests, init, NULL);
}
