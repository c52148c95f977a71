/* SPDX-License-Identifier: Apache-2.0
 * What the card keeps. Large things lie there twice: the new one is written beside the old one, and the commit turns a bit,
 * so that no transaction needs more than 300 bytes of the chip's commit buffer. */
package epurse;

import javacard.framework.Util;

final class Memory {
  /* Life cycle. */
  static final byte INITIALISED = 0x03;
  static final byte PERSONALISED = 0x05;
  static final byte EXPIRED = 0x04;
  static final byte BLOCKED = 0x0C;

  /* The slot. */
  static final byte NONE = 0;
  static final byte PREPARED = 1;
  static final byte COMMITTED = 2;
  static final byte ABORTED = 3;

  /* Data groupings of STORE DATA, in their order; bit 1 << index in `stored` and `copies`. */
  static final byte PARAMETERS = 0;
  static final byte PIN = 1;
  static final byte MASTER_KEY = 2;
  static final byte TERMINAL_CA = 3;
  static final byte SERVER = 4;
  static final byte CARD_ECKA = 5;
  static final byte CARD_SIG = 6;
  static final byte GROUPINGS = 7;

  /* Where the parts of the parameters lie. */
  static final short CID = 0;
  static final short EXPIRY = 8;
  static final short CURRENCY = 12;
  static final short PURSE_CEILING = 14;
  static final short PAYMENT_CEILING = 18;
  static final short TIME = 22;
  static final short OFFLINE_SINGLE = 29;
  static final short OFFLINE_TOTAL = 33;
  static final short OFFLINE_COUNT = 37;
  static final short NO_PIN_SINGLE = 39;
  static final short NO_PIN_TOTAL = 43;
  static final short PARAMETERS_SIZE = 47;

  static final short CID_SIZE = 8;
  static final short SERIAL_SIZE = 8;
  static final short KEY_SIZE = 16;
  static final short PIN_SIZE = 8;
  static final short SECRET_SIZE = 32;
  static final byte PIN_TRIES = 5;

  static final byte[] ZEROS = new byte[SECRET_SIZE];

  byte state;
  byte stored; /* bit for each grouping, until locked */
  byte copies; /* bit for each grouping: which of its two copies is the one */
  byte keySet; /* which of the two sets of key pairs is the one */
  boolean keysMade;
  final byte[] serial;
  final byte[] transportKey; /* wiped when the card is locked */
  private final Object[] groupings; /* byte arrays, two for each */

  byte terminalCaLeast, serverLeast; /* the highest `least` seen under the master key: numbers, no keys */
  byte knownCaVersion; /* the terminal that came last, 0: none: version of the CA under which its certificate was verified, */
  final byte[] knownHash;   /* SHA-256 of that whole certificate, */
  final byte[] knownAgreed; /* and what its key and the card's agree on */
  final byte[] latestTime;
  byte pinTriesLeft;
  short pinChanges;
  final byte[] pinEvents;
  final byte[] noPinSum;
  short offlineCount;
  final byte[] offlineSum;
  final byte[] balance;
  final byte[] points;
  final byte[] atc;
  final byte[] lastAtc;
  final byte[] lastSecret;

  byte slotState;
  byte slotCopy;
  final byte[] slotSecret;
  boolean offlinePaid; /* there is a promise of an off-line purchase */
  byte offlineCopy;
  private final Object[] promises; /* byte arrays: two of the slot, two of the last off-line purchase */

  Memory(byte[] from, short serialAt, short keyAt) {
    serial = new byte[SERIAL_SIZE];
    transportKey = new byte[KEY_SIZE];
    Util.arrayCopyNonAtomic(from, serialAt, serial, (short)0, SERIAL_SIZE);
    Util.arrayCopyNonAtomic(from, keyAt, transportKey, (short)0, KEY_SIZE);
    groupings = new Object[2 * GROUPINGS];
    for (byte copy = 0; copy < 2; copy++) {
      groupings[(short)(2 * PARAMETERS + copy)] = new byte[PARAMETERS_SIZE];
      groupings[(short)(2 * PIN + copy)] = new byte[PIN_SIZE];
      groupings[(short)(2 * MASTER_KEY + copy)] = new byte[IssuerKey.SIZE];
      groupings[(short)(2 * TERMINAL_CA + copy)] = new byte[IssuerKey.SIZE];
      groupings[(short)(2 * SERVER + copy)] = new byte[IssuerKey.SIZE];
      groupings[(short)(2 * CARD_ECKA + copy)] = new byte[Certificate.SIZE_MAX];
      groupings[(short)(2 * CARD_SIG + copy)] = new byte[Certificate.SIZE_MAX];
    }
    knownHash = new byte[Crypto.HASH_SIZE];
    knownAgreed = new byte[Curve.FIELD_SIZE];
    latestTime = new byte[Moment.SIZE];
    pinEvents = new byte[Unsigned.SIZE];
    noPinSum = new byte[Unsigned.SIZE];
    offlineSum = new byte[Unsigned.SIZE];
    balance = new byte[Unsigned.SIZE];
    points = new byte[Unsigned.SIZE];
    atc = new byte[Unsigned.SIZE];
    lastAtc = new byte[Unsigned.SIZE];
    lastSecret = new byte[SECRET_SIZE];
    slotSecret = new byte[SECRET_SIZE];
    promises = new Object[4];
    for (byte i = 0; i < 4; i++)
      promises[i] = new byte[Record.PROMISE_SIZE];
    state = INITIALISED;
  }

  static byte bit(byte grouping) {
    return (byte)(1 << grouping);
  }

  boolean has(byte grouping) {
    return (stored & bit(grouping)) != 0;
  }

  private short copyOf(byte grouping) {
    return (copies & bit(grouping)) != 0 ? (short)1 : (short)0;
  }

  /* A grouping as it holds. */
  byte[] grouping(byte grouping) {
    return (byte[])groupings[(short)(2 * grouping + copyOf(grouping))];
  }

  /* Where its successor is written, before the commit turns the bit. */
  byte[] successor(byte grouping) {
    return (byte[])groupings[(short)(2 * grouping + 1 - copyOf(grouping))];
  }

  byte[] parameters() {
    return grouping(PARAMETERS);
  }

  byte[] slotPromise() {
    return (byte[])promises[slotCopy];
  }

  byte[] slotSuccessor() {
    return (byte[])promises[(short)(1 - slotCopy)];
  }

  byte[] offlinePromise() {
    return (byte[])promises[(short)(2 + offlineCopy)];
  }

  byte[] offlineSuccessor() {
    return (byte[])promises[(short)(3 - offlineCopy)];
  }

  /* Inside a transaction: a whole field at once. */
  static void set(byte[] field, byte[] from, short at) {
    Util.arrayCopy(from, at, field, (short)0, (short)field.length);
  }

  static void clear(byte[] field) {
    Util.arrayCopy(ZEROS, (short)0, field, (short)0, (short)field.length);
  }
}
