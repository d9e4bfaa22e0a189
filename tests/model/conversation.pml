/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a conversation, for Spin: two accounts and the two numbers of one pool, phones that
 * answer, and two nodes on one database that accept messages at once. What store/number.c does in
 * one statement is one step here; between steps anything may happen. `ended` is the time of a slot
 * having come: a window may end between any two steps.
 *
 * Phones share nothing in these tables; -DPHONES=2 looks at two of them for a minute or more.
 * It is claimed, in every order of steps:
 *   no two open conversations of a phone share a number;
 *   a reply in the window is matched to the conversation that it answers;
 *   nobody is refused while a number of the pool is free for the phone.
 *
 * Each of these makes it fail, and tests/model/conversation.sh sees that it does:
 *   BROKEN_DRAW    a number is written down without looking again whether it is still free
 *   BROKEN_EXTEND  a conversation goes on without looking again whether it has ended
 *   BROKEN_FORGET  the clock deletes a slot without looking again whether it has ended
 */
#define ACCOUNTS 2
#define NUMBERS 2
#ifndef PHONES
#define PHONES 1
#endif
#define SLOTS (PHONES * NUMBERS)
#define NOBODY 0

/* The table number_slot, by phone and number: whose conversation (account + 1), and has it ended? */
byte holder[SLOTS];
bool ended[SLOTS];

/* What is true, whatever the table says: conversations whose window is open, and whose message the
 * phone saw last from that number. */
bool open[ACCOUNTS * SLOTS];
byte spoke[SLOTS];

#define OPEN(account, slot) open[(account) * SLOTS + (slot)]
#define IS_FREE(slot) (holder[slot] == NOBODY || ended[slot])
#define IS_OWN(account, slot) (holder[slot] == (account) + 1 && !ended[slot])

inline choose(it)
{
    if
    :: it = 0
    :: it = 1
    fi
}

inline choose_slot(it)
{
    if
    :: it = 0
    :: it = 1
#if PHONES == 2
    :: it = 2
    :: it = 3
#endif
    fi
}

inline say(account, slot)
{
    OPEN(account, slot) = true;
    spoke[slot] = account + 1;
    assert(!(OPEN(0, slot) && OPEN(1, slot)));
}

/* core/conversation_open.c: messages of any account to any phone. */
active [2] proctype node()
{
    byte account;
    byte first; /* slot of the phone */
    byte slot;
next:
    atomic {
        slot = 0;
        first = 0;
        choose(account);
#if PHONES == 2
        if
        :: first = 0
        :: first = NUMBERS
        fi
#endif
    };
again:
    /* store_slot_open, store_slot_free */
    atomic {
        if
        :: IS_OWN(account, first) -> slot = first; goto extend
        :: IS_OWN(account, first + 1) -> slot = first + 1; goto extend
        :: !IS_OWN(account, first) && !IS_OWN(account, first + 1) && IS_FREE(first) ->
            slot = first
        :: !IS_OWN(account, first) && !IS_OWN(account, first + 1) && IS_FREE(first + 1) ->
            slot = first + 1
        :: else -> /* refused: all are others' */
            assert(!IS_FREE(first) && !IS_FREE(first + 1));
            goto next
        fi
    };
    /* store_slot_draw writes, if nobody else has since */
    atomic {
        if
#ifdef BROKEN_DRAW
        :: true ->
#else
        :: !IS_FREE(slot) -> goto again /* ERR_CONFLICT */
        :: IS_FREE(slot) ->
#endif
            holder[slot] = account + 1;
            ended[slot] = false;
            say(account, slot)
        fi
    };
    goto next;
extend:
    /* store_slot_extend */
    atomic {
        if
#ifdef BROKEN_EXTEND
        :: true -> say(account, slot)
#else
        :: !IS_OWN(account, slot) -> goto again /* ERR_CONFLICT */
        :: IS_OWN(account, slot) -> say(account, slot)
#endif
        fi
    };
    goto next
}

/* Some window ends. */
active proctype time()
{
    byte account;
    byte slot;
    do
    :: atomic {
            choose(account);
            choose_slot(slot);
            OPEN(account, slot) = false;
            if
            :: holder[slot] == account + 1 -> ended[slot] = true
            :: else -> skip
            fi;
            account = 0;
            slot = 0
        }
    od
}

/* store_slot_forget: what was found to have ended is deleted, if it still has. */
active proctype clock()
{
    byte slot;
    do
    :: atomic {
            choose_slot(slot);
            holder[slot] != NOBODY && ended[slot]
        };
        atomic {
            if
#ifdef BROKEN_FORGET
            :: true -> holder[slot] = NOBODY; ended[slot] = false
#else
            :: holder[slot] != NOBODY && ended[slot] -> holder[slot] = NOBODY; ended[slot] = false
            :: else -> skip
#endif
            fi;
            slot = 0
        }
    od
}

/* core/conversation.c: a phone writes to a number; in time or late is decided as it comes in. */
active proctype phones()
{
    byte slot;
    do
    :: atomic {
            choose_slot(slot);
            if
            :: spoke[slot] != NOBODY && OPEN(spoke[slot] - 1, slot) ->
                assert(holder[slot] == spoke[slot] && !ended[slot])
            :: else -> skip
            fi;
            slot = 0
        }
    od
}
