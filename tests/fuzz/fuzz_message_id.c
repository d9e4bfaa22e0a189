/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses the format. What was read is bounded and printable where the id was, reads
 * as itself again for numbers in decimal, and a number is never left with zeros before it. */
#include "smpp/message_id.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char space[SMPP_ID_DIGITS];
    char again[SMPP_ID_DIGITS];
    if (n == 0)
        return 0;
    struct str id = {(const char *)data + 1, n - 1};
    enum smpp_id_format format = (enum smpp_id_format)(data[0] % 4);
    struct str read = smpp_id_read(space, id, format);
    if (read.n > (id.n > SMPP_ID_DIGITS ? id.n : SMPP_ID_DIGITS))
        abort();
    if (format == SMPP_ID_AS_IS && (read.p != id.p || read.n != id.n))
        abort();
    bool changed = !str_eq(read, id);
    if (changed && (read.n == 0 || (read.n > 1 && read.p[0] == '0' && format != SMPP_ID_HEX_TEXT)))
        abort();
    if (changed && format != SMPP_ID_HEX_TEXT && read.n <= SMPP_ID_MAX &&
        !str_eq(smpp_id_read(again, read, SMPP_ID_DECIMAL), read))
        abort();
    return 0;
}
