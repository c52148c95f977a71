/* SPDX-License-Identifier: Apache-2.0
 * The commit protocol: card slot, terminal journals, server hold, and the next promise that settles what was torn.
 *
 * Any message may be lost, delayed or repeated; card, terminals and server may lose power or crash between any two steps.
 * States have the names of the code: SLOT_* (include/epurse/command.h), JOURNAL_* (journal.h), HELD/CAPTURED/RELEASED
 * (src/ledger). formal/check.sh compares them, so that model and code cannot drift apart unseen.
 *
 * What is checked, in every reachable state (assert):
 *   - the server captures what the card committed, nothing else; it releases what the card has not and will never commit;
 *   - a terminal that told its cashier "done" or "cancelled" told the truth;
 *   - a promise that the server takes shows the balance of its shadow account;
 * and after one more undisturbed contact from there (finish): balance on card = shadow balance, every hold settled,
 * merchant credited if and only if a card was debited, every charged load credited, owed or given back.
 *
 * Not in the model: cryptography (messages are authentic), the PIN, limits, forged cards. -DNEGATIVE takes the atomic
 * commit of the card apart; the checker must then find a violation.
 */
#ifndef ATCS
#define ATCS 3 /* transactions of the card, before the last, undisturbed one */
#endif
#define TERMINALS 2
#define START 2 /* money on the card at first; a purchase and a load move 1 */

mtype = { SLOT_NONE, SLOT_PREPARED, SLOT_COMMITTED };
mtype = { JOURNAL_INTENT, JOURNAL_PROMISED, JOURNAL_CHARGED, JOURNAL_AUTHORISED, JOURNAL_COMMITTED, JOURNAL_CONFIRMED,
          JOURNAL_REVERSING, JOURNAL_CANCELLED, JOURNAL_SETTLED };
mtype = { NONE, HELD, CAPTURED, RELEASED };

/* card */
mtype slot = SLOT_NONE;
byte atc = 0, last_atc = 0, balance = START;

/* what each promise says; fixed when the card makes it */
bool load[ATCS + 2];
byte promise_last[ATCS + 2], promise_balance[ATCS + 2];
/* truth, for the assertions alone */
bool committed[ATCS + 2];

/* terminals: the one entry that each journal has open; closed at first */
mtype journal[TERMINALS] = JOURNAL_CONFIRMED;
byte entry[TERMINALS] = 0; /* its ATC, 0 where the promise never came */

/* bank: what was charged for a load, and given back */
bool charged[ATCS + 2], reversed[ATCS + 2];

/* server */
mtype hold[ATCS + 2] = NONE;
byte seen = 0, held = 0, shadow = START, merchant = 0, owed = 0;
bool finished = false;
byte before = 0; /* what take_promise settles */

inline capture(k) {
  if
  :: hold[k] == HELD ->
     assert(committed[k]);
     hold[k] = CAPTURED;
     if
     :: load[k] -> shadow++
     :: else -> merchant++
     fi;
     if
     :: held == k -> held = 0
     :: else
     fi
  :: else -> assert(hold[k] == CAPTURED) /* repeated: the same answer; r of a released one cannot exist */
  fi
}

inline release(k) {
  assert(!committed[k]);
  hold[k] = RELEASED;
  held = 0;
  if
  :: load[k] && reversed[k] -> skip
  :: load[k] && !reversed[k] -> owed++
  :: else -> shadow++
  fi
}

/* The server takes a promise: settles what was before, checks, holds. A repeated one changes nothing. */
inline take_promise(k) {
  if
  :: k > seen ->
     before = held;
     if
     :: before != 0 && promise_last[k] == before -> capture(before)
     :: before != 0 && promise_last[k] != before -> release(before)
     :: else
     fi;
     before = 0;
     seen = k;
     assert(promise_balance[k] == shadow);
     if
     :: load[k] -> hold[k] = HELD; held = k
     :: !load[k] && shadow > 0 -> shadow--; hold[k] = HELD; held = k
     :: else
     fi
  :: else /* answered before, or stale */
  fi
}

/* INITIALIZE: the slot before it is settled by being replaced. */
inline initialize(is_load) {
  atc++;
  load[atc] = is_load;
  promise_last[atc] = last_atc;
  promise_balance[atc] = balance;
  slot = SLOT_PREPARED
}

/* DEBIT or CREDIT with an authorisation for transaction k: one atomic commit; the same again answers the same r. */
inline commit(k) {
  if
  :: atc == k && slot == SLOT_PREPARED ->
#ifdef NEGATIVE
     if /* torn: the balance is lowered, the rest is not written */
     :: balance = (load[k] -> balance + 1 : balance - 1); committed[k] = true; goto torn
     :: skip
     fi;
#endif
     assert(!committed[k]);
     committed[k] = true;
     balance = (load[k] -> balance + 1 : balance - 1);
     last_atc = k;
     slot = SLOT_COMMITTED
  :: else
  fi
}

proctype terminal(byte t) {
  byte k;
  do
  /* a new transaction, where nothing is open; the answer of the card may be lost, and with it the session */
  :: atomic { !finished && atc < ATCS && 
                        (journal[t] == JOURNAL_CONFIRMED || journal[t] == JOURNAL_CANCELLED || journal[t] == JOURNAL_SETTLED) ->
       entry[t] = 0; journal[t] = JOURNAL_INTENT }
  :: atomic { !finished && journal[t] == JOURNAL_INTENT && atc < ATCS ->
       if
       :: initialize(false)
       :: initialize(true)
       fi;
       if
       :: entry[t] = atc; journal[t] = JOURNAL_PROMISED
       :: journal[t] = JOURNAL_CANCELLED /* the promise was lost on its way: recover finds INTENT */
       fi }
  :: atomic { !finished && journal[t] == JOURNAL_INTENT -> journal[t] = JOURNAL_CANCELLED }
  /* a load is charged before it is authorised */
  :: atomic { !finished && journal[t] == JOURNAL_PROMISED && load[entry[t]] ->
       charged[entry[t]] = true; journal[t] = JOURNAL_CHARGED }
  /* promise to the server; its answer comes or is lost; asking again gets the same answer */
  :: atomic { !finished && ((journal[t] == JOURNAL_PROMISED && !load[entry[t]]) || journal[t] == JOURNAL_CHARGED) ->
       k = entry[t];
       take_promise(k);
       if
       :: seen == k && hold[k] == HELD -> journal[t] = JOURNAL_AUTHORISED
       :: skip /* declined, or the answer was lost */
       fi }
  /* no answer, or no: a purchase is cancelled, a charge is given back */
  :: atomic { !finished && journal[t] == JOURNAL_PROMISED -> journal[t] = JOURNAL_CANCELLED }
  :: atomic { !finished && journal[t] == JOURNAL_CHARGED -> journal[t] = JOURNAL_REVERSING }
  :: atomic { !finished && journal[t] == JOURNAL_REVERSING ->
       assert(!committed[entry[t]]);
       reversed[entry[t]] = true;
       if /* the server learns it while the hold is open, or it was settled as owed before: then that is taken back */
       :: hold[entry[t]] == RELEASED -> owed--
       :: else
       fi;
       journal[t] = JOURNAL_CANCELLED }
  /* the authorisation goes to the card; r comes, or the card is pulled before or after the commit */
  :: atomic { !finished && journal[t] == JOURNAL_AUTHORISED ->
       k = entry[t];
       if
       :: commit(k);
          if
          :: atc == k && slot == SLOT_COMMITTED -> journal[t] = JOURNAL_COMMITTED
          :: skip /* the answer was lost: present the same card again */
          fi
       :: skip /* pulled before */
       fi;
torn:  skip }
  /* the same card comes back, and has gone on at another terminal: closed here, the card's promises tell the server how */
  :: atomic { !finished && journal[t] == JOURNAL_AUTHORISED && atc > entry[t] -> journal[t] = JOURNAL_SETTLED }
  /* r goes to the server, as often as it takes */
  :: atomic { !finished && journal[t] == JOURNAL_COMMITTED ->
       assert(committed[entry[t]]);
       capture(entry[t]);
       if
       :: journal[t] = JOURNAL_CONFIRMED
       :: skip /* its answer was lost */
       fi }
  /* a late copy of an older promise */
  :: atomic { !finished && entry[t] != 0 && entry[t] < seen -> k = entry[t]; take_promise(k) }
  :: finished -> break
  od
}

/* At any moment: one more contact, undisturbed, at a terminal that has nothing of its own open. */
proctype finish() {
  byte i, debits = 0, credits = 0, due = 0;
  atomic {
    initialize(false);
    take_promise(atc);
    /* what is held now is the hold of this very contact: its debit follows and is confirmed */
    if
    :: hold[atc] == HELD -> commit(atc); capture(atc)
    :: else
    fi;
#ifdef NEGATIVE
torn: skip;
#endif
    for (i : 1 .. ATCS + 1) {
      if
      :: committed[i] && load[i] -> credits++
      :: committed[i] && !load[i] -> debits++
      :: else
      fi;
      if
      :: i < atc && charged[i] && !committed[i] && !reversed[i] && hold[i] == RELEASED -> due++
      :: else
      fi;
      assert(hold[i] != HELD);
      assert(!(hold[i] == CAPTURED && !committed[i]));
      assert(!(committed[i] && hold[i] != CAPTURED))
    };
    assert(balance == shadow);
    assert(merchant == debits);
    assert(balance == START + credits - debits);
    assert(owed == due);
    for (i : 0 .. TERMINALS - 1) {
      if /* what was said */
      :: entry[i] != 0 && journal[i] == JOURNAL_CONFIRMED -> assert(committed[entry[i]])
      :: entry[i] != 0 && journal[i] == JOURNAL_CANCELLED -> assert(!committed[entry[i]])
      :: else
      fi
    };
    finished = true
  }
}

init {
  atomic {
    run terminal(0);
    run terminal(1);
    run finish()
  }
}
