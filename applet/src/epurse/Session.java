/* SPDX-License-Identifier: Apache-2.0
 * Who is at the other end, and what he has shown: one transient array, gone with the session. */
package epurse;

import javacard.framework.JCSystem;
import javacard.framework.Util;

final class Session {
  static final byte CHANNEL_NONE = 0;
  static final byte CHANNEL_SCP03 = 1;
  static final byte CHANNEL_SCP11 = 2;

  /* Offsets. */
  static final short CHANNEL = 0;
  static final short ROLE = 1;                 /* of the terminal's certificate */
  static final short CONFIRMED = 2;            /* a first valid C-MAC has come in */
  static final short PIN_VERIFIED = 3;
  static final short CERTIFICATE_VERIFIED = 4; /* for the MUTUAL AUTHENTICATE that follows */
  static final short TERMINAL_CA_LEAST = 5;    /* of the CA that certified this terminal */
  static final short SCP03_STARTED = 6;
  static final short TID = 7;
  static final short AGREED = 15;         /* 32: the static half of SCP11a's secret, until the first valid C-MAC */
  static final short HOST_CHALLENGE = 15; /* 8, of SCP03, in its place; the card's 8 follow at once */
  static final short CARD_CHALLENGE = 23;
  static final short CHAIN = 47;   /* 16: MAC chaining value */
  static final short COUNTER = 63; /* 16: encryption counter */
  static final short HASH = 79;    /* 32: of the terminal's certificate */
  static final short CA_VERSION = 111; /* of the CA that it is under */
  static final short KNOWN = 112;      /* the card remembers it */
  /* A key of the issuer, newer than the stored one, that a certificate has shown; struct shown_key of the C card. */
  static final short SHOWN_ROLE = 113; /* 21: a terminal CA, for the next PERFORM SECURITY OPERATION; 10: a server key */
  static final short SHOWN = 114;     /* version 1, least 1, subject 8, public key 65: IssuerKey */
  private static final short SIZE = SHOWN + IssuerKey.SIZE;

  static final short TID_SIZE = 8;

  final byte[] bytes;

  Session() {
    bytes = JCSystem.makeTransientByteArray(SIZE, JCSystem.CLEAR_ON_DESELECT);
  }

  boolean is(short flag) {
    return bytes[flag] != 0;
  }

  void set(short flag, boolean value) {
    bytes[flag] = value ? (byte)1 : (byte)0;
  }

  /* Whether it is the terminal of that TID with which this session is. */
  boolean isWith(byte[] tid, short at) {
    return Util.arrayCompare(bytes, TID, tid, at, TID_SIZE) == 0;
  }

  /* All but what a certificate has shown. */
  void wipeChannel() {
    Util.arrayFillNonAtomic(bytes, (short)0, SHOWN_ROLE, (byte)0);
  }

  void wipeShown() {
    Util.arrayFillNonAtomic(bytes, SHOWN_ROLE, (short)(SIZE - SHOWN_ROLE), (byte)0);
  }
}
