/* SPDX-License-Identifier: Apache-2.0 */
#include "api/aside.h"

#include "api/api_base.h"

static void on_done(struct letter *letter)
{
    struct api_aside *aside = (struct api_aside *)letter;
    aside->done(aside);
}

static void on_work(struct letter *letter)
{
    struct api_aside *aside = (struct api_aside *)letter;
    struct store_view view = {.db = aside->of_lists ? aside->api->list_reader
                                                    : aside->api->counting_reader,
                              .arena = aside->arena ? aside->arena : aside->request->arena};
    aside->err = aside->work(aside, &view);
    letter->deliver = on_done;
    mailbox_post(api_mailbox(aside->api), letter);
}

void api_aside_post(struct api_aside *aside)
{
    aside->letter.deliver = on_work;
    mailbox_post(worker_mailbox(aside->api->worker), &aside->letter);
}

void api_aside_list(struct api_aside *aside)
{
    aside->of_lists = true;
    aside->letter.deliver = on_work;
    mailbox_post(worker_mailbox(aside->api->lister), &aside->letter);
}
