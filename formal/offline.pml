/* SPDX-License-Identifier: Apache-2.0
 * Payments off-line between payments on-line: card, journals of two terminals, the server's hold, what cards have announced and
 * nobody has brought in.
 *
 * An off-line payment is one commit of the card; its promise lies in a place of its own until the next one takes it, and any
 * terminal may read it there and bring it in, in any order, more than once. A promise on-line announces how many there
 * were since the last on-line commit; the server holds what of it it lacks. As in commit.pml any answer may be lost and each party may
 * die between two of its steps; that file's rules of evidence are taken as they are.
 *
 * Checked in every state: a promise that the server takes shows the shadow balance less what is lacking; a hold is captured if and
 * only if the card committed. After one more undisturbed contact, and when every till has brought in what it has: the merchants
 * have what cards paid, but for what its card had to forget before anybody read it, which is held for that card.
 *
 *   -DNEGATIVE_LAST    an off-line payment becomes the card's last committed transaction
 *   -DNEGATIVE_SLOT    it leaves the slot as it is: what was PREPARED before it can be committed behind it
 *   -DNEGATIVE_ORDER   what is brought in settles a hold, as a promise on-line does
 *   -DNEGATIVE_TWICE   it is booked as often as it is brought in
 */
#ifndef ATCS
#define ATCS 3 /* transactions of the card, before the last, undisturbed one */
#endif
#define TERMINALS 2
#define START 3 /* money on the card at first; each takes 1 */

mtype = { SLOT_NONE, SLOT_PREPARED, SLOT_COMMITTED, SLOT_ABORTED };
mtype = { JOURNAL_INTENT, JOURNAL_PROMISED, JOURNAL_AUTHORISED, JOURNAL_COMMITTED, JOURNAL_CONFIRMED, JOURNAL_CANCELLED };
mtype = { NONE, HELD, CAPTURED, RELEASED, DECLINED };

/* card; off-line: how many since last_atc; stored: the ATC of the last one */
mtype slot = SLOT_NONE;
byte atc = 0, last_atc = 0, balance = START, count = 0, stored = 0, prepared = 0; /* prepared: the ATC of what the slot has */
bool offline[ATCS + 2], committed[ATCS + 2];
byte promise_last[ATCS + 2], promise_count[ATCS + 2], promise_balance[ATCS + 2];

/* terminals: the entry that each has open; `alone`: it is paying off-line */
mtype journal[TERMINALS] = JOURNAL_CONFIRMED;
byte entry[TERMINALS] = 0;
bool alone[TERMINALS];

/* server; announced: of the stretch behind `since`; lacking: of all that was announced */
mtype hold[ATCS + 2] = NONE;
bool booked[ATCS + 2];
byte seen = 0, held = 0, shadow = START, merchant = 0, since = 0, announced = 0, lacking = 0;
byte before = 0, early = 0, ahead = 0, n = 0; /* between two steps */
bool finished = false;

#define CLOSED(state) (state == JOURNAL_CONFIRMED || state == JOURNAL_CANCELLED)

inline capture(k) {
  if
  :: hold[k] == HELD -> assert(committed[k]); hold[k] = CAPTURED; held = 0; merchant++
  :: else -> assert(hold[k] == CAPTURED)
  fi
}

inline settle_before(k) {
  before = held;
  if
  :: before != 0 && promise_last[k] == before -> capture(before)
  :: before != 0 && promise_last[k] != before -> assert(!committed[before]); hold[before] = RELEASED; held = 0; shadow++
  :: else
  fi;
  before = 0
}

/* Off-line payments that are booked and that no promise has announced yet: before this one, and behind it. */
inline booked_count(k) {
  n = seen + 1;
  do
  :: n <= ATCS + 1 ->
     early = early + (booked[n] && n < k -> 1 : 0);
     ahead = ahead + (booked[n] && n > k -> 1 : 0);
     n++
  :: else -> break
  od;
  n = 0
}

inline take_promise(k) {
  if
  :: k > seen ->
     settle_before(k);
     booked_count(k);
     assert(lacking + promise_count[k] >= early + (promise_last[k] == since -> announced : 0));
     lacking = lacking + promise_count[k] - early - (promise_last[k] == since -> announced : 0);
     since = promise_last[k];
     announced = promise_count[k];
     seen = k;
     assert(promise_balance[k] == shadow + ahead - lacking);
     early = 0;
     ahead = 0;
     if
     :: shadow > lacking -> shadow--; hold[k] = HELD; held = k
     :: else -> hold[k] = DECLINED
     fi
  :: else
  fi
}

inline bring_in(k) {
#ifdef NEGATIVE_ORDER
  settle_before(k);
#endif
  if
#ifdef NEGATIVE_TWICE
  :: true ->
#else
  :: !booked[k] ->
#endif
     booked[k] = true;
     shadow--;
     merchant++;
     if
     :: k < seen -> assert(lacking > 0); lacking--
     :: else
     fi
  :: booked[k]
  fi
}

inline promise(is_offline) {
  atc++;
  offline[atc] = is_offline;
  promise_last[atc] = last_atc;
  promise_count[atc] = count;
  promise_balance[atc] = balance
}

/* INITIALIZE of type 06: the commit is the payment. */
inline pay_offline() {
  promise(true);
  committed[atc] = true;
  balance--;
  count++;
  stored = atc;
#ifdef NEGATIVE_LAST
  last_atc = atc;
#endif
#ifndef NEGATIVE_SLOT
  if
  :: slot == SLOT_PREPARED -> slot = SLOT_ABORTED
  :: else
  fi
#endif
}

proctype terminal(byte t) {
  byte k;
  do
  :: atomic { !finished && atc < ATCS && CLOSED(journal[t]) ->
       entry[t] = 0;
       journal[t] = JOURNAL_INTENT;
       if
       :: alone[t] = true
       :: alone[t] = false
       fi }
  /* the card pays off-line; its answer comes, or is lost, or it was never asked */
  :: atomic { !finished && journal[t] == JOURNAL_INTENT && alone[t] && atc < ATCS && balance > 0 ->
       pay_offline();
       if
       :: entry[t] = atc; journal[t] = JOURNAL_COMMITTED
       :: entry[t] = atc /* for the model alone: which one it would be; the till finds it by its N */
       fi }
  :: atomic { !finished && journal[t] == JOURNAL_INTENT && alone[t] ->
       journal[t] = (entry[t] != 0 && stored == entry[t] -> JOURNAL_COMMITTED : JOURNAL_CANCELLED) }
  /* on-line */
  :: atomic { !finished && journal[t] == JOURNAL_INTENT && !alone[t] && atc < ATCS && balance > 0 ->
       promise(false);
       slot = SLOT_PREPARED;
       prepared = atc;
       if
       :: entry[t] = atc; journal[t] = JOURNAL_PROMISED
       :: journal[t] = JOURNAL_CANCELLED
       fi }
  :: atomic { !finished && journal[t] == JOURNAL_PROMISED ->
       k = entry[t];
       take_promise(k);
       if
       :: hold[k] == HELD -> journal[t] = JOURNAL_AUTHORISED
       :: skip
       fi }
  :: atomic { !finished && journal[t] == JOURNAL_PROMISED -> journal[t] = JOURNAL_CANCELLED }
  :: atomic { !finished && journal[t] == JOURNAL_AUTHORISED && slot == SLOT_PREPARED && prepared == entry[t] ->
       k = entry[t];
       committed[k] = true;
       balance--;
       last_atc = k;
       count = 0;
       slot = SLOT_COMMITTED;
       if
       :: journal[t] = JOURNAL_COMMITTED
       :: skip
       fi }
  /* the slot gives r again, or a later promise or the server says how it ended */
  :: atomic { !finished && journal[t] == JOURNAL_AUTHORISED && (prepared == entry[t] -> slot == SLOT_COMMITTED : atc > entry[t]) ->
       journal[t] = (committed[entry[t]] -> JOURNAL_COMMITTED : JOURNAL_CANCELLED) }
  /* r, or the promise, to the server */
  :: atomic { !finished && journal[t] == JOURNAL_COMMITTED ->
       k = entry[t];
       if
       :: offline[k] -> bring_in(k)
       :: !offline[k] -> capture(k)
       fi;
       if
       :: journal[t] = JOURNAL_CONFIRMED
       :: skip
       fi }
  /* whoever meets the card may bring in what is stored on it */
  :: atomic { !finished && stored != 0 && !booked[stored] -> bring_in(stored) }
  :: finished -> break
  od
}

proctype finish() {
  byte i, paid = 0, forgotten = 0;
  bool open;
  atomic {
    promise(false);
    take_promise(atc);
    if
    :: hold[atc] == HELD -> committed[atc] = true; balance--; last_atc = atc; count = 0; capture(atc)
    :: else
    fi;
    if
    :: stored != 0 -> bring_in(stored)
    :: else
    fi;
    for (i : 0 .. TERMINALS - 1) {
      if
      :: journal[i] == JOURNAL_COMMITTED && offline[entry[i]] -> bring_in(entry[i])
      :: else
      fi
    };
    for (i : 1 .. ATCS + 1) {
      assert(hold[i] != HELD && !(hold[i] == CAPTURED && !committed[i]));
      assert(!(committed[i] && !offline[i] && hold[i] != CAPTURED));
      paid = paid + (committed[i] -> 1 : 0);
      forgotten = forgotten + (offline[i] && !booked[i] -> 1 : 0)
    };
    assert(lacking == forgotten);
    assert(merchant == paid - forgotten);
    assert(balance == shadow - lacking && balance == START - paid);
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
