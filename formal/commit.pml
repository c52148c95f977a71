/* SPDX-License-Identifier: Apache-2.0
 * The commit protocol: card slot, terminal journals, server hold, bank, and the next promise that settles what was torn.
 *
 * Any message may be lost, delayed or repeated. Each party may lose power or crash between any two of its steps, and it
 * keeps what it has written and nothing else: the card its slot, a terminal its journal, the server its holds, the bank
 * its charges. So a crash is in the model as the step that is not taken, the answer that is not heard (skip), and the
 * recovery that finds the state as it lies.
 *
 * States have the names of the code: SLOT_* (include/epurse/command.h), JOURNAL_* (journal.h), and of a hold those of
 * enum ledger_transaction_state (ledger.h). tests/system/model.test compares them. Its second half replays what the tear
 * and crash engine observed: -DSTEPS has every change of the three states of a transaction printed, and the engine's
 * changes must be among them, and all of them among the engine's.
 *
 * What is checked, in every reachable state (assert):
 *   - the server captures what the card committed, nothing else; it releases what the card has not and will never commit;
 *   - a terminal that told its cashier "done" or "cancelled" told the truth;
 *   - a promise that the server takes shows the balance of its shadow account;
 * and after one more undisturbed contact from there (finish): balance on card = shadow balance, every hold settled,
 * merchant credited if and only if a card was debited, every charged load credited, owed or given back.
 *
 * Not in the model: cryptography (messages are authentic), the PIN, limits, blocked cards. A forged card can say anything in
 * the channel and ends no entry by it, so it takes no step. -DNEGATIVE takes the atomic commit of the card apart,
 * -DNEGATIVE_LINE has a charge given back although the server could not be asked, -DNEGATIVE_WORD has a terminal believe a
 * forged card that says "not done"; the checker must then find a violation.
 */
#ifndef ATCS
#define ATCS 3 /* transactions of the card, before the last, undisturbed one */
#endif
#define TERMINALS 2
#ifndef START
#define START 2 /* money on the card at first; a purchase and a load move 1 */
#endif

/*
 * More of what must be caught, and one more way that must hold.
 *
 * A forged card has the key of some genuine card, so that terminals talk to it, and speaks in this card's name: any promise
 * (without this card's signature), slot, log and number, at any terminal, at any time. An opened card also signs two promises
 * of one ATC; formal/proverif has those. Both terminals load: what one leaves behind is owed, and claimed at the other. In the
 * end every charge is money on the card, or owed, or given back, or in the journal of a terminal that will see to it; it is
 * never two of these.
 *
 *   -DNEGATIVE_LOG        a terminal believes a forged card's later number and log: the payment was made
 *   -DNEGATIVE_SIGNATURE  the server settles a hold by a promise that this card did not sign
 *   -DHELD_WAITS          asked to release a load that is held, the server remembers it, and says yes when the hold is over
 */
#if defined(NEGATIVE_LINE)
#define RELEASED_BY_SERVER(k) true
#elif defined(HELD_WAITS)
#define RELEASED_BY_SERVER(k) (reversed[k] && hold[k] != HELD)
#else
#define RELEASED_BY_SERVER(k) reversed[k]
#endif

mtype = { SLOT_NONE, SLOT_PREPARED, SLOT_COMMITTED, SLOT_ABORTED };
mtype = { JOURNAL_INTENT, JOURNAL_PROMISED, JOURNAL_CHARGING, JOURNAL_CHARGED, JOURNAL_AUTHORISED, JOURNAL_COMMITTED,
          JOURNAL_CONFIRMED, JOURNAL_REVERSING, JOURNAL_CANCELLED, JOURNAL_SETTLED };
mtype = { NONE, HELD, CAPTURED, RELEASED, DECLINED, OWED, REFUNDED };

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

/* bank: what was charged for a load, and given back; and the loads that are paid by what the server owes */
bool charged[ATCS + 2], returned[ATCS + 2], by_owed[ATCS + 2];
/* server: it has been told that the charge of a load is given back, and has said yes */
bool reversed[ATCS + 2];

/* server */
mtype hold[ATCS + 2] = NONE;
byte seen = 0, held = 0, shadow = START, merchant = 0, owed = 0;
bool finished = false;
byte before = 0; /* what take_promise settles */

#ifdef STEPS
/* The three states of each transaction as they were, to print what changed. */
mtype was_slot[ATCS + 2] = SLOT_NONE, was_journal[ATCS + 2] = NONE, was_hold[ATCS + 2] = NONE;
mtype now_slot, now_journal[ATCS + 2] = NONE;
byte n;
c_decl {
  #define STEP_ROOM 4096
  static unsigned step_seen[STEP_ROOM];
  /* True for the first time. */
  static int step_is_new(unsigned key) {
    unsigned at = key * 2654435761u % STEP_ROOM;
    while (step_seen[at] != 0 && step_seen[at] != key)
      at = (at + 1) % STEP_ROOM;
    if (step_seen[at] == key)
      return 0;
    step_seen[at] = key;
    return 1;
  }
}
inline note() {
  d_step {
    n = 1;
    do
    :: n <= ATCS + 1 ->
       now_slot = (n > atc -> SLOT_NONE : (n == atc -> slot : (committed[n] -> SLOT_COMMITTED : SLOT_ABORTED)));
       if
       :: now_slot != was_slot[n] || now_journal[n] != was_journal[n] || hold[n] != was_hold[n] ->
          c_code {
            unsigned k = now.n;
            if (step_is_new(1u << 31 | now.load[k] << 30 | now.was_slot[k] << 25 | now.was_journal[k] << 20 |
                            now.was_hold[k] << 15 | now.now_slot << 10 | now.now_journal[k] << 5 | now.hold[k]))
              printf("STEP %d %d %d %d > %d %d %d\n", now.load[k], now.was_slot[k], now.was_journal[k], now.was_hold[k],
                     now.now_slot, now.now_journal[k], now.hold[k]);
          };
          was_slot[n] = now_slot;
          was_journal[n] = now_journal[n];
          was_hold[n] = hold[n]
       :: else
       fi;
       n++
    :: else -> break
    od;
    n = 0;
    now_slot = SLOT_NONE
  }
}
#else
inline note() { skip }
#endif

/* A terminal writes its journal. */
inline write(t, state) {
  journal[t] = state;
#ifdef STEPS
  if
  :: entry[t] != 0 -> now_journal[entry[t]] = state
  :: else
  fi;
#endif
  note()
}

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
     fi;
     note()
  :: else -> assert(hold[k] == CAPTURED) /* repeated: the same answer; r of a released one cannot exist */
  fi
}

inline release(k) {
  assert(!committed[k]);
  held = 0;
  if
  :: load[k] && by_owed[k] -> hold[k] = RELEASED; owed++ /* back to what is owed */
  :: load[k] && !by_owed[k] && reversed[k] -> hold[k] = RELEASED
  :: load[k] && !by_owed[k] && !reversed[k] -> hold[k] = OWED; owed++
  :: else -> hold[k] = RELEASED; shadow++
  fi;
  note()
}

/* A promise says what became of the one before. */
inline settle_before(k) {
  before = held;
  if
  :: before != 0 && promise_last[k] == before -> capture(before)
  :: before != 0 && promise_last[k] != before -> release(before)
  :: else
  fi;
  before = 0;
  assert(promise_balance[k] == shadow)
}

/* LOAD_INQUIRY: settles what was before; holds nothing, but declines for a card whose last day is over. */
inline inquire(k) {
  if
  :: k > seen ->
     settle_before(k);
     if
     :: seen = k; hold[k] = DECLINED; note()
     :: skip
     fi
  :: else
  fi
}

/* The server takes a promise: settles what was before, checks, holds. A repeated one changes nothing. */
inline take_promise(k) {
  if
  :: k > seen ->
     settle_before(k);
     seen = k;
     if
     :: load[k] && by_owed[k] && owed > 0 -> owed--; hold[k] = HELD; held = k
     :: load[k] && by_owed[k] && owed == 0 -> hold[k] = DECLINED
     :: load[k] && !by_owed[k] && reversed[k] -> hold[k] = DECLINED /* the terminal was heard giving it back first */
     :: load[k] && !by_owed[k] && !reversed[k] -> hold[k] = HELD; held = k
     :: !load[k] && shadow > 0 -> shadow--; hold[k] = HELD; held = k
     :: !load[k] -> hold[k] = DECLINED /* not enough, or the card's last day is over */
     fi;
     note()
  :: else /* answered before, or stale */
  fi
}

/* A promise in this card's name that this card did not sign. */
inline take_forged_promise() {
#ifdef NEGATIVE_SIGNATURE
  if
  :: held != 0 -> before = held; release(before); before = 0 /* it says that the last one was not committed */
  :: else
  fi
#else
  skip /* refused */
#endif
}

/* INITIALIZE: the slot before it is settled by being replaced. */
inline initialize(is_load) {
  atc++;
  load[atc] = is_load;
  promise_last[atc] = last_atc;
  promise_balance[atc] = balance;
  slot = SLOT_PREPARED;
  note()
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
     slot = SLOT_COMMITTED;
     note()
  :: else
  fi
}

proctype terminal(byte t) {
  byte k;
  do
  /* a new transaction, where nothing is open; the answer of the card may be lost, and with it the session */
  :: atomic { !finished && atc < ATCS &&
                        (journal[t] == JOURNAL_CONFIRMED || journal[t] == JOURNAL_CANCELLED || journal[t] == JOURNAL_SETTLED) ->
       entry[t] = 0; write(t, JOURNAL_INTENT) }
  :: atomic { !finished && journal[t] == JOURNAL_INTENT && atc < ATCS ->
       if
       :: initialize(false)
       :: initialize(true)
       fi;
       if
       :: entry[t] = atc; write(t, JOURNAL_PROMISED)
       :: entry[t] = atc; write(t, JOURNAL_CANCELLED) /* the disk would not have it */
       :: write(t, JOURNAL_PROMISED) /* by a forged card: entry 0, no transaction of this one */
       :: write(t, JOURNAL_CANCELLED) /* the promise was lost on its way, or the terminal died: recover finds INTENT */
       fi }
  :: atomic { !finished && journal[t] == JOURNAL_INTENT -> write(t, JOURNAL_CANCELLED) }
  :: atomic { !finished && journal[t] == JOURNAL_PROMISED && load[entry[t]] && !by_owed[entry[t]] ->
       k = entry[t];
       inquire(k) }
  /* a load is charged before it is authorised: asked for; then done or not, and heard of or not */
  :: atomic { !finished && journal[t] == JOURNAL_PROMISED && load[entry[t]] && !by_owed[entry[t]] && hold[entry[t]] == NONE ->
       write(t, JOURNAL_CHARGING);
       if
       :: charged[entry[t]] = true
       :: skip
       fi;
       if
       :: charged[entry[t]] -> write(t, JOURNAL_CHARGED)
       :: charged[entry[t]] -> write(t, JOURNAL_REVERSING) /* the disk would not have CHARGED */
       :: !charged[entry[t]] -> write(t, JOURNAL_CANCELLED)
       :: skip /* the answer was lost, or one of them died */
       fi }
  /* asked again what became of it */
  :: atomic { !finished && journal[t] == JOURNAL_CHARGING ->
       if
       :: charged[entry[t]] -> write(t, JOURNAL_CHARGED)
       :: else -> write(t, JOURNAL_CANCELLED)
       fi }
  /* or it is paid by what the server owes to the card */
  :: atomic { !finished && journal[t] == JOURNAL_PROMISED && load[entry[t]] && owed > 0 && seen < entry[t] ->
       by_owed[entry[t]] = true }
  /* promise to the server; its answer comes or is lost; asking again gets the same answer */
  :: atomic { !finished && ((journal[t] == JOURNAL_PROMISED && (!load[entry[t]] || by_owed[entry[t]])) ||
                        journal[t] == JOURNAL_CHARGED) ->
       k = entry[t];
       take_promise(k);
       if
       :: seen == k && hold[k] == HELD -> write(t, JOURNAL_AUTHORISED)
       :: skip /* declined, or the answer was lost */
       fi }
  :: atomic { !finished && journal[t] == JOURNAL_PROMISED && entry[t] == 0 -> take_forged_promise() }
  /* no answer, or no: a purchase is cancelled, a charge is given back */
  :: atomic { !finished && journal[t] == JOURNAL_PROMISED -> write(t, JOURNAL_CANCELLED) }
  :: atomic { !finished && journal[t] == JOURNAL_CHARGED -> write(t, JOURNAL_REVERSING) }
  /* asked first, the server says that another load was paid by what it owed for this one: the charge stands */
  :: atomic { !finished && journal[t] == JOURNAL_REVERSING && hold[entry[t]] == OWED && owed == 0 && !reversed[entry[t]] ->
       write(t, JOURNAL_SETTLED) }
  /* it says yes while the hold is open, or the load was never heard of, or is owed: then that is taken back */
  :: atomic { !finished && journal[t] == JOURNAL_REVERSING && !reversed[entry[t]] &&
                        !(hold[entry[t]] == OWED && owed == 0) ->
       k = entry[t];
       assert(!committed[k]);
       reversed[k] = true;
       if
       :: hold[k] == OWED -> hold[k] = REFUNDED; owed--; note()
       :: else
       fi }
  /* and only then the bank gives it back: what was said yes to and not heard is asked again, and answered the same */
  :: atomic { !finished && journal[t] == JOURNAL_REVERSING && RELEASED_BY_SERVER(entry[t]) ->
       returned[entry[t]] = true;
       if
       :: write(t, JOURNAL_CANCELLED)
       :: skip /* its answer was lost */
       fi }
  /* the authorisation goes to the card; r comes, or the card is pulled before or after the commit */
  :: atomic { !finished && journal[t] == JOURNAL_AUTHORISED && atc == entry[t] ->
       k = entry[t];
       if
       :: commit(k);
          if
          :: slot == SLOT_COMMITTED -> write(t, JOURNAL_COMMITTED)
          :: skip /* the answer was lost: present the same card again */
          fi
       :: skip /* pulled before */
       fi;
torn:  skip }
  /* the card refuses it for good, or the journal would not have it */
  :: atomic { !finished && journal[t] == JOURNAL_AUTHORISED && atc == entry[t] && slot == SLOT_PREPARED ->
       slot = SLOT_ABORTED; note() }
  /* that its slot says so ends nothing: the card is asked for its next promise, which is then given up or lost */
  :: atomic { !finished && journal[t] == JOURNAL_AUTHORISED && atc == entry[t] && slot != SLOT_COMMITTED && atc < ATCS ->
       initialize(false) }
#ifdef NEGATIVE_WORD
  /* a forged card is there instead, and says in the channel that it is not done */
  :: atomic { !finished && journal[t] == JOURNAL_AUTHORISED ->
       if
       :: load[entry[t]] && !by_owed[entry[t]] -> write(t, JOURNAL_REVERSING)
       :: else -> write(t, JOURNAL_CANCELLED)
       fi }
#endif
  /* the same card comes back, and has gone on at another terminal: its next promise says how this one ended, or, where
   * it has committed another one since, nobody here */
  :: atomic { !finished && journal[t] == JOURNAL_AUTHORISED && atc > entry[t] ->
       k = entry[t];
       if
       :: last_atc == k -> write(t, JOURNAL_COMMITTED)
       :: last_atc == k && hold[k] == CAPTURED -> write(t, JOURNAL_CONFIRMED) /* the disk would not have COMMITTED; r was told */
       :: last_atc < k && load[k] && !by_owed[k] -> write(t, JOURNAL_REVERSING)
       :: last_atc < k && (!load[k] || by_owed[k]) -> write(t, JOURNAL_CANCELLED)
       :: last_atc > k -> write(t, JOURNAL_SETTLED)
       fi }
  /* no card comes: the server is asked what became of this promise */
  :: atomic { !finished && journal[t] == JOURNAL_AUTHORISED ->
       k = entry[t];
       if
       :: hold[k] == CAPTURED -> write(t, JOURNAL_CONFIRMED)
       :: (hold[k] == RELEASED || hold[k] == OWED) && load[k] && !by_owed[k] -> write(t, JOURNAL_REVERSING)
       :: hold[k] == RELEASED && (!load[k] || by_owed[k]) -> write(t, JOURNAL_CANCELLED)
       :: skip /* held, or the answer was lost */
       fi }
#ifdef NEGATIVE_LOG
  /* a forged card is there instead: its number is a later one, and its log has this payment */
  :: atomic { !finished && journal[t] == JOURNAL_AUTHORISED -> write(t, JOURNAL_CONFIRMED) }
#endif
  /* r goes to the server, as often as it takes */
  :: atomic { !finished && journal[t] == JOURNAL_COMMITTED ->
       assert(committed[entry[t]]);
       capture(entry[t]);
       if
       :: write(t, JOURNAL_CONFIRMED)
       :: skip /* its answer was lost */
       fi }
  /* a late copy of a promise, whatever its terminal has done since */
  :: atomic { !finished && entry[t] != 0 && (!load[entry[t]] || charged[entry[t]] || by_owed[entry[t]]) ->
       k = entry[t];
       take_promise(k) }
  :: finished -> break
  od
}

/* Its journal is of no account but for the steps. */
inline journal_of_finish(state) {
#ifdef STEPS
  now_journal[atc] = state;
#endif
  note()
}

#define IS_OPEN(state) (state != JOURNAL_CONFIRMED && state != JOURNAL_CANCELLED && state != JOURNAL_SETTLED)

/* At any moment: one more contact, undisturbed, at a terminal that has nothing of its own open. */
proctype finish() {
  byte i, debits = 0, credits = 0, due = 0;
  bool open;
  atomic {
    initialize(false);
    journal_of_finish(JOURNAL_PROMISED);
    take_promise(atc);
    /* what is held now is the hold of this very contact: its debit follows and is confirmed */
    if
    :: hold[atc] == HELD ->
       journal_of_finish(JOURNAL_AUTHORISED);
       commit(atc);
       journal_of_finish(JOURNAL_COMMITTED);
       capture(atc);
       journal_of_finish(JOURNAL_CONFIRMED)
    :: else -> journal_of_finish(JOURNAL_CANCELLED)
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
      :: hold[i] == OWED -> due++; assert(charged[i] && !committed[i])
      :: else
      fi;
      assert(!(returned[i] && (committed[i] || hold[i] == OWED)));
      open = (entry[0] == i && IS_OPEN(journal[0])) || (entry[1] == i && IS_OPEN(journal[1]));
      assert(!charged[i] || returned[i] || committed[i] || hold[i] == OWED || open);
      assert(hold[i] != HELD);
      assert(!(hold[i] == CAPTURED && !committed[i]));
      assert(!(committed[i] && hold[i] != CAPTURED))
    };
    assert(balance == shadow);
    assert(merchant == debits);
    assert(balance == START + credits - debits);
    for (i : 1 .. ATCS + 1) {
      if
      :: by_owed[i] && hold[i] == CAPTURED -> due--
      :: else
      fi
    };
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
#ifdef STEPS
    printf("NAME %d SLOT_NONE\nNAME %d SLOT_PREPARED\nNAME %d SLOT_COMMITTED\nNAME %d SLOT_ABORTED\n", SLOT_NONE,
           SLOT_PREPARED, SLOT_COMMITTED, SLOT_ABORTED);
    printf("NAME %d JOURNAL_PROMISED\nNAME %d JOURNAL_CHARGING\nNAME %d JOURNAL_CHARGED\n", JOURNAL_PROMISED,
           JOURNAL_CHARGING, JOURNAL_CHARGED);
    printf("NAME %d JOURNAL_AUTHORISED\nNAME %d JOURNAL_COMMITTED\nNAME %d JOURNAL_CONFIRMED\n", JOURNAL_AUTHORISED,
           JOURNAL_COMMITTED, JOURNAL_CONFIRMED);
    printf("NAME %d JOURNAL_REVERSING\nNAME %d JOURNAL_CANCELLED\nNAME %d JOURNAL_SETTLED\n", JOURNAL_REVERSING,
           JOURNAL_CANCELLED, JOURNAL_SETTLED);
    printf("NAME %d NONE\nNAME %d HELD\nNAME %d CAPTURED\nNAME %d RELEASED\n", NONE, HELD, CAPTURED, RELEASED);
    printf("NAME %d DECLINED\nNAME %d OWED\nNAME %d REFUNDED\n", DECLINED, OWED, REFUNDED);
#endif
    run terminal(0);
    run terminal(1);
    run finish()
  }
}
