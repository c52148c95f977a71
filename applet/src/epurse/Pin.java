/* SPDX-License-Identifier: Apache-2.0
 * VERIFY and CHANGE REFERENCE DATA: a try is gone before the PIN is looked at, and what came of it is signed. */
package epurse;

import javacard.framework.JCSystem;
import javacard.framework.Util;

final class Pin {
  static final short VERIFY_SIZE = 16; /* PIN block 8, N 8 */
  static final short CHANGE_SIZE = 24; /* old 8, new 8, N 8 */

  private static final byte WRONG = 1;
  private static final byte RIGHT = 2;
  private static final byte CHANGED = 3;
  private static final short BODY_SIZE = 37;
  private static final short EVENTS = 3 + 11; /* in a PIN record */
  private static final short CHANGES = 3 + 35;
  private static final short NONCE_SIZE = 8;
  private static final short DIGITS_MAX = 12;

  private final Card card;
  private final Memory memory;
  private final Session session;
  private final Answer answer;
  private final Command command;

  Pin(Card card) {
    this.card = card;
    memory = card.memory;
    session = card.session;
    answer = card.answer;
    command = card.command;
  }

  /* ISO 9564-1 format 2: 2L, L digits (4 to 12), F to the end. */
  static boolean blockValid(byte[] data, short at) {
    short len = (short)(data[at] & 0x0F);
    if ((data[at] & 0xF0) != 0x20 || len < 4 || len > DIGITS_MAX || data[(short)(at + 7)] != (byte)0xFF)
      return false;
    for (short i = 0; i < DIGITS_MAX; i++) {
      byte two = data[(short)(at + 1 + (i >> 1))];
      short digit = (short)((i & 1) == 0 ? (two & 0xF0) >> 4 : two & 0x0F);
      if (i < len ? digit > 9 : digit != 0x0F)
        return false;
    }
    return true;
  }

  /* The card's signed word of what it holds now, or, of a change, of what it will hold. */
  private boolean seal(byte kind, short nonceAt) {
    byte[] bytes = answer.bytes;
    short at = Record.begin(bytes, Record.TAG_PIN_RECORD, BODY_SIZE);
    bytes[at++] = kind;
    at = answer.put(at, memory.parameters(), Memory.CID, Memory.CID_SIZE);
    bytes[at++] = kind == WRONG ? memory.pinTriesLeft : Memory.PIN_TRIES;
    at = answer.put(at, memory.pinEvents);
    at = answer.put(at, memory.atc);
    at = answer.put(at, session.bytes, Session.TID, Session.TID_SIZE);
    at = answer.put(at, command.bytes, nonceAt, NONCE_SIZE);
    Util.setShort(bytes, at, memory.pinChanges);
    if (kind == CHANGED) {
      Unsigned.increment(bytes, EVENTS, Unsigned.SIZE);
      Unsigned.increment(bytes, CHANGES, (short)2);
    }
    return Record.sign(card.crypto, card.perso.sigPrivate(), answer, (short)(3 + BODY_SIZE));
  }

  /* The card is blocked before it says so. */
  private short refuse(short nonceAt) {
    short left = memory.pinTriesLeft;
    if (left == 0)
      memory.state = Memory.BLOCKED;
    return seal(WRONG, nonceAt) ? (short)(Sw.WRONG_PIN | left) : Sw.INTERNAL;
  }

  /* A counter of events at its end, which never goes round, takes none; two places are left for a change. */
  private boolean eventsExhausted() {
    byte[] events = memory.pinEvents;
    return (byte)(events[0] & events[1] & events[2]) == (byte)0xFF && (events[3] & 0xFF) > 0xFD;
  }

  private void takeTry() {
    byte[] scratch = card.crypto.scratch;
    Util.arrayCopyNonAtomic(memory.pinEvents, (short)0, scratch, (short)0, Unsigned.SIZE);
    Unsigned.increment(scratch, (short)0, Unsigned.SIZE);
    JCSystem.beginTransaction();
    memory.pinTriesLeft--;
    Memory.set(memory.pinEvents, scratch, (short)0);
    JCSystem.commitTransaction();
  }

  /* Inside a transaction: what the right PIN gives back. */
  private void giveBack() {
    memory.pinTriesLeft = Memory.PIN_TRIES;
    if (!Unsigned.isZero(memory.noPinSum, (short)0, Unsigned.SIZE))
      Memory.clear(memory.noPinSum);
  }

  /* Takes a try, counted as an event, and compares; with the right PIN the caller commits what it gives back. */
  private short compare(short blockAt, short nonceAt) {
    if (!blockValid(command.bytes, blockAt))
      return Sw.WRONG_DATA;
    if (eventsExhausted())
      return Sw.COUNTER_EXHAUSTED;
    session.set(Session.PIN_VERIFIED, false);
    if (memory.pinTriesLeft == 0) {
      memory.state = Memory.BLOCKED;
      return Sw.PIN_BLOCKED;
    }
    takeTry();
    if (!Crypto.equal(command.bytes, blockAt, memory.grouping(Memory.PIN), (short)0, Memory.PIN_SIZE))
      return refuse(nonceAt);
    return Sw.OK;
  }

  /* Compares a PIN block of the command with the card's; right, it counts as verified for this session. */
  short check(short blockAt, short nonceAt) {
    short sw = compare(blockAt, nonceAt);
    if (sw == Sw.OK) {
      JCSystem.beginTransaction();
      giveBack();
      JCSystem.commitTransaction();
    }
    session.set(Session.PIN_VERIFIED, sw == Sw.OK);
    return sw;
  }

  short verify() {
    short nonceAt = (short)(Command.DATA + Memory.PIN_SIZE);
    short sw = check(Command.DATA, nonceAt);
    if (sw != Sw.OK)
      return sw;
    return seal(RIGHT, nonceAt) ? Sw.OK : Sw.INTERNAL;
  }

  /* The old PIN was right: signed first, so that no change is without its record. */
  private short replace(short nonceAt) {
    boolean sealed = seal(CHANGED, nonceAt);
    JCSystem.beginTransaction();
    giveBack();
    if (sealed) {
      Memory.set(memory.grouping(Memory.PIN), command.bytes, (short)(Command.DATA + Memory.PIN_SIZE));
      memory.pinChanges++;
      Memory.set(memory.pinEvents, answer.bytes, EVENTS);
    }
    JCSystem.commitTransaction();
    session.set(Session.PIN_VERIFIED, true);
    return sealed ? Sw.OK : Sw.INTERNAL;
  }

  /* The new PIN is looked at first: one that cannot be taken costs no try. Nor does a counter at its end, which never
   * goes round: the issuer tells changes apart by it. */
  short change() {
    short nonceAt = (short)(Command.DATA + 2 * Memory.PIN_SIZE);
    if (!blockValid(command.bytes, (short)(Command.DATA + Memory.PIN_SIZE)))
      return Sw.WRONG_DATA;
    if (memory.pinChanges == (short)0xFFFF)
      return Sw.COUNTER_EXHAUSTED;
    short sw = compare(Command.DATA, nonceAt);
    return sw == Sw.OK ? replace(nonceAt) : sw;
  }
}
