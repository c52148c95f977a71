/* SPDX-License-Identifier: Apache-2.0
 * Payouts in cash: card, journals of two terminals, the server's hold and its word, the cashier's hand, and what is owed.
 *
 * Beside commit.pml, whose rules of evidence are taken here as they are: what the card committed a terminal hears in the end, and
 * the next promise settles the hold before it. As there any answer may be lost and each party may die between two of its steps. A
 * payout that the card has committed waits for the server's word: pay, or back on the card, whichever was asked for first,
 * and only by the terminal that its promise names. What went back is owed, and claimed by a load at any terminal.
 *
 * Checked in every state: cash is handed out at most once, only for a payout that is committed and not put back; and
 * after one more undisturbed contact: what the card had is on the card, at the merchant, in the holder's hand, owed, or waits for
 * the server's word or the cashier, and is in no two of these places.
 *
 *   -DNEGATIVE_SECRET   cash is handed out for r, without the server's word
 *   -DNEGATIVE_BOTH     the server answers each wish as it is asked
 *   -DNEGATIVE_CASHIER  a cashier who was interrupted hands out without looking whether he has
 */
#ifndef ATCS
#define ATCS 3 /* transactions of the card, before the last, undisturbed one */
#endif
#define TERMINALS 2
#define START 2 /* money on the card at first; each moves 1 */

mtype = { SLOT_NONE, SLOT_PREPARED, SLOT_COMMITTED };
mtype = { JOURNAL_INTENT, JOURNAL_PROMISED, JOURNAL_AUTHORISED, JOURNAL_COMMITTED, JOURNAL_CONFIRMED, JOURNAL_CANCELLED,
          JOURNAL_SETTLED };
mtype = { NONE, HELD, CAPTURED, RELEASED, DECLINED };
mtype = { PURCHASE, PAYOUT, CLAIM };
mtype = { HAND_OUT_PAY, HAND_OUT_BACK, HAND_OUT_DONE };

/* card */
mtype slot = SLOT_NONE;
byte atc = 0, last_atc = 0, balance = START;
mtype kind[ATCS + 2] = PURCHASE;
byte promise_last[ATCS + 2];
bool committed[ATCS + 2];

/* terminals: the entry that each has open, and what is noted in it of a payout: NONE, to hand out (HAND_OUT_PAY), or handed out
 * (HAND_OUT_DONE) */
mtype journal[TERMINALS] = JOURNAL_CONFIRMED, noted[TERMINALS] = NONE;
byte entry[TERMINALS] = 0;
byte handed[ATCS + 2]; /* how often the cashier put it into the holder's hand */

/* server: its hold and its word */
mtype hold[ATCS + 2] = NONE, word[ATCS + 2] = NONE;
byte seen = 0, held = 0, shadow = START, merchant = 0, owed = 0;
bool finished = false;
byte before = 0; /* what take_promise settles */

#define CLOSED(state) (state == JOURNAL_CONFIRMED || state == JOURNAL_CANCELLED || state == JOURNAL_SETTLED)

inline capture(k) {
  if
  :: hold[k] == HELD ->
     assert(committed[k]);
     hold[k] = CAPTURED;
     held = 0;
     if
     :: kind[k] == CLAIM -> shadow++
     :: kind[k] == PURCHASE -> merchant++
     :: else
     fi
  :: else -> assert(hold[k] == CAPTURED)
  fi
}

inline release(k) {
  assert(!committed[k]);
  hold[k] = RELEASED;
  held = 0;
  if
  :: kind[k] == CLAIM -> owed++
  :: else -> shadow++
  fi
}

/* The server takes a promise: what was before is settled by it. A repeated one changes nothing. */
inline take_promise(k) {
  if
  :: k > seen ->
     seen = k;
     if
     :: held != 0 && promise_last[k] == held -> before = held; capture(before)
     :: held != 0 && promise_last[k] != held -> before = held; release(before)
     :: else
     fi;
     before = 0;
     if
     :: kind[k] == CLAIM && owed > 0 -> owed--; hold[k] = HELD; held = k
     :: kind[k] != CLAIM && shadow > 0 -> shadow--; hold[k] = HELD; held = k
     :: else -> hold[k] = DECLINED
     fi
  :: else
  fi
}

/* A wish of the terminal that the promise names; the first decides. */
inline wish(k, which) {
  if
#ifdef NEGATIVE_BOTH
  :: hold[k] == CAPTURED && word[k] != which ->
#else
  :: hold[k] == CAPTURED && word[k] == NONE ->
#endif
     word[k] = which;
     if
     :: which == HAND_OUT_BACK -> owed++
     :: else
     fi
  :: else
  fi
}

inline hand_out(k) {
  handed[k]++;
  assert(handed[k] == 1 && committed[k] && word[k] != HAND_OUT_BACK)
}

inline initialize(what) {
  atc++;
  kind[atc] = what;
  promise_last[atc] = last_atc;
  slot = SLOT_PREPARED
}

proctype terminal(byte t) {
  byte k;
  do
  :: atomic { !finished && atc < ATCS && CLOSED(journal[t]) -> entry[t] = 0; noted[t] = NONE; journal[t] = JOURNAL_INTENT }
  :: atomic { !finished && journal[t] == JOURNAL_INTENT && atc < ATCS ->
       if
       :: balance > 0 -> initialize(PURCHASE)
       :: balance > 0 -> initialize(PAYOUT)
       :: initialize(CLAIM)
       fi;
       if
       :: entry[t] = atc; journal[t] = JOURNAL_PROMISED
       :: journal[t] = JOURNAL_CANCELLED /* its answer was lost */
       fi }
  :: atomic { !finished && journal[t] == JOURNAL_PROMISED ->
       k = entry[t];
       take_promise(k);
       if
       :: hold[k] == HELD -> journal[t] = JOURNAL_AUTHORISED
       :: skip
       fi }
  :: atomic { !finished && journal[t] == JOURNAL_PROMISED -> journal[t] = JOURNAL_CANCELLED }
  /* one atomic commit; r comes, or is lost and comes with the same card again */
  :: atomic { !finished && journal[t] == JOURNAL_AUTHORISED && atc == entry[t] ->
       k = entry[t];
       if
       :: slot == SLOT_PREPARED ->
          committed[k] = true;
          balance = (kind[k] == CLAIM -> balance + 1 : balance - 1);
          last_atc = k;
          slot = SLOT_COMMITTED
       :: else
       fi;
       if
       :: journal[t] = JOURNAL_COMMITTED
       :: skip
       fi }
  /* the card has gone on: its next promise says how this one ended, or the server does */
  :: atomic { !finished && journal[t] == JOURNAL_AUTHORISED && atc > entry[t] ->
       journal[t] = (committed[entry[t]] -> JOURNAL_COMMITTED : JOURNAL_CANCELLED) }
  /* r to the server; a purchase is over when that is heard */
  :: atomic { !finished && journal[t] == JOURNAL_COMMITTED ->
       k = entry[t];
       capture(k);
       if
       :: kind[k] != PAYOUT -> journal[t] = JOURNAL_CONFIRMED
       :: skip
       fi }
#ifdef NEGATIVE_SECRET
  :: atomic { !finished && journal[t] == JOURNAL_COMMITTED && kind[entry[t]] == PAYOUT && handed[entry[t]] == 0 ->
       hand_out(entry[t]) }
#endif
  /* may it be handed out? The answer is noted, or lost, or the disk would not have it */
  :: atomic { !finished && journal[t] == JOURNAL_COMMITTED && kind[entry[t]] == PAYOUT && noted[t] == NONE ->
       k = entry[t];
       if
       :: true -> wish(k, HAND_OUT_PAY)
       :: true -> wish(k, HAND_OUT_BACK) /* the holder would rather have it on the card */
       fi;
       if
       :: word[k] == HAND_OUT_PAY -> noted[t] = HAND_OUT_PAY
       :: word[k] == HAND_OUT_BACK -> journal[t] = JOURNAL_SETTLED
       :: skip
       fi }
  /* the cashier: where he may have done it before he was interrupted, he looks */
  :: atomic { !finished && journal[t] == JOURNAL_COMMITTED && noted[t] == HAND_OUT_PAY ->
       k = entry[t];
       if
#ifdef NEGATIVE_CASHIER
       :: hand_out(k)
#else
       :: handed[k] == 0 -> hand_out(k)
       :: handed[k] > 0
#endif
       fi;
       if
       :: noted[t] = HAND_OUT_DONE
       :: skip
       fi }
  /* the server is to know it; only then the entry is closed */
  :: atomic { !finished && journal[t] == JOURNAL_COMMITTED && noted[t] == HAND_OUT_DONE ->
       assert(word[entry[t]] == HAND_OUT_PAY && handed[entry[t]] == 1);
       if
       :: journal[t] = JOURNAL_CONFIRMED
       :: skip
       fi }
  :: finished -> break
  od
}

/* One more contact, undisturbed, at a third terminal; then it is counted where the money is. */
proctype finish() {
  byte i, hand = 0, back = 0, claimed = 0, wait = 0;
  bool open;
  atomic {
    initialize(PURCHASE);
    take_promise(atc);
    if
    :: hold[atc] == HELD -> committed[atc] = true; balance--; last_atc = atc; slot = SLOT_COMMITTED; capture(atc)
    :: else
    fi;
    for (i : 1 .. ATCS + 1) {
      open = (entry[0] == i && !CLOSED(journal[0])) || (entry[1] == i && !CLOSED(journal[1]));
      assert(hold[i] != HELD && !(hold[i] == CAPTURED && !committed[i]) && !(committed[i] && hold[i] != CAPTURED));
      assert(kind[i] == PAYOUT || (handed[i] == 0 && word[i] == NONE));
      assert(handed[i] == 0 || (handed[i] == 1 && word[i] == HAND_OUT_PAY));
      /* what has no end yet is in the journal of the terminal that it belongs to */
      assert(!(kind[i] == PAYOUT && committed[i] && handed[i] == 0 && word[i] != HAND_OUT_BACK) || open);
      hand = hand + handed[i];
      back = back + (word[i] == HAND_OUT_BACK -> 1 : 0);
      claimed = claimed + (kind[i] == CLAIM && committed[i] -> 1 : 0);
      wait = wait + (kind[i] == PAYOUT && committed[i] && handed[i] == 0 && word[i] != HAND_OUT_BACK -> 1 : 0)
    };
    assert(balance == shadow);
    assert(owed + claimed == back);
    assert(balance + merchant + hand + owed + wait == START);
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
