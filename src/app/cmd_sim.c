/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cmd_sim.h"

#include "app/cli_text.h"
#include "base/log.h"
#include "base/str.h"
#include "sim/sim.h"

#include <assert.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE };

enum option_id {
    OPT_SMPP,
    OPT_HTTP,
    OPT_RECEIPT_DELAY,
    OPT_ANSWER_DELAY,
    OPT_RESPONSE_TIMEOUT,
    OPT_WINDOW,
    OPT_RATE,
    OPT_REPLY_EVERY,
    OPT_NUMBER,
    OPT_SYSTEM_ID,
    OPT_PASSWORD,
    OPT_LOG_SUBMITS,
    OPT_PLAIN,
    OPT_NO_PHONES,
    OPT_NO_RECEIPTS,
    OPT_QUIET,
    OPT_HELP,
    OPTIONS,
    OPT_QUIRK = 100, /* and on, in the order of quirk_table */
};

enum { QUIRKS_MAX = 32 };

static const struct fact {
    const char *option;
    const char *value; /* NULL: a flag */
    const char *help;
} facts[OPTIONS] = {
    [OPT_SMPP] = {"smpp", "ADDR:PORT", "where SMPP clients connect (127.0.0.1:2775)"},
    [OPT_HTTP] = {"http", "ADDR:PORT", "the page and the API (127.0.0.1:2780)"},
    [OPT_RECEIPT_DELAY] = {"receipt-delay-ms", "N", "from submit to receipt (1000)"},
    [OPT_ANSWER_DELAY] = {"answer-delay-ms", "N", "before each submit_sm_resp (0)"},
    [OPT_RESPONSE_TIMEOUT] = {"response-timeout-ms", "N",
                              "how long a deliver_sm waits for its answer (10000)"},
    [OPT_WINDOW] = {"window", "N", "deliver_sm without answer, for each bind (1000)"},
    [OPT_RATE] = {"rate", "N", "submits a second and login, throttled above (no limit)"},
    [OPT_REPLY_EVERY] = {"reply-every", "N",
                         "phones answer every Nth message by themselves (none)"},
    [OPT_NUMBER] = {"number", "NUMBER=ID",
                    "a number that belongs to a login: what others send to it is delivered there"},
    [OPT_SYSTEM_ID] = {"system-id", "ID", "take no other login"},
    [OPT_PASSWORD] = {"password", "PW", "take no other password"},
    [OPT_LOG_SUBMITS] = {"log-submits", "FILE", "append one CSV line for each submit"},
    [OPT_PLAIN] = {"plain", NULL, "no special numbers: every message is delivered"},
    [OPT_NO_PHONES] = {"no-phones", NULL, "count the messages, keep none"},
    [OPT_NO_RECEIPTS] = {"no-receipts", NULL, "send no receipts, whatever is asked for"},
    [OPT_QUIET] = {"quiet", NULL, "say nothing about binds that come and go"},
    [OPT_HELP] = {"help", NULL, "this text"},
};

static void print_option(const char *option, const char *value, const char *help)
{
    enum { LEFT = 26 };
    int n = printf("  --%s %s", option, value) - 2;
    printf("%*s %s\n", n > LEFT ? 0 : LEFT - n, "", cli_text(help));
}

static void print_help(void)
{
    printf(
        "%s navette sim [options]\n\n%s\n\n", cli_text("usage:"),
        cli_text("The carrier in a box: an SMPP 3.4 server that takes every message, with virtual\n"
                 "phones on a web page where a person reads and answers."));
    for (size_t i = 0; i < OPTIONS; i++)
        print_option(facts[i].option, facts[i].value ? facts[i].value : "", facts[i].help);
    printf("\n%s\n", cli_text("Quirks of real carriers; by default the first of words with |, all "
                              "of words with commas:"));
    for (size_t i = 0; i < quirk_table_n; i++) {
        char values[QUIRK_VALUE_SIZE];
        quirk_values(values, &quirk_table[i]);
        print_option(quirk_table[i].option, values, quirk_table[i].help);
    }
    printf("\n%s\n",
           cli_text(
               "Recipients that end in 9901 to 9920 fail, answer or misbehave in a known way: see\n"
               "docs/simulator.md or the page."));
}

static bool take_number(const char *name, uint64_t min, uint64_t max, uint64_t *out)
{
    if (str_to_u64(out, str_of(optarg)) == OK && *out >= min && *out <= max)
        return true;
    fprintf(stderr, cli_text("navette sim: --%s is a number from %llu to %llu\n"), name,
            (unsigned long long)min, (unsigned long long)max);
    return false;
}

static bool take_quirk(struct quirks *quirks, const struct quirk *quirk)
{
    char values[QUIRK_VALUE_SIZE];
    if (quirk_set(quirks, quirk, str_of(optarg)) == OK)
        return true;
    quirk_values(values, quirk);
    if (quirk->kind == QUIRK_NUMBER)
        fprintf(stderr, cli_text("navette sim: --%s is a number from %llu to %llu\n"),
                quirk->option, 1ULL, (unsigned long long)quirk->most);
    else if (quirk->kind == QUIRK_SET)
        fprintf(stderr, cli_text("navette sim: --%s is some of %s\n"), quirk->option, values);
    else
        fprintf(stderr, cli_text("navette sim: --%s is one of %s\n"), quirk->option, values);
    return false;
}

static bool take_owned(struct sim_config *config)
{
    if (config->numbers_n < SIM_NUMBERS_MAX &&
        sim_number_read(&config->numbers[config->numbers_n], str_of(optarg))) {
        config->numbers_n++;
        return true;
    }
    fprintf(stderr, cli_text("navette sim: --number is NUMBER=SYSTEM_ID, at most %d times\n"),
            SIM_NUMBERS_MAX);
    return false;
}

static bool take_flag(struct sim_config *config, int option)
{
    bool *flag = option == OPT_PLAIN         ? &config->plain
                 : option == OPT_NO_PHONES   ? &config->no_phones
                 : option == OPT_NO_RECEIPTS ? &config->no_receipts
                 : option == OPT_QUIET       ? &config->quiet
                                             : NULL; /* getopt said what is wrong */
    if (flag)
        *flag = true;
    return flag != NULL;
}

/* False when the value is wrong (and said so). */
static bool take_option(struct sim_config *config, int option)
{
    uint64_t n = 0;
    bool fine = true;
    if (option >= OPT_QUIRK)
        return take_quirk(&config->quirks, &quirk_table[option - OPT_QUIRK]);
    switch (option) {
    case OPT_SMPP:
        config->smpp_address = optarg;
        break;
    case OPT_HTTP:
        config->http_address = optarg;
        break;
    case OPT_RECEIPT_DELAY:
        fine = take_number("receipt-delay-ms", 0, SIM_DELAY_MAX_MS, &n);
        config->receipt_delay_ms = (int64_t)n;
        break;
    case OPT_ANSWER_DELAY:
        fine = take_number("answer-delay-ms", 0, SIM_DELAY_MAX_MS, &n);
        config->answer_delay_ms = (int64_t)n;
        break;
    case OPT_RESPONSE_TIMEOUT:
        fine = take_number("response-timeout-ms", 1, SIM_DELAY_MAX_MS, &n);
        config->response_timeout_ms = (int64_t)n;
        break;
    case OPT_WINDOW:
        fine = take_number("window", 1, SIM_WINDOW_MAX, &n);
        config->window = (uint32_t)n;
        break;
    case OPT_RATE:
        fine = take_number("rate", 0, UINT32_MAX, &n);
        config->rate = (uint32_t)n;
        break;
    case OPT_REPLY_EVERY:
        fine = take_number("reply-every", 0, UINT32_MAX, &n);
        config->reply_every = (uint32_t)n;
        break;
    case OPT_NUMBER:
        fine = take_owned(config);
        break;
    case OPT_SYSTEM_ID:
        config->system_id = optarg;
        break;
    case OPT_PASSWORD:
        config->password = optarg;
        break;
    case OPT_LOG_SUBMITS:
        config->submit_log = optarg;
        break;
    default:
        return take_flag(config, option);
    }
    return fine;
}

static void *wait_for_signal(void *arg)
{
    sigset_t set;
    int number;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigwait(&set, &number);
    sim_stop(arg);
    return NULL;
}

/* With the port that the system picked, where 0 was asked for. */
static void print_address(const char *before, const char *address, unsigned port,
                          const char *behind)
{
    const char *colon = strrchr(address, ':');
    int host_n = colon ? (int)(colon - address) : 0;
    printf("%s%.*s:%u%s", before, host_n, address, port, behind);
}

static int run(const struct sim_config *config)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    struct sim *sim;
    enum err err = sim_new(&sim, config);
    if (err) {
        fprintf(stderr, "navette sim: cannot start: %s\n", err_text(err));
        return EXIT_FAILED;
    }
    pthread_t waiter;
    if (pthread_create(&waiter, NULL, wait_for_signal, sim) != 0) {
        fprintf(stderr, "navette sim: cannot start a thread\n");
        sim_free(sim);
        return EXIT_FAILED;
    }
    print_address("SMPP: ", config->smpp_address, sim_smpp_port(sim), "\n");
    print_address(cli_text("Phones: http://"), config->http_address, sim_http_port(sim), "/\n");
    printf("ready\n");
    fflush(stdout);
    sim_run(sim); /* until the waiter stops it */
    pthread_join(waiter, NULL);
    sim_free(sim);
    return EXIT_OK;
}

/* An exit code, or -1 to go on. */
static int take_options(struct sim_config *config, int argc, char **argv)
{
    struct option options[OPTIONS + QUIRKS_MAX + 1] = {{0}};
    int option;
    for (int i = 0; i < OPTIONS; i++)
        options[i] = (struct option){facts[i].option, facts[i].value != NULL, NULL, i};
    for (int i = 0; i < (int)quirk_table_n; i++)
        options[OPTIONS + i] =
            (struct option){quirk_table[i].option, required_argument, NULL, OPT_QUIRK + i};
    optind = 1;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == OPT_HELP) {
            print_help();
            return EXIT_OK;
        }
        if (!take_option(config, option))
            return EXIT_USAGE;
    }
    if (optind < argc) {
        fprintf(stderr, cli_text("navette sim: unexpected \"%s\"\n"), argv[optind]);
        return EXIT_USAGE;
    }
    const char *conflict = quirks_conflict(&config->quirks);
    if (conflict) {
        fprintf(stderr, "navette sim: %s\n", cli_text(conflict));
        return EXIT_USAGE;
    }
    return -1;
}

int cmd_sim(int argc, char **argv)
{
    struct sim_config config = SIM_CONFIG_DEFAULT;
    assert(quirk_table_n <= QUIRKS_MAX);
    int code = take_options(&config, argc, argv);
    if (code == EXIT_USAGE)
        fputs(cli_text("see navette sim --help\n"), stderr);
    return code < 0 ? run(&config) : code;
}
