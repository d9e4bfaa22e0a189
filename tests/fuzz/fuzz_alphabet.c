/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator's reading of text: a phone shows UTF-8 whatever came, and an id is read only as it
 * is written. */
#include "base/secret.h"
#include "sim/alphabet.h"
#include "sim/message_id.h"
#include "text/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_phone(struct str bytes, uint8_t coding, enum quirk_default_alphabet standard)
{
    static struct phones *phones;
    if (!phones) {
        if (secret_init() != OK)
            abort();
        phones = phones_new(&(struct phones_limits){.phones = 4, .messages = 4, .bytes = 65536});
    }
    struct arena *a = arena_new();
    struct phone *phone;
    struct phone_message *m =
        phones_receive(phones,
                       &(struct phone_arrival){.number = STR("33612345678"),
                                               .sender = STR("36111"),
                                               .bytes = bytes,
                                               .alphabet = alphabet_of(coding, standard)},
                       &phone);
    struct str shown = phone_message_text(m, a);
    size_t bad_at;
    if (text_utf8_check(shown, &bad_at) != OK)
        abort();
    struct alphabet_parts parts;
    if (shown.n > 0 && alphabet_split(&parts, a, shown, standard, coding & 1) == OK)
        for (size_t i = 0; i < parts.n; i++)
            if (parts.items[i].n == 0 || parts.items[i].n > (parts.n > 1 ? 153 : 160))
                abort();
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2)
        return 0;
    struct str bytes = {(const char *)data + 2, n - 2};
    unsigned choice = data[0] % (QUIRK_ALPHABET_UTF8 + 1);
    check_phone(bytes, data[1], (enum quirk_default_alphabet)choice);
    uint64_t number;
    char again[MESSAGE_ID_SIZE];
    enum quirk_id_format format = (enum quirk_id_format)(data[0] % (QUIRK_ID_PADDED + 1));
    if (message_id_read(&number, bytes, format) == OK &&
        !str_eq(message_id_write(again, number, format), bytes))
        abort();
    return 0;
}
