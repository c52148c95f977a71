/* SPDX-License-Identifier: Apache-2.0
 * CREDIT and DEBIT on the server's order, GET TRANSACTION PROOF, GET BALANCE. */
package epurse;

import javacard.framework.JCSystem;
import javacard.framework.Util;

final class Purse {
  /* Offsets in the command: an authorisation. */
  private static final short BODY = Command.DATA + 3;
  private static final short TYPE = BODY + 1;
  private static final short CID = BODY + 2;
  private static final short ATC = BODY + 10;
  private static final short TID = BODY + 14;
  private static final short AMOUNT = BODY + 22; /* then currency 2 */
  private static final short HASH = BODY + 28;
  private static final short DECISION = BODY + 60;
  private static final short POINTS = BODY + 61;
  private static final short TIME = BODY + 65;
  private static final short KEY_VERSION = BODY + 72;

  private static final byte APPROVED = 0;
  private static final byte DECLINED = 1;

  private static final byte INS_CREDIT = 0x52;

  /* In the scratch, behind a line of the log. */
  private static final short NEW_BALANCE = 40;
  private static final short NEW_POINTS = 44;

  private static final short PROOF_SIZE = 58;
  private static final short PROOF_ATC = 1;
  private static final short PROOF_TYPE = 5;
  private static final short PROOF_AMOUNT = 6;
  private static final short PROOF_TID = 10;
  private static final short PROOF_BALANCE = 18;
  private static final short PROOF_SECRET = 26;

  private final Card card;
  private final Memory memory;
  private final Session session;
  private final Command command;
  private final Answer answer;
  private final byte[] scratch;

  Purse(Card card) {
    this.card = card;
    memory = card.memory;
    session = card.session;
    command = card.command;
    answer = card.answer;
    scratch = card.crypto.scratch;
  }

  private boolean formed() {
    byte[] data = command.bytes;
    return Record.fits(data, Command.DATA, Record.TAG_AUTHORISATION, Record.AUTHORISATION_BODY_SIZE) &&
           data[TYPE] >= Record.PURCHASE && data[TYPE] <= Record.PAYOUT &&
           (data[DECISION] == APPROVED || data[DECISION] == DECLINED) && Moment.valid(data, TIME) &&
           !Unsigned.isAboveMoney(data, AMOUNT);
  }

  /* Whether the command is the one that does what the slot promises. */
  private boolean commandFits(byte type) {
    boolean credit = type == Record.LOAD || type == Record.REFUND;
    byte p1 = type == Record.LOAD     ? Promise.P1_LOAD
              : type == Record.REFUND ? Promise.P1_REFUND
              : type == Record.PAYOUT ? Promise.P1_PAYOUT
                                      : Promise.P1_PURCHASE;
    return (command.ins() == INS_CREDIT) == credit && command.p1() == p1;
  }

  private boolean same(short orderAt, byte[] promise, short at, short len) {
    return Util.arrayCompare(command.bytes, orderAt, promise, at, len) == 0;
  }

  /* Whether the order is for what lies in the slot, given at the terminal where it was begun. */
  private boolean orderFits(byte[] promise) {
    card.crypto.hash(promise, (short)0, Record.PROMISE_TLV_SIZE, scratch, (short)0);
    return commandFits(promise[Promise.TYPE]) &&
           session.isWith(promise, Promise.TID) &&
           same(TYPE, promise, Promise.TYPE, (short)1) && same(CID, promise, Promise.CID, Memory.CID_SIZE) &&
           same(ATC, promise, Promise.ATC, Unsigned.SIZE) && same(TID, promise, Promise.TID, Session.TID_SIZE) &&
           same(AMOUNT, promise, Promise.AMOUNT, (short)6) && same(HASH, scratch, (short)0, Crypto.HASH_SIZE);
  }

  /* What the two counters will be, into the scratch; false where one would leave 0..7FFFFFFF, or the balance its ceiling. */
  private boolean outcome(byte[] promise) {
    byte type = promise[Promise.TYPE];
    Util.arrayCopyNonAtomic(memory.balance, (short)0, scratch, NEW_BALANCE, Unsigned.SIZE);
    if (type == Record.PURCHASE || type == Record.PAYOUT)
      Unsigned.subtract(scratch, NEW_BALANCE, promise, Promise.AMOUNT, scratch, NEW_BALANCE);
    else if (type == Record.LOAD ||
             (type == Record.REFUND && (promise[Promise.FLAGS] & Promise.FLAG_SALE_IN_POINTS) == 0))
      Unsigned.add(scratch, NEW_BALANCE, promise, Promise.AMOUNT, scratch, NEW_BALANCE);
    Unsigned.add(memory.points, (short)0, command.bytes, POINTS, scratch, NEW_POINTS);
    return !Unsigned.isAboveMoney(scratch, NEW_BALANCE) && !Unsigned.isAboveMoney(scratch, NEW_POINTS) &&
           Unsigned.compare(scratch, NEW_BALANCE, memory.parameters(), Memory.PURSE_CEILING, Unsigned.SIZE) <= 0;
  }

  private short answerSecret() {
    answer.set(memory.slotSecret, (short)0, Memory.SECRET_SIZE);
    return Sw.OK;
  }

  /* The one commit of the whole system: counters, log, slot, last outcome, time; all or nothing. */
  private short commitOrder(byte[] promise) {
    if (!outcome(promise))
      return Sw.CONDITIONS_NOT_SATISFIED;
    card.log.begin(promise);
    card.log.balance(scratch, NEW_BALANCE);
    card.log.points(command.bytes, POINTS);
    card.log.time(command.bytes, TIME);
    JCSystem.beginTransaction();
    Memory.set(memory.balance, scratch, NEW_BALANCE);
    Memory.set(memory.points, scratch, NEW_POINTS);
    card.promise.countNoPin(promise);
    card.offline.beginAnew();
    card.log.append();
    memory.slotState = Memory.COMMITTED;
    Memory.set(memory.lastAtc, promise, Promise.ATC);
    Memory.set(memory.lastSecret, memory.slotSecret, (short)0);
    card.lifecycle.noteTime(command.bytes, TIME);
    JCSystem.commitTransaction();
    return answerSecret();
  }

  /* Declined, or the server's clock is past the card's last day: the slot ends without effect. */
  private void commitRefusal(boolean expired) {
    JCSystem.beginTransaction();
    card.lifecycle.abortSlot();
    card.lifecycle.noteTime(command.bytes, TIME);
    if (expired)
      memory.state = Memory.EXPIRED;
    JCSystem.commitTransaction();
  }

  short execute() {
    byte[] data = command.bytes;
    byte[] promise = memory.slotPromise();
    if (!formed())
      return Sw.WRONG_DATA;
    if (memory.slotState != Memory.PREPARED && memory.slotState != Memory.COMMITTED)
      return Sw.CONDITIONS_NOT_SATISFIED;
    if (!orderFits(promise))
      return Sw.CONDITIONS_NOT_SATISFIED;
    short sw = card.issuerKey.checkOrder(data[KEY_VERSION], (short)(3 + Record.AUTHORISATION_BODY_SIZE));
    if (sw != Sw.OK)
      return sw;
    boolean approved = data[DECISION] == APPROVED;
    if (memory.slotState == Memory.COMMITTED) /* answered already: the same answer, once more */
      return approved ? answerSecret() : Sw.CONDITIONS_NOT_SATISFIED;
    if (Moment.passed(memory.parameters(), Memory.EXPIRY, data, TIME)) {
      commitRefusal(true);
      return Sw.EXPIRED; /* under an R-MAC, so that the terminal can believe it */
    }
    if (approved)
      return commitOrder(promise);
    commitRefusal(false);
    return Sw.CONDITIONS_NOT_SATISFIED;
  }

  /* A terminal whose own transaction it is gets all without the PIN, for the re-tap; so do the desk, and whoever holds
   * the verified PIN. */
  private boolean proofIsFor(byte[] tid, short at) {
    return session.is(Session.PIN_VERIFIED) || session.bytes[Session.ROLE] == Certificate.DESK ||
           session.isWith(tid, at);
  }

  short getProof() {
    byte[] bytes = answer.bytes;
    byte[] promise = memory.slotPromise();
    boolean slot = memory.slotState != Memory.NONE;
    answer.setLength(answer.putZeros((short)0, PROOF_SIZE));
    bytes[0] = memory.slotState;
    if (slot) {
      answer.put(PROOF_ATC, promise, Promise.ATC, Unsigned.SIZE);
      bytes[PROOF_TYPE] = promise[Promise.TYPE];
    }
    /* Without a transaction the slot's TID is zeros, which is nobody's. */
    if (!proofIsFor(slot ? promise : Memory.ZEROS, slot ? Promise.TID : (short)0))
      return Sw.OK;
    if (slot) {
      answer.put(PROOF_AMOUNT, promise, Promise.AMOUNT, Unsigned.SIZE);
      answer.put(PROOF_TID, promise, Promise.TID, Session.TID_SIZE);
    }
    putCounters(PROOF_BALANCE);
    if (memory.slotState == Memory.COMMITTED)
      answer.put(PROOF_SECRET, memory.slotSecret);
    return Sw.OK;
  }

  /* Balance and points. */
  private short putCounters(short at) {
    return answer.put(answer.put(at, memory.balance), memory.points);
  }

  short getBalance() {
    answer.setLength(answer.put(putCounters((short)0), memory.parameters(), Memory.CURRENCY, (short)2));
    return Sw.OK;
  }
}
