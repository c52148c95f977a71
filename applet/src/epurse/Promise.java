/* SPDX-License-Identifier: Apache-2.0
 * INITIALIZE, for every type of transaction: every condition, then a signed promise in the slot, in one commit. An off-line
 * purchase is done by it. */
package epurse;

import javacard.framework.JCSystem;
import javacard.framework.Util;

final class Promise {
  static final byte P1_LOAD = 0x00;
  static final byte P1_PURCHASE = 0x01;
  static final byte P1_REFUND = 0x02;
  static final byte P1_PAYOUT = 0x03;
  static final byte P1_OFFLINE = 0x04;
  static final short SIZE = 30;
  static final short REFUND_SIZE = SIZE + 4;
  static final short SIZE_MAX = SIZE + Memory.PIN_SIZE;

  static final byte FLAG_PIN = 0x01;
  static final byte FLAG_SALE_IN_POINTS = 0x02;

  /* Offsets in a promise record. */
  private static final short BODY = 4;
  static final short TYPE = BODY + 1;
  static final short FLAGS = BODY + 2;
  static final short CID = BODY + 3;
  static final short ATC = BODY + 11;
  static final short AMOUNT = BODY + 15; /* then currency 2 */
  static final short BALANCE = BODY + 21;
  static final short TID = BODY + 29; /* then N 8, time 7 */
  static final short TIME = BODY + 45;
  private static final short COMMITMENT = BODY + 52;
  private static final short PREVIOUS = BODY + 120;
  static final short OFFLINE_SUM = BODY + 154;
  private static final short BODY_SIZE = 164;

  /* Offsets in the command. */
  private static final short C_AMOUNT = Command.DATA;
  private static final short C_CURRENCY = Command.DATA + 4;
  private static final short C_POINTS = Command.DATA + 6;
  private static final short C_TID = Command.DATA + 7;
  private static final short C_NONCE = Command.DATA + 15;
  private static final short C_TIME = Command.DATA + 23;
  private static final short C_PIN = Command.DATA + 30;
  private static final short C_SALE = C_PIN;

  private static final short SUM = 76; /* in the scratch, behind r */

  private final Card card;
  private final Memory memory;
  private final Session session;
  private final Crypto crypto;
  private final Command command;
  private final Answer answer;

  Promise(Card card) {
    this.card = card;
    memory = card.memory;
    session = card.session;
    crypto = card.crypto;
    command = card.command;
    answer = card.answer;
  }

  private byte[] sum(byte[] a, short aAt, byte[] b, short bAt) {
    Unsigned.add(a, aAt, b, bAt, crypto.scratch, SUM);
    return crypto.scratch;
  }

  /* Whether INITIALIZE asks for so little that no PIN is needed: at most the issuer's single amount, and with what was
   * paid so since the last right PIN at most its total; both zero: never. */
  boolean needsNoPin() {
    byte[] limits = memory.parameters();
    if (command.lc() != SIZE || Unsigned.isZero(limits, Memory.NO_PIN_SINGLE, Unsigned.SIZE) ||
        Unsigned.compare(command.bytes, C_AMOUNT, limits, Memory.NO_PIN_SINGLE, Unsigned.SIZE) > 0)
      return false;
    return Unsigned.compare(sum(memory.noPinSum, (short)0, command.bytes, C_AMOUNT), SUM, limits, Memory.NO_PIN_TOTAL,
                            Unsigned.SIZE) <= 0;
  }

  /* Inside a transaction: what is paid without the PIN; the promise left room, and none has come since. */
  void countNoPin(byte[] promise) {
    byte type = promise[TYPE];
    boolean purchase =
        type == Record.PURCHASE || type == Record.POINTS_PURCHASE || type == Record.OFFLINE_PURCHASE;
    if (purchase && (promise[FLAGS] & FLAG_PIN) == 0)
      Memory.set(memory.noPinSum, sum(memory.noPinSum, (short)0, promise, AMOUNT), SUM);
  }

  private boolean inPoints() {
    return command.bytes[C_POINTS] != 0;
  }

  private byte type() {
    switch (command.p1()) {
    case P1_LOAD:
      return Record.LOAD;
    case P1_REFUND:
      return Record.REFUND;
    case P1_PAYOUT:
      return Record.PAYOUT;
    case P1_OFFLINE:
      return Record.OFFLINE_PURCHASE;
    default:
      return inPoints() ? Record.POINTS_PURCHASE : Record.PURCHASE;
    }
  }

  /* Printable ASCII without blanks. */
  private static boolean tidValid(byte[] data, short at) {
    for (short i = 0; i < Session.TID_SIZE; i++)
      if (data[(short)(at + i)] < 0x21 || data[(short)(at + i)] > 0x7E)
        return false;
    return true;
  }

  private boolean asksForNothing() {
    return Unsigned.isZero(command.bytes, C_AMOUNT, Unsigned.SIZE);
  }

  private boolean formed() {
    byte[] data = command.bytes;
    return (data[C_POINTS] == 0 || data[C_POINTS] == 1) &&
           (command.p1() != P1_REFUND || !Unsigned.isZero(data, C_SALE, Unsigned.SIZE)) &&
           (command.p1() == P1_PAYOUT || !asksForNothing()) && !Unsigned.isAboveMoney(data, C_AMOUNT) &&
           tidValid(data, C_TID) && Moment.valid(data, C_TIME);
  }

  private boolean above(short limit) {
    return Unsigned.compare(command.bytes, C_AMOUNT, memory.parameters(), limit, Unsigned.SIZE) > 0;
  }

  /* Points are weighed by the server, which knows what one is worth. */
  private short limitsRefusal(byte type) {
    byte[] data = command.bytes;
    if (type == Record.REFUND && inPoints())
      return Sw.OK;
    if (type == Record.LOAD || type == Record.REFUND)
      return Unsigned.compare(sum(memory.balance, (short)0, data, C_AMOUNT), SUM, memory.parameters(),
                              Memory.PURSE_CEILING, Unsigned.SIZE) > 0
                 ? Sw.ABOVE_LIMIT
                 : Sw.OK;
    if (type != Record.PAYOUT && above(Memory.PAYMENT_CEILING))
      return Sw.ABOVE_LIMIT;
    if (type == Record.OFFLINE_PURCHASE && !card.offline.allows(data, C_AMOUNT))
      return Sw.ABOVE_LIMIT;
    if (type != Record.POINTS_PURCHASE &&
        Unsigned.compare(data, C_AMOUNT, memory.balance, (short)0, Unsigned.SIZE) > 0)
      return Sw.INSUFFICIENT_BALANCE;
    return Sw.OK;
  }

  private short refusal(byte type) {
    byte[] data = command.bytes;
    if (!session.isWith(data, C_TID) ||
        Util.arrayCompare(data, C_CURRENCY, memory.parameters(), Memory.CURRENCY, (short)2) != 0)
      return Sw.WRONG_DATA;
    if (asksForNothing() && !Unsigned.isZero(memory.balance, (short)0, Unsigned.SIZE)) /* it ends an empty card */
      return Sw.WRONG_DATA;
    if (inPoints() && type != Record.POINTS_PURCHASE && type != Record.REFUND)
      return Sw.WRONG_DATA;
    if (type == Record.REFUND && Unsigned.compare(data, C_SALE, memory.atc, (short)0, Unsigned.SIZE) > 0)
      return Sw.WRONG_DATA;
    if (Unsigned.isMost(memory.atc, (short)0))
      return Sw.COUNTER_EXHAUSTED;
    return limitsRefusal(type);
  }

  /* Everything but h and the hash of the promise before. */
  private void write(byte type) {
    byte[] bytes = answer.bytes;
    byte[] data = command.bytes;
    short at = Record.begin(bytes, Record.TAG_PROMISE, BODY_SIZE);
    bytes[at++] = type;
    bytes[at++] = (byte)((session.is(Session.PIN_VERIFIED) ? FLAG_PIN : 0) |
                         (type == Record.REFUND && inPoints() ? FLAG_SALE_IN_POINTS : 0));
    at = answer.put(at, memory.parameters(), Memory.CID, Memory.CID_SIZE);
    at = answer.put(at, memory.atc);
    Unsigned.increment(bytes, ATC, Unsigned.SIZE);
    at = answer.put(at, data, C_AMOUNT, (short)6); /* with currency */
    at = answer.put(at, memory.balance);
    at = answer.put(at, memory.points);
    at = answer.put(at, data, C_TID, (short)23); /* with N and time */
    at = answer.putZeros(at, Crypto.HASH_SIZE);
    at = answer.put(at, memory.lastAtc);
    at = answer.put(at, memory.lastSecret);
    at = answer.putZeros(at, Crypto.HASH_SIZE);
    at = Util.setShort(bytes, at, memory.offlineCount);
    at = answer.put(at, memory.offlineSum);
    at = Util.setShort(bytes, at, memory.pinChanges);
    if (type == Record.REFUND)
      answer.put(at, data, C_SALE, Unsigned.SIZE);
    else
      answer.putZeros(at, Unsigned.SIZE);
  }

  private boolean isLatest(byte[] promise) {
    return Util.arrayCompare(promise, ATC, memory.atc, (short)0, Unsigned.SIZE) == 0;
  }

  /* The promise that was made last, on-line or off-line, by its ATC; null where there was none. */
  private byte[] latest() {
    if (memory.slotState != Memory.NONE && isLatest(memory.slotPromise()))
      return memory.slotPromise();
    return memory.offlinePaid && isLatest(memory.offlinePromise()) ? memory.offlinePromise() : null;
  }

  /* Ties the promise to r, which stands in the scratch where there is one, and to the promise before it, and signs. */
  private boolean seal(boolean secret) {
    byte[] before = latest();
    if (secret)
      crypto.hash(crypto.scratch, (short)0, Memory.SECRET_SIZE, answer.bytes, COMMITMENT);
    if (before != null)
      crypto.hash(before, (short)0, Record.PROMISE_TLV_SIZE, answer.bytes, PREVIOUS);
    return Record.sign(crypto, card.perso.sigPrivate(), answer, Record.PROMISE_TLV_SIZE);
  }

  /* A slot that was PREPARED is aborted by being replaced. */
  private void prepareSlot() {
    Util.arrayCopyNonAtomic(answer.bytes, (short)0, memory.slotSuccessor(), (short)0, Record.PROMISE_SIZE);
    JCSystem.beginTransaction();
    Memory.set(memory.atc, answer.bytes, ATC);
    memory.slotState = Memory.PREPARED;
    memory.slotCopy = (byte)(1 - memory.slotCopy);
    Memory.set(memory.slotSecret, crypto.scratch, (short)0);
    JCSystem.commitTransaction();
  }

  private short make(byte type) {
    boolean offline = type == Record.OFFLINE_PURCHASE;
    write(type);
    if (!offline)
      crypto.random(crypto.scratch, (short)0, Memory.SECRET_SIZE);
    if (!seal(!offline))
      return Sw.INTERNAL;
    if (offline)
      card.offline.commit();
    else
      prepareSlot();
    return Sw.OK;
  }

  short initialize() {
    boolean refund = command.p1() == P1_REFUND;
    short sw = Sw.OK;
    if (refund ? command.lc() != REFUND_SIZE : command.lc() != SIZE && command.lc() != SIZE_MAX)
      return Sw.WRONG_LENGTH;
    if (!formed())
      return Sw.WRONG_DATA;
    /* The PIN comes first: whoever does not know it learns nothing about balance and limits. */
    if (command.lc() == SIZE_MAX)
      sw = card.pin.check(C_PIN, C_NONCE);
    if (sw != Sw.OK)
      return sw;
    byte type = type();
    sw = refusal(type);
    return sw == Sw.OK ? make(type) : sw;
  }
}
