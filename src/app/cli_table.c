/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cli_table.h"

#include <string.h>

/* clang-format off */
#include "app/cli_fields.def"

#define V1 "/api/v1/"
const struct cli_command cli_commands[] = {
    {"account", "add", "creates an account", "POST", V1 "accounts", account_add, NULL,
     "Account {name} is there, with {credits} credits."},
    {"account", "list", "lists the accounts", "GET", V1 "accounts", nothing, accounts, NULL},
    {"account", "show", "shows an account", "GET", V1 "accounts/{name}", name_alone, NULL, NULL},
    {"account", "set", "changes an account", "PATCH", V1 "accounts/{name}", account_set, NULL,
     "Account {name} is changed."},
    {"account", "credit", "adds credits to an account", "POST", V1 "accounts/{name}/credit",
     account_credit, NULL, "Account {name} now has {credits} credits."},
    {"account", "remove", "removes an account that was never used", "DELETE",
     V1 "accounts/{name}", name_alone, NULL, "Account {name} is removed."},

    {"user", "add", "creates a user who may send for an account", "POST",
     V1 "accounts/{account}/users", user_add, NULL, "User {login} of {account} is there."},
    {"user", "list", "lists the users of an account", "GET", V1 "accounts/{account}/users",
     account_alone, users, NULL},
    {"user", "show", "shows a user", "GET", V1 "accounts/{account}/users/{login}", user_one, NULL,
     NULL},
    {"user", "set", "changes a user", "PATCH", V1 "accounts/{account}/users/{login}", user_set,
     NULL, "User {login} of {account} is changed."},
    {"user", "remove", "removes a user; its quota goes back to the account", "DELETE",
     V1 "accounts/{account}/users/{login}", user_one, NULL,
     "User {login} of {account} is removed."},

    {"member", "add", "creates a member, who signs in to the panel", "POST", V1 "members",
     member_add, NULL, NULL},
    {"member", "list", "lists the members, the newest first", "GET", V1 "members", cursor_page,
     members, NULL},
    {"member", "show", "shows a member", "GET", V1 "members/{id}", member_one, NULL, NULL},
    {"member", "set", "changes a member", "PATCH", V1 "members/{id}", member_set, NULL,
     "Member {email} is changed."},
    {"member", "remove", "removes a member", "DELETE", V1 "members/{id}", member_one, NULL,
     "Member {id} is removed."},
    {"member", "first-run", "gives the link with which the first member is created", "POST",
     V1 "first-run/code", nothing, NULL, NULL},

    {"audit", "list", "lists who changed what, the newest first", "GET", V1 "audit", audit_list,
     audit, NULL},

    {"sender", "add", "lets an account send from a name or number", "POST",
     V1 "accounts/{account}/senders", sender_add, NULL, "Sender {name} of {account} is {state}."},
    {"sender", "list", "lists the senders of an account", "GET", V1 "accounts/{account}/senders",
     sender_list, senders, NULL},
    {"sender", "queue", "lists the senders of all accounts: which ones wait for a decision", "GET",
     V1 "senders", sender_all, senders, NULL},
    {"sender", "decide", "enables a sender that waits, or refuses it", "POST",
     V1 "accounts/{account}/senders/{name}/decision", sender_decide, NULL,
     "Sender {name} of {account} is {state}."},
    {"sender", "show", "shows a sender", "GET", V1 "accounts/{account}/senders/{name}", sender_one,
     NULL, NULL},
    {"sender", "set", "changes a sender", "PATCH", V1 "accounts/{account}/senders/{name}",
     sender_set, NULL, "Sender {name} of {account} is changed."},
    {"sender", "remove", "removes a sender", "DELETE", V1 "accounts/{account}/senders/{name}",
     sender_one, NULL, "Sender {name} of {account} is removed."},

    {"callback", "set", "says where an account is told of replies, receipts and STOPs", "PATCH",
     V1 "accounts/{account}/callback", callback_set, NULL, NULL},
    {"callback", "show", "shows where an account is told", "GET", V1 "accounts/{account}/callback",
     account_alone, NULL, NULL},
    {"callback", "test", "sends a test and shows what came back", "POST",
     V1 "accounts/{account}/callback/test", callback_test, NULL, NULL},
    {"callback", "attempts", "lists what an account was told and how that went, the newest first",
     "GET", V1 "accounts/{account}/callback/attempts", callback_attempts, errands, NULL},
    {"callback", "replay", "tells again what is over: what arrived, and what was given up", "POST",
     V1 "accounts/{account}/callback/replay", callback_replay, NULL,
     "{replayed} are told again."},

    {"notification", "add", "has somebody told of an account's replies", "POST",
     V1 "accounts/{account}/notifications", notification_add, NULL,
     "Notification {id} of {account} is there."},
    {"notification", "list", "lists who is told of an account's replies", "GET",
     V1 "accounts/{account}/notifications", account_alone, notifications, NULL},
    {"notification", "set", "changes a notification", "PATCH",
     V1 "accounts/{account}/notifications/{id}", notification_set, NULL,
     "Notification {id} of {account} is changed."},
    {"notification", "remove", "removes a notification", "DELETE",
     V1 "accounts/{account}/notifications/{id}", notification_one, NULL,
     "Notification {id} of {account} is removed."},

    {"reply", "set", "says what a reply to an account starts", "PATCH",
     V1 "accounts/{account}/reply", reply_set, NULL, NULL},
    {"reply", "show", "shows what a reply to an account starts", "GET",
     V1 "accounts/{account}/reply", account_alone, NULL, NULL},

    {"carrier", "add", "creates a link to a carrier; the first one gets a route for everything",
     "POST", V1 "carriers", carrier_options, NULL, "Carrier {name} is there: {host}:{port}."},
    {"carrier", "list", "lists the carriers and how their links are", "GET", V1 "carriers", nothing,
     carriers, NULL},
    {"carrier", "show", "shows a carrier and how its links are", "GET", V1 "carriers/{name}",
     name_alone, NULL, NULL},
    {"carrier", "set", "changes a carrier", "PATCH", V1 "carriers/{name}", carrier_options, NULL,
     "Carrier {name} is changed."},
    {"carrier", "trace", "shows what passes between us and a carrier, until Ctrl-C", "GET",
     V1 "carriers/{name}/trace", carrier_trace, NULL, NULL, CLI_PDUS},
    {"carrier", "probe", "finds out how a carrier behaves, with ten messages to a phone", "POST",
     V1 "carriers/{name}/probe", carrier_probe, NULL, NULL, CLI_PROBE},
    {"carrier", "remove", "removes a carrier and its routes", "DELETE", V1 "carriers/{name}",
     carrier_remove, NULL, "Carrier {name} is removed."},

    {"route", "add", "says which carrier takes which numbers", "POST", V1 "routes", route_add, NULL,
     "Route {id} is there."},
    {"route", "list", "lists the routes", "GET", V1 "routes", nothing, routes, NULL},
    {"route", "show", "shows a route", "GET", V1 "routes/{id}", by_id, NULL, NULL},
    {"route", "set", "changes a route", "PATCH", V1 "routes/{id}", route_set, NULL,
     "Route {id} is changed."},
    {"route", "explain", "tells which route a message would take, and why not the others", "GET",
     V1 "routes/explain", route_explain, routes_told, NULL},
    {"route", "remove", "removes a route", "DELETE", V1 "routes/{id}", by_id, NULL,
     "Route {id} is removed."},

    {"rate", "set", "sets the price of a part by the beginning of the number", "PUT",
     V1 "rates/{prefix}", rate_set, NULL, "A part to {prefix} costs {credits}."},
    {"rate", "list", "lists the rates", "GET", V1 "rates", nothing, rates, NULL},
    {"rate", "remove", "removes a rate", "DELETE", V1 "rates/{prefix}", rate_one, NULL,
     "Rate {prefix} is removed."},

    {"rule", "add", "answers incoming messages of a carrier by their first word", "POST",
     V1 "carriers/{carrier}/rules", rule_add, NULL, "Rule {id} is there, at {at}."},
    {"rule", "list", "lists the rules: the first that matches counts", "GET", V1 "rules",
     rule_list, rules, NULL},
    {"rule", "show", "shows a rule", "GET", V1 "rules/{id}", by_id, NULL, NULL},
    {"rule", "set", "changes a rule", "PATCH", V1 "rules/{id}", rule_set, NULL,
     "Rule {id} is changed."},
    {"rule", "move", "gives a rule another place", "POST", V1 "rules/{id}/move", rule_move, NULL,
     "Rule {id} is now at {at}."},
    {"rule", "remove", "removes a rule", "DELETE", V1 "rules/{id}", by_id, NULL,
     "Rule {id} is removed."},

    {"quarantine", "list", "lists phones that are not written to, the newest first", "GET",
     V1 "quarantine", quarantine_list, quarantine, NULL},
    {"quarantine", "show", "shows a phone's status and all that brought it in and out", "GET",
     V1 "quarantine/{number}", quarantine_one, NULL, NULL},
    {"quarantine", "add", "lets a phone be written to no more", "POST", V1 "quarantine",
     quarantine_change, NULL, "{number} is {status}."},
    {"quarantine", "remove", "lets a phone be written to again", "POST",
     V1 "quarantine/{number}/remove", quarantine_change, NULL, "{number} is {status}."},

    {"message", "send", "sends a text to one phone or several", "POST", V1 "messages", message_send,
     NULL, NULL},
    {"message", "estimate", "tells what a sending would be and cost, and sends nothing", "POST",
     V1 "messages/estimate", message_send, NULL, NULL},
    {"message", "list", "lists messages, the newest first", "GET", V1 "messages", message_list,
     messages, NULL},
    {"message", "show", "shows a message and its whole passage", "GET", V1 "messages/{id}", by_id,
     NULL, NULL},
    {"message", "cancel", "takes back a message that has not left", "POST",
     V1 "messages/{id}/cancel", by_id, NULL, "Message {id} is cancelled."},
    {"message", "resolve", "decides about a message in doubt", "POST", V1 "messages/{id}/resolve",
     message_resolve, NULL, "Message {id} is now {state}."},

    {"incoming", "list", "lists incoming messages, the newest first", "GET", V1 "incoming",
     incoming_list, incoming, NULL},
    {"incoming", "show", "shows an incoming message", "GET", V1 "incoming/{id}", by_id, NULL, NULL},

    {"hours", "list", "lists when marketing messages may be sent, by country", "GET", V1 "hours",
     hours_list, hours, NULL},
    {"hours", "show", "shows when a country may be sent marketing messages, and its holidays",
     "GET", V1 "hours/{country}", hours_show, NULL, NULL},
    {"number", "add", "adds numbers that phones can answer to", "POST", V1 "numbers", number_add,
     NULL, "Numbers added to {carrier}: {added}."},
    {"number", "list", "lists the numbers that phones can answer to", "GET", V1 "numbers",
     number_list, numbers, NULL},
    {"number", "assign", "gives a virtual number to an account, or takes it back", "PATCH",
     V1 "numbers/{number}", number_assign, NULL, "Number {number} is assigned to {account}."},
    {"number", "set", "switches a number on or off", "PATCH", V1 "numbers/{number}", number_set,
     NULL, "Number {number} is changed."},
    {"number", "remove", "removes a number over which no conversation is open", "DELETE",
     V1 "numbers/{number}", number_remove, NULL, "Number {number} is removed."},

    {"twoway", "enable", "lets an account ask phones of a country for replies", "POST",
     V1 "accounts/{account}/two-way", twoway_enable, NULL,
     "Account {account} may ask for replies: {country}."},
    {"twoway", "disable", "lets an account ask for replies no longer", "DELETE",
     V1 "accounts/{account}/two-way", twoway_disable, NULL,
     "Account {account} may not ask for replies any more: {country}."},
    {"twoway", "list", "lists which accounts may ask where for replies", "GET", V1 "two-way",
     nothing, two_ways, NULL},

    {"conversation", "list", "lists conversations, the newest first", "GET", V1 "conversations",
     conversation_list, conversations, NULL},
    {"conversation", "show", "shows a conversation and what was said in it", "GET",
     V1 "conversations/{id}", by_id, NULL, NULL},

    {"thread", "list", "lists an account's threads with phones, the latest first", "GET",
     V1 "accounts/{account}/threads", thread_list, threads, NULL},
    {"thread", "show", "shows what was said between an account and a phone, the latest first",
     "GET", V1 "accounts/{account}/threads/{phone}", thread_show, NULL, NULL},
    {"thread", "answer", "answers a phone from the number of its conversation", "POST",
     V1 "accounts/{account}/threads/{phone}/messages", thread_answer, NULL,
     "Answered from {number}: message {id}."},
    {"thread", "read", "says that a thread was read", "POST",
     V1 "accounts/{account}/threads/{phone}/read", thread_one, NULL,
     "Nothing is unread of {phone}."},

    {"statistics", "show",
     "shows how much was sent, delivered and answered, by day, and why messages failed", "GET",
     V1 "statistics", statistics_show, statistics_days, NULL},
    {"events", "follow", "shows what happens, as it happens, until Ctrl-C", "GET",
     V1 "events/stream", events_follow, NULL, NULL, CLI_EVENTS},

    {"ledger", "check", "prints 0 when every account balances, else what does not", "GET",
     V1 "ledger/check", nothing, imbalances, NULL},
    {"ledger", "list", "lists the movements of an account's credits, the newest first", "GET",
     V1 "accounts/{account}/movements", ledger_list, movements, NULL},

    {"db", "init", "makes the tables in an empty database", NULL, "", db_place, NULL,
     "{database} is ready: version {to}."},
    {"db", "status", "shows version, nodes, what waits and whether the ledger balances", NULL, "",
     db_place, NULL, NULL},
    {"db", "migrate", "brings the tables up to date", NULL, "", db_place, NULL,
     "{database} went from version {from} to {to}."},
    {"db", "copy", "copies a whole installation into another database", NULL, "", db_copy, NULL,
     "Everything has arrived in {to}."},
};
/* clang-format on */
const size_t cli_commands_n = sizeof(cli_commands) / sizeof(cli_commands[0]);

const struct cli_command *cli_command_find(const char *resource, const char *verb)
{
    for (size_t i = 0; i < cli_commands_n; i++)
        if (strcmp(cli_commands[i].resource, resource) == 0 &&
            strcmp(cli_commands[i].verb, verb) == 0)
            return &cli_commands[i];
    return NULL;
}

bool cli_resource_exists(const char *resource)
{
    for (size_t i = 0; i < cli_commands_n; i++)
        if (strcmp(cli_commands[i].resource, resource) == 0)
            return true;
    return false;
}
