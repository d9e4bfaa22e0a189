/* SPDX-License-Identifier: Apache-2.0 */
/* Who may bind, and how. */
#include "sim/smsc_inside.h"

enum { INTERFACE_VERSION = 0x34 };

static unsigned word_of(uint32_t command)
{
    switch (command) {
    case SMPP_BIND_TRANSMITTER:
        return QUIRK_MODE_TX;
    case SMPP_BIND_RECEIVER:
        return QUIRK_MODE_RX;
    default:
        return QUIRK_MODE_TRX;
    }
}

/* The status that refuses it, or 0. */
static uint32_t check_bind(struct bind *bind, const struct smpp_pdu *request)
{
    struct smsc *smsc = bind->smsc;
    struct str system_id = request->body.bind.system_id;
    if (!smsc->any_system_id && !str_eq(system_id, str_of(smsc->system_id)))
        return ESME_RINVSYSID;
    if (!smsc->any_password && !str_eq(request->body.bind.password, str_of(smsc->password)))
        return ESME_RINVPASWD;
    if (!quirk_takes(smsc->quirks.modes, word_of(request->command)))
        return ESME_RBINDFAIL;
    struct customer *customer = customer_take(smsc, system_id);
    if (!customer)
        return ESME_RBINDFAIL;
    if (smsc->quirks.max_binds && customer->binds >= smsc->quirks.max_binds)
        return ESME_RALYBND;
    bind->customer = customer;
    bind->customer->binds++;
    return ESME_ROK;
}

void login_request(struct bind *bind, const struct smpp_pdu *request)
{
    char version = INTERFACE_VERSION;
    struct smpp_tlv tlv = {SMPP_TAG_SC_INTERFACE_VERSION, {&version, 1}};
    struct smpp_pdu response = {.status = check_bind(bind, request)};
    if (response.status == ESME_ROK) {
        response.has_body = true;
        response.body.bind_resp.system_id = STR("navette-sim");
        response.tlvs = &tlv;
        response.tlv_n = 1;
    }
    if (smpp_session_respond(bind->session, request->command, request->sequence, &response) != OK)
        smpp_session_lost(bind->session, "bind could not be answered");
}
