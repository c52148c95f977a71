/* SPDX-License-Identifier: Apache-2.0
 * The off-line purchase: limits, its one commit, and its promise read again. */
package epurse;

import javacard.framework.JCSystem;
import javacard.framework.Util;

final class Offline {
  /* In the scratch, behind a line of the log: */
  private static final short BALANCE = 40;
  private static final short SUM = 44;

  private final Card card;
  private final Memory memory;

  Offline(Card card) {
    this.card = card;
    memory = card.memory;
  }

  /* Within the issuer's single amount, and its total and number since the last commit on the server's order. */
  boolean allows(byte[] data, short amountAt) {
    byte[] limits = memory.parameters();
    byte[] scratch = card.crypto.scratch;
    Unsigned.add(memory.offlineSum, (short)0, data, amountAt, scratch, SUM);
    short count = Util.getShort(limits, Memory.OFFLINE_COUNT);
    return Unsigned.compare(data, amountAt, limits, Memory.OFFLINE_SINGLE, Unsigned.SIZE) <= 0 &&
           Unsigned.compare(scratch, SUM, limits, Memory.OFFLINE_TOTAL, Unsigned.SIZE) <= 0 &&
           isBelow(memory.offlineCount, count);
  }

  /* Unsigned. */
  private static boolean isBelow(short a, short b) {
    return (short)(a ^ (short)0x8000) < (short)(b ^ (short)0x8000);
  }

  /* The payment that the sealed promise in the answer is: counters, log and the promise, in one commit. What was
   * PREPARED on-line ends without effect, as by any later promise. The time is the terminal's: no server has said one. */
  void commit() {
    byte[] promise = card.answer.bytes;
    byte[] scratch = card.crypto.scratch;
    Unsigned.subtract(promise, Promise.BALANCE, promise, Promise.AMOUNT, scratch, BALANCE);
    Unsigned.add(promise, Promise.OFFLINE_SUM, promise, Promise.AMOUNT, scratch, SUM);
    card.log.begin(promise);
    card.log.balance(scratch, BALANCE);
    card.log.time(promise, Promise.TIME);
    Util.arrayCopyNonAtomic(promise, (short)0, memory.offlineSuccessor(), (short)0, Record.PROMISE_SIZE);
    JCSystem.beginTransaction();
    Memory.set(memory.atc, promise, Promise.ATC);
    Memory.set(memory.balance, scratch, BALANCE);
    memory.offlineCount++;
    Memory.set(memory.offlineSum, scratch, SUM);
    card.promise.countNoPin(promise);
    card.log.append();
    memory.offlineCopy = (byte)(1 - memory.offlineCopy);
    memory.offlinePaid = true;
    if (memory.slotState == Memory.PREPARED)
      card.lifecycle.abortSlot();
    JCSystem.commitTransaction();
  }

  /* Inside a transaction: the counters back to zero, with a commit on the server's order. */
  void beginAnew() {
    memory.offlineCount = 0;
    Memory.clear(memory.offlineSum);
  }

  short getPromise() {
    if (!memory.offlinePaid)
      return Sw.END_OF_FILE; // not 6A88: this answer comes under an R-MAC
    card.answer.set(memory.offlinePromise(), (short)0, Record.PROMISE_SIZE);
    return Sw.OK;
  }
}
