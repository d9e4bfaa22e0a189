/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cli_table.h"

#include <string.h>

/* clang-format off */
#define POSITIONAL(value_, member_, help_) {NULL, value_, member_, CLI_TEXT, 1, help_, NULL}
#define OPTION(name_, value_, member_, type_, help_) {name_, value_, member_, type_, 0, help_, NULL}
#define NEEDED(name_, value_, member_, type_, help_) {name_, value_, member_, type_, 1, help_, NULL}
#define DEFAULT(name_, value_, member_, type_, help_, initial_) \
    {name_, value_, member_, type_, 0, help_, initial_}
#define FIELDS static const struct cli_field
#define COLUMNS static const struct cli_column
#define END {0}

/* ---- what several commands take ---- */

#define ACCOUNT POSITIONAL("ACCOUNT", "account", "name of the account")
#define ENABLED OPTION("enabled", "yes|no", "enabled", CLI_YES_NO, "switches it on or off")
#define PAGE \
    DEFAULT("limit", "N", "limit", CLI_NUMBER, "how many, at most 1000", "50"), \
    OPTION("before", "ID", "before", CLI_TEXT, "only older ones: goes on where a list ended")

FIELDS nothing[] = {END};
FIELDS by_id[] = {POSITIONAL("ID", "id", "its id"), END};
FIELDS account_alone[] = {ACCOUNT, END};
FIELDS name_alone[] = {POSITIONAL("NAME", "name", "its name"), END};

/* ---- account ---- */

#define GRADE \
    OPTION("grade", "premium|low_cost", "grade", CLI_CHOICE, "which routes its messages take")
#define KEEP_DAYS \
    DEFAULT("keep-days", "N", "keep_days", CLI_NUMBER, \
            "days that texts of messages are kept; 0 always", "0")
FIELDS account_add[] = {
    POSITIONAL("NAME", "name", "name of the account, such as sms-ab1234-1"),
    DEFAULT("credits", "N", "credits", CLI_TEXT, "credits to begin with", "0"),
    DEFAULT("timezone", "TZ", "timezone", CLI_TEXT, "zone of its local times", "Europe/Paris"),
    DEFAULT("max-parts", "N", "max_parts", CLI_NUMBER, "longest message, in parts", "8"),
    GRADE, KEEP_DAYS, OPTION("enabled", "yes|no", "enabled", CLI_YES_NO, "switches it on or off"),
    END};
FIELDS account_set[] = {
    POSITIONAL("NAME", "name", "name of the account"),
    OPTION("timezone", "TZ", "timezone", CLI_TEXT, "zone of its local times"),
    OPTION("max-parts", "N", "max_parts", CLI_NUMBER, "longest message, in parts"),
    GRADE, KEEP_DAYS, ENABLED, END};
FIELDS account_credit[] = {
    POSITIONAL("NAME", "name", "name of the account"),
    NEEDED("add", "N", "credits", CLI_TEXT, "credits to add; below 0 takes them back"),
    OPTION("reason", "TEXT", "reason", CLI_TEXT, "why: stands in the ledger"),
    END};
COLUMNS accounts[] = {
    {"NAME", "name", 0, 0}, {"CREDITS", "credits", 1, 0}, {"MAX PARTS", "max_parts", 1, 0},
    {"GRADE", "grade", 0, 0}, {"TIME ZONE", "timezone", 0, 0}, {"ENABLED", "enabled", 0, 0}, END};

/* ---- user ---- */

#define LOGIN POSITIONAL("LOGIN", "login", "how the user signs in")
#define USER_OPTIONS \
    OPTION("quota", "N|none", "quota", CLI_NULLABLE, \
           "credits of its own, taken from the account; none gives them back"), \
    OPTION("allow-ip", "CIDR", "allow_ip", CLI_LIST, \
           "address or network it may send from; up to five times; any lifts the limit"), \
    OPTION("receipts", "URL|none", "receipts", CLI_NULLABLE, \
           "where the receipts of its messages go, instead of the account's"), \
    OPTION("stops", "URL|none", "stops", CLI_NULLABLE, \
           "where STOPs to its messages go, instead of the account's"), \
    ENABLED
FIELDS user_add[] = {
    ACCOUNT, LOGIN,
    NEEDED("password", "PW", "password", CLI_SECRET,
           "its password; - reads it from standard input"),
    USER_OPTIONS, END};
FIELDS user_set[] = {
    ACCOUNT, LOGIN,
    OPTION("password", "PW", "password", CLI_SECRET,
           "its password; - reads it from standard input"),
    USER_OPTIONS, END};
FIELDS user_one[] = {ACCOUNT, LOGIN, END};
COLUMNS users[] = {
    {"LOGIN", "login", 0, 0}, {"QUOTA", "quota", 1, 0}, {"ALLOWED FROM", "allow_ip", 0, 0},
    {"ENABLED", "enabled", 0, 0}, END};

/* ---- sender ---- */

#define SENDER POSITIONAL("SENDER", "name", "what recipients see: a name or a number")
FIELDS sender_one[] = {ACCOUNT, SENDER, END};
FIELDS sender_set[] = {ACCOUNT, SENDER, ENABLED, END};
COLUMNS senders[] = {
    {"SENDER", "name", 0, 0}, {"ENABLED", "enabled", 0, 0}, {"CREATED", "created_at", 0, 0}, END};

/* ---- callback and notification ---- */

FIELDS callback_set[] = {
    ACCOUNT,
    OPTION("profile", "ovh|octopush|navette", "profile", CLI_CHOICE, "form of what is told"),
    OPTION("replies", "URL|none", "replies", CLI_NULLABLE, "where replies go"),
    OPTION("receipts", "URL|none", "receipts", CLI_NULLABLE,
           "where the receipts of messages go"),
    OPTION("stops", "URL|none", "stops", CLI_NULLABLE, "where STOPs go"),
    OPTION("secret", "new|SECRET", "secret", CLI_SECRET,
           "signs in the profile navette: new makes one and shows it, once"),
    END};
FIELDS callback_test[] = {
    ACCOUNT,
    OPTION("to", "replies|receipts|stops", "to", CLI_CHOICE,
           "which URL; by default the first that there is"),
    END};
FIELDS callback_attempts[] = {
    ACCOUNT, OPTION("failed", NULL, "failed", CLI_FLAG, "only what failed at least once"),
    PAGE, END};
FIELDS callback_replay[] = {
    ACCOUNT, OPTION("id", "ID", "id", CLI_TEXT, "only this one"),
    OPTION("since", "TIME", "since", CLI_TEXT,
           "only what was made since, such as 2026-11-21T14:05:00Z"),
    END};
COLUMNS errands[] = {
    {"ID", "id", 1, 0}, {"CREATED (UTC)", "created_at", 0, 19}, {"KIND", "kind", 0, 0},
    {"TARGET", "target", 0, 48}, {"EVENTS", "events", 1, 0}, {"STATE", "state", 0, 0},
    {"FAILURES", "failures", 1, 0}, {"STATUS", "status", 1, 0}, {"ERROR", "error", 0, 48}, END};
#define NOTIFICATION_OPTIONS \
    OPTION("email", "ADDRESS", "email", CLI_TEXT, "who is told by e-mail"), \
    OPTION("from", "ADDRESS", "from", CLI_TEXT, \
           "sender of the e-mail: an address of yours; by default the server's"), \
    OPTION("sms", "NUMBER", "sms", CLI_TEXT, "who is told by SMS, which is paid for"), \
    OPTION("sender", "SENDER", "sender", CLI_TEXT, "sender of the SMS: one of the account's"), \
    OPTION("language", "en|fr", "language", CLI_CHOICE, \
           "of the e-mail; by default fr in Europe/Paris, else en")
FIELDS notification_add[] = {ACCOUNT, NOTIFICATION_OPTIONS, END};
FIELDS notification_set[] = {ACCOUNT, POSITIONAL("ID", "id", "its id"), NOTIFICATION_OPTIONS, END};
FIELDS notification_one[] = {ACCOUNT, POSITIONAL("ID", "id", "its id"), END};
COLUMNS notifications[] = {
    {"ID", "id", 1, 0}, {"KIND", "kind", 0, 0}, {"TARGET", "target", 0, 0},
    {"SENDER", "sender", 0, 0}, {"LANGUAGE", "language", 0, 0}, END};

/* ---- reply ---- */

FIELDS reply_set[] = {
    ACCOUNT,
    OPTION("action", "none|text|cgi", "action", CLI_CHOICE, "what a reply starts by itself"),
    OPTION("text", "TEXT|none", "text", CLI_NULLABLE, "the answer of the action text"),
    OPTION("url", "URL|none", "url", CLI_NULLABLE, "what the action cgi calls"),
    DEFAULT("an-hour", "N", "an_hour", CLI_NUMBER,
            "automatic answers to one phone within an hour, at most", "3"),
    END};

/* ---- carrier: its options are its settings ---- */

#define SECTION(title) {"", NULL, "", CLI_HEADING, 0, title, NULL},
#define TEXT(name_, initial_, most, help_) \
    {#name_, "TEXT", #name_, CLI_TEXT, 0, help_, initial_},
#define SECRET(name_, most, help_) {#name_, "PW", #name_, CLI_SECRET, 0, help_, NULL},
#define NUMBER(name_, initial_, least, most, help_) \
    {#name_, "N", #name_, CLI_NUMBER, 0, help_, #initial_},
#define FLAG(name_, initial_, help_) {#name_, NULL, #name_, CLI_FLAG, 0, help_, NULL},
#define CHOICE(name_, words, help_) {#name_, words, #name_, CLI_CHOICE, 0, help_, NULL},
FIELDS carrier_options[] = {
    POSITIONAL("NAME", "name", "name of the carrier"),
#include "core/carrier_settings.def"
    ENABLED, END};
#undef SECTION
#undef SECRET
#undef TEXT
#undef NUMBER
#undef FLAG
#undef CHOICE
FIELDS carrier_probe[] = {
    POSITIONAL("NAME", "name", "name of the carrier"),
    NEEDED("to", "NUMBER", "to", CLI_TEXT, "phone at hand that gets the messages"),
    DEFAULT("from", "SENDER", "from", CLI_TEXT, "sender of the messages", "Navette"),
    OPTION("window-test", NULL, "window_test", CLI_FLAG,
           "sends 50 messages more, at once, to find the window"),
    DEFAULT("wait-s", "N", "wait_s", CLI_NUMBER, "seconds to wait for receipts, at most", "30"),
    OPTION("apply", NULL, "apply", CLI_LOCAL, "takes the proposed settings over"),
    END};
FIELDS carrier_trace[] = {
    POSITIONAL("NAME", "name", "name of the carrier"),
    OPTION("direction", "in|out", "direction", CLI_CHOICE, "only from the carrier, or only to it"),
    OPTION("command", "COMMAND", "command", CLI_TEXT,
           "only this one and its response, such as submit_sm"),
    OPTION("texts", NULL, "texts", CLI_FLAG, "shows texts and whole phone numbers, too"),
    OPTION("count", "N", "count", CLI_NUMBER, "ends after so many"),
    END};
COLUMNS carriers[] = {
    {"NAME", "name", 0, 0}, {"HOST", "host", 0, 40}, {"PORT", "port", 1, 0},
    {"SYSTEM ID", "system_id", 0, 0}, {"BIND", "bind", 0, 0}, {"RATE", "rate", 1, 0},
    {"STATE", "status.state", 0, 0}, {"WHY", "status.why", 0, 0, 1}, END};

/* ---- route and rate ---- */

#define ROUTE_OPTIONS \
    OPTION("account", "A|none", "account", CLI_NULLABLE, "only for this account"), \
    OPTION("sender", "S|none", "sender", CLI_NULLABLE, "only from this sender"), \
    OPTION("sender_kind", "alphanumeric|short|long|none", "sender_kind", CLI_NULLABLE, \
           "only from senders of this kind"), \
    OPTION("grade", "premium|low_cost|none", "grade", CLI_NULLABLE, \
           "only for accounts of this grade"), \
    OPTION("days", "DAYS|none", "days", CLI_NULLABLE, "only on these days: mon-fri,sun"), \
    OPTION("hours", "HH:MM-HH:MM|none", "hours", CLI_NULLABLE, \
           "only at these hours: 08:00-20:00"), \
    DEFAULT("timezone", "TZ", "timezone", CLI_TEXT, "zone of the days and hours", "Europe/Paris"), \
    DEFAULT("turn", "N", "turn", CLI_NUMBER, \
            "among routes alike the lowest is tried first, 0 to 1000", "0"), \
    DEFAULT("weight", "N", "weight", CLI_NUMBER, \
            "its share among routes of the same turn, 1 to 1000", "1"), \
    OPTION("draining", "yes|no", "draining", CLI_YES_NO, \
           "takes nothing new; what waits still leaves"), \
    END
FIELDS route_add[] = {
    NEEDED("prefix", "DIGITS", "prefix", CLI_TEXT,
           "first digits of the numbers, such as 33; \"\" means all"),
    NEEDED("carrier", "NAME", "carrier", CLI_TEXT, "carrier that takes them"),
    ROUTE_OPTIONS};
FIELDS route_set[] = {
    POSITIONAL("ID", "id", "its id"),
    OPTION("prefix", "DIGITS", "prefix", CLI_TEXT,
           "first digits of the numbers, such as 33; \"\" means all"),
    OPTION("carrier", "NAME", "carrier", CLI_TEXT, "carrier that takes them"),
    ROUTE_OPTIONS};
FIELDS route_explain[] = {
    NEEDED("account", "A", "account", CLI_TEXT, "account that sends"),
    NEEDED("to", "NUMBER", "to", CLI_TEXT, "number that the message is for"),
    OPTION("from", "S", "from", CLI_TEXT, "its sender"),
    OPTION("at", "TIME", "at", CLI_TEXT, "when, such as 2026-11-21T14:05:00Z; now if left out"),
    END};
COLUMNS routes[] = {
    {"ID", "id", 1, 0}, {"PREFIX", "prefix", 0, 0}, {"CARRIER", "carrier", 0, 0},
    {"ACCOUNT", "account", 0, 0}, {"SENDER", "sender", 0, 0}, {"KIND", "sender_kind", 0, 0},
    {"GRADE", "grade", 0, 0}, {"DAYS", "days", 0, 0}, {"HOURS", "hours", 0, 0},
    {"TURN", "turn", 1, 0}, {"WEIGHT", "weight", 1, 0}, {"DRAINING", "draining", 0, 0}, END};
COLUMNS routes_told[] = {
    {"PLACE", "place", 1, 0}, {"ROUTE", "id", 1, 0}, {"PREFIX", "prefix", 0, 0},
    {"CARRIER", "carrier", 0, 0}, {"WHY", "why", 0, 0, 1}, END};

#define PREFIX \
    POSITIONAL("PREFIX", "prefix", "first digits, such as 33; default is everything else")
FIELDS rate_set[] = {PREFIX, POSITIONAL("CREDITS", "credits", "price of a part, such as 1 or 0.50"),
                     END};
FIELDS rate_one[] = {PREFIX, END};
COLUMNS rates[] = {{"PREFIX", "prefix", 0, 0}, {"CREDITS", "credits", 1, 0}, END};

/* ---- rule and quarantine ---- */

#define RULE_OPTIONS \
    OPTION("keyword", "K|none", "keyword", CLI_NULLABLE, \
           "first word of the text; without one, any text"), \
    OPTION("short_code", "C|none", "short_code", CLI_NULLABLE, \
           "number that was written to; without one, any"), \
    OPTION("reply", "TEXT|none", "reply", CLI_NULLABLE, "what is answered; without it, nothing"), \
    OPTION("action", "none|quarantine|leave", "action", CLI_CHOICE, \
           "puts the phone into quarantine, or takes it out"), \
    OPTION("prefix", NULL, "prefix", CLI_FLAG, \
           "the keyword is the beginning of the word, not all of it")
FIELDS rule_add[] = {
    POSITIONAL("CARRIER", "carrier", "name of the carrier"), RULE_OPTIONS,
    OPTION("at", "N", "at", CLI_NUMBER, "its place, 1 is the first; by default the last"), END};
FIELDS rule_set[] = {POSITIONAL("ID", "id", "its id"), RULE_OPTIONS, END};
FIELDS rule_list[] = {
    {NULL, "CARRIER", "carrier", CLI_TEXT, 0, "name of the carrier", NULL}, END};
FIELDS rule_move[] = {
    POSITIONAL("ID", "id", "its id"),
    NEEDED("to", "N", "to", CLI_NUMBER, "its new place, 1 is the first"), END};
COLUMNS rules[] = {
    {"ID", "id", 1, 0}, {"CARRIER", "carrier", 0, 0}, {"AT", "at", 1, 0},
    {"KEYWORD", "keyword", 0, 0}, {"PREFIX", "prefix", 0, 0}, {"SHORT CODE", "short_code", 0, 0},
    {"ACTION", "action", 0, 0}, {"REPLY", "reply", 0, 40}, END};

#define PHONE POSITIONAL("NUMBER", "number", "the phone, such as +33612345678")
#define SCOPE \
    OPTION("account", "A", "account", CLI_TEXT, "for this account alone; without it, for all"), \
    OPTION("short_code", "C", "short_code", CLI_TEXT, \
           "for messages from this number alone; without it, from all"), \
    NEEDED("reason", "TEXT", "reason", CLI_TEXT, "why: is kept"), END
FIELDS quarantine_list[] = {
    OPTION("account", "A", "account", CLI_TEXT, "only of this account"),
    OPTION("number", "N", "number", CLI_TEXT, "only this phone"),
    OPTION("status", "blacklisted|quarantined|erroneous", "status", CLI_CHOICE,
           "only with this status"),
    PAGE, END};
FIELDS quarantine_one[] = {PHONE, END};
FIELDS quarantine_change[] = {PHONE, SCOPE};
COLUMNS quarantine[] = {
    {"ID", "id", 1, 0}, {"NUMBER", "number", 0, 0}, {"STATUS", "status", 0, 0},
    {"ACCOUNT", "account", 0, 0}, {"SHORT CODE", "short_code", 0, 0},
    {"ERRORS", "errors", 1, 0}, {"SINCE (UTC)", "since", 0, 19}, {"REASON", "reason", 0, 40},
    END};

/* ---- message, incoming, ledger ---- */

FIELDS message_list[] = {
    OPTION("account", "A", "account", CLI_TEXT, "only of this account"),
    OPTION("state", "S", "state", CLI_TEXT, "only in this state: queued, sent, delivered, …"),
    OPTION("recipient", "R", "recipient", CLI_TEXT, "only to this number"),
    OPTION("tag", "T", "tag", CLI_TEXT, "only with this tag"),
    PAGE, END};
FIELDS message_resolve[] = {
    POSITIONAL("ID", "id", "its id"),
    {NULL, "resend|give_up", "action", CLI_CHOICE, 1,
     "resend: the phone may get it twice; give_up: it may never get it", NULL},
    END};
COLUMNS messages[] = {
    {"ID", "id", 1, 0}, {"CREATED (UTC)", "created_at", 0, 19}, {"STATE", "state", 0, 0},
    {"SENDER", "sender", 0, 0}, {"RECIPIENT", "recipient", 0, 0}, {"PARTS", "parts", 1, 0},
    {"CREDITS", "credits", 1, 0}, {"TEXT", "text", 0, 40, 0, CLI_TEXT_GONE}, END};
FIELDS incoming_list[] = {
    OPTION("account", "A", "account", CLI_TEXT, "only of this account"), PAGE, END};
COLUMNS incoming[] = {
    {"ID", "id", 1, 0}, {"RECEIVED (UTC)", "received_at", 0, 19}, {"SENDER", "sender", 0, 0},
    {"NUMBER", "number", 0, 0}, {"ACCOUNT", "account", 0, 0}, {"STANDING", "standing", 0, 0},
    {"CREDITS", "credits", 1, 0}, {"RELEASED (UTC)", "released_at", 0, 19},
    {"CONVERSATION", "conversation_id", 1, 0}, {"STARTED", "started", 0, 31},
    {"TEXT", "text", 0, 48, 0, CLI_TEXT_GONE}, END};

/* ---- number, twoway, conversation ---- */

#define OF_CARRIER(help) OPTION("carrier", "C", "carrier", CLI_TEXT, help)
#define NUMBER_ONE POSITIONAL("NUMBER", "number", "its digits, or its id")
FIELDS number_add[] = {
    POSITIONAL("NUMBER[,NUMBER…]", "numbers", "numbers, or ranges of them: 38000-38099,38200"),
    NEEDED("carrier", "C", "carrier", CLI_TEXT, "carrier that has given them"),
    DEFAULT("country", "CC", "country", CLI_TEXT, "country of the phones that can answer", "FR"),
    OPTION("kind", "short|low_cost|virtual", "kind", CLI_CHOICE,
           "short and low_cost are drawn from; virtual is one account's"),
    OPTION("account", "A", "account", CLI_TEXT, "whose the virtual number is"), ENABLED, END};
FIELDS number_list[] = {OF_CARRIER("only of this carrier"), END};
FIELDS number_assign[] = {
    NUMBER_ONE,
    {"account", "A|none", "account", CLI_NULLABLE, 1, "whose it is from now on", NULL},
    OF_CARRIER("whose number, if several have it"), END};
FIELDS number_set[] = {NUMBER_ONE, ENABLED, OF_CARRIER("whose number, if several have it"), END};
FIELDS number_remove[] = {NUMBER_ONE, OF_CARRIER("whose number, if several have it"), END};
COLUMNS numbers[] = {
    {"NUMBER", "number", 1, 0}, {"CARRIER", "carrier", 0, 0}, {"COUNTRY", "country", 0, 0},
    {"KIND", "kind", 0, 0}, {"ACCOUNT", "account", 0, 0}, {"ENABLED", "enabled", 0, 0},
    {"ID", "id", 1, 0}, END};
FIELDS twoway_enable[] = {
    ACCOUNT, DEFAULT("country", "CC", "country", CLI_TEXT,
                     "country of the phones that may answer", "FR"), END};
FIELDS twoway_disable[] = {
    ACCOUNT, OPTION("country", "CC", "country", CLI_TEXT, "only there; everywhere if left out"),
    END};
COLUMNS two_ways[] = {{"ACCOUNT", "account", 0, 0}, {"COUNTRY", "country", 0, 0}, END};
FIELDS conversation_list[] = {
    OPTION("account", "A", "account", CLI_TEXT, "only of this account"),
    OPTION("open", NULL, "open", CLI_FLAG, "only those whose replies are still in time"),
    PAGE, END};
COLUMNS conversations[] = {
    {"ID", "id", 1, 0}, {"ACCOUNT", "account", 0, 0}, {"PHONE", "phone", 0, 0},
    {"NUMBER", "number", 0, 0}, {"KIND", "kind", 0, 0}, {"OPEN", "open", 0, 0},
    {"LAST (UTC)", "last_at", 0, 19}, {"UNTIL (UTC)", "until_at", 0, 19},
    {"UNREAD", "unread", 1, 0}, END};
FIELDS ledger_list[] = {ACCOUNT, PAGE, END};
COLUMNS movements[] = {
    {"ID", "id", 1, 0}, {"AT (UTC)", "at", 0, 19}, {"KIND", "kind", 0, 0},
    {"CREDITS", "credits", 1, 0},
    {"BALANCE", "balance", 1, 0}, {"MESSAGES", "messages", 1, 0}, {"USER", "user", 0, 0},
    {"REASON", "reason", 0, 40}, END};
COLUMNS imbalances[] = {
    {"ACCOUNT ID", "account_id", 1, 0}, {"ACCOUNT", "account", 0, 0},
    {"USER ID", "user_id", 1, 0}, {"BALANCE", "balance", 1, 0}, {"MOVED", "moved", 1, 0},
    {"PAID", "paid", 1, 0}, {"COST", "cost", 1, 0}, END};

/* ---- hours ---- */

#define AT OPTION("at", "TIME", "at", CLI_TEXT, \
                  "when, such as 2026-11-21T14:05:00Z; now if left out")
#define REGIONAL OPTION("regional", NULL, "regional", CLI_FLAG, \
                        "with the holidays of a region: for FR those of Alsace-Moselle")
FIELDS hours_list[] = {AT, REGIONAL, END};
FIELDS hours_show[] = {
    POSITIONAL("COUNTRY", "country", "its two letters, such as FR"), AT, REGIONAL, END};
COLUMNS hours[] = {
    {"COUNTRY", "country", 0, 0}, {"DAYS", "days", 0, 0}, {"HOURS", "hours", 0, 0},
    {"TIME ZONE", "timezone", 0, 0}, {"OPEN", "open", 0, 0},
    {"OPENS (UTC)", "opens_at", 0, 19}, END};

/* ---- db ---- */

FIELDS db_place[] = {
    OPTION("database", "URL", "database", CLI_TEXT,
           "sqlite:PATH or postgresql://USER@HOST/NAME; by default sqlite:DIR/navette.db"),
    OPTION("config", "FILE", "config", CLI_TEXT, "file of settings, as for navette serve"),
    END};
FIELDS db_copy[] = {
    NEEDED("from", "URL", "from", CLI_TEXT, "what is copied; no server may run on it"),
    NEEDED("to", "URL", "to", CLI_TEXT, "an empty database; an SQLite file is made"),
    END};

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

    {"sender", "add", "lets an account send from a name or number", "POST",
     V1 "accounts/{account}/senders", sender_one, NULL, "Sender {name} of {account} is there."},
    {"sender", "list", "lists the senders of an account", "GET", V1 "accounts/{account}/senders",
     account_alone, senders, NULL},
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
     name_alone, NULL, "Carrier {name} is removed."},

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
