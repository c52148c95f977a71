/* SPDX-License-Identifier: Apache-2.0
 * The two log rings: a line inside a transaction's commit, READ RECORD from the newest on. */
package epurse;

import javacard.framework.Util;

final class Log {
  static final short RECORD_SIZE = 34;
  static final byte LOAD_RECORDS = 8;
  static final byte PURCHASE_RECORDS = 32;
  static final byte P2_LOADS = (byte)0xA5; /* SFI << 3 | 5: all records from P1 on (ISO/IEC 7816-4 7.3.3) */
  static final byte P2_PURCHASES = (byte)0xAD;

  /* Offsets in a line. */
  private static final short TYPE = 0;
  private static final short ATC = 1; /* then amount and currency, as in the promise */
  private static final short BALANCE = 11;
  private static final short POINTS = 15;
  private static final short TID = 19;
  private static final short TIME = 27;

  private final Card card;
  private final byte[] line; /* the crypto's scratch: a line in the making */
  private final byte[] loads;
  private final byte[] purchases;
  /* Where the next line goes, and how many lines there are. */
  private byte nextLoad, keptLoads, nextPurchase, keptPurchases;

  Log(Card card) {
    this.card = card;
    line = card.crypto.scratch;
    loads = new byte[(short)(LOAD_RECORDS * RECORD_SIZE)];
    purchases = new byte[(short)(PURCHASE_RECORDS * RECORD_SIZE)];
  }

  /* What a promise (whole record at 0) says of its line: in the scratch, whose other bytes stay. No change of points. */
  void begin(byte[] promise) {
    line[TYPE] = promise[Promise.TYPE];
    Util.arrayCopyNonAtomic(promise, Promise.ATC, line, ATC, (short)10);
    Util.arrayFillNonAtomic(line, POINTS, Unsigned.SIZE, (byte)0);
    Util.arrayCopyNonAtomic(promise, Promise.TID, line, TID, Session.TID_SIZE);
  }

  void balance(byte[] data, short at) {
    Util.arrayCopyNonAtomic(data, at, line, BALANCE, Unsigned.SIZE);
  }

  void points(byte[] data, short at) {
    Util.arrayCopyNonAtomic(data, at, line, POINTS, Unsigned.SIZE);
  }

  void time(byte[] data, short at) {
    Util.arrayCopyNonAtomic(data, at, line, TIME, Moment.SIZE);
  }

  /* Inside a transaction: the line into its ring. */
  void append() {
    boolean credit = line[TYPE] == Record.LOAD || line[TYPE] == Record.REFUND;
    byte next = credit ? nextLoad : nextPurchase;
    Util.arrayCopy(line, (short)0, credit ? loads : purchases, (short)(next * RECORD_SIZE), RECORD_SIZE);
    if (credit) {
      nextLoad = (byte)((byte)(next + 1) % LOAD_RECORDS);
      if (keptLoads < LOAD_RECORDS)
        keptLoads++;
    } else {
      nextPurchase = (byte)((byte)(next + 1) % PURCHASE_RECORDS);
      if (keptPurchases < PURCHASE_RECORDS)
        keptPurchases++;
    }
  }

  short readRecords() {
    boolean credit = card.command.p2() == P2_LOADS;
    byte[] ring = credit ? loads : purchases;
    short size = credit ? LOAD_RECORDS : PURCHASE_RECORDS;
    short next = credit ? nextLoad : nextPurchase;
    short kept = credit ? keptLoads : keptPurchases;
    short number = (short)(card.command.p1() & 0xFF);
    short at = 0;
    if (number == 0)
      return Sw.RECORD_NOT_FOUND;
    if (number > kept)
      return Sw.END_OF_FILE;
    while (number <= kept && (short)(at + RECORD_SIZE) <= SecureMessaging.PLAIN_MAX) {
      short place = (short)((short)((short)(next + size) - number) % size);
      at = card.answer.put(at, ring, (short)(place * RECORD_SIZE), RECORD_SIZE);
      number++;
    }
    card.answer.setLength(at);
    return Sw.OK;
  }
}
