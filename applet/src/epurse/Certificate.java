/* SPDX-License-Identifier: Apache-2.0
 * GlobalPlatform's card certificates (docs/protocol.md 3.1). Their objects have one order and, but for 53, one length each,
 * so that a certificate is read by its offsets. */
package epurse;

import javacard.framework.Util;
import javacard.security.ECPublicKey;

final class Certificate {
  static final short SIZE_MIN = 190;
  static final short SIZE_MAX = 205;
  static final short SERVER_SIZE = 191;

  static final byte POS = 0x01;
  static final byte RELOAD = 0x02;
  static final byte DESK = 0x03;
  static final byte ADMIN = 0x04;
  static final byte SERVER = 0x10;
  static final byte SERVER_PIN = 0x11;
  static final byte CARD_CA = 0x20;
  static final byte TERMINAL_CA = 0x21;
  static final byte ECKA = 0x30;
  static final byte SIG = 0x31;

  /* Offsets of values. */
  static final short CA_ID = 16;
  static final short SUBJECT = 27;
  static final short SUBJECT_SIZE = 8;
  static final short EXPIRY = 42;
  static final short ROLE = 48;
  static final short VERSION = 49;
  static final short LEAST = 50;            /* roles 10 and 21 */
  static final short OFFLINE_CURRENCY = 50; /* role 31: currency 2, then single 4, total 4, count 2 */
  static final short OFFLINE_LIMITS = 52;

  private static final short SIGNED = 4;         /* from here on, */
  private static final short USAGE = 37;
  private static final short EXTRA_LENGTH = 47;  /* of 53 */
  private static final short EXTRA_MIN = 2;
  private static final short FIXED = 188;        /* bytes of all without the value of 53 */
  private static final short BEHIND_EXTRA = 48;  /* plus that length: 7F49 */
  private static final short POINT = 53;         /* plus that length */
  private static final short SIGNED_SIZE = 117;  /* plus that length */
  private static final short SIGNATURE = 124;    /* plus that length */
  private static final short LIMITS_SIZE = 10;
  private static final short OFFLINE_SIZE = 12;
  private static final short MERCHANT_MAX = 15;
  private static final short USAGE_KEY_AGREEMENT = 0x0080;
  private static final short USAGE_SIGNATURE = (short)0x8200;

  private static final byte[] HEAD = {0x7F, 0x21, (byte)0x81};
  private static final byte[] SERIAL_HEAD = {(byte)0x93, 0x08};
  private static final byte[] CA_ID_HEAD = {0x42, 0x08};
  private static final byte[] SUBJECT_HEAD = {0x5F, 0x20, 0x08};
  private static final byte[] USAGE_HEAD = {(byte)0x95, 0x02};
  private static final byte[] EXPIRY_HEAD = {0x5F, 0x24, 0x04};
  private static final byte[] KEY_HEAD = {0x7F, 0x49, 0x46, (byte)0xB0, 0x41, 0x04};
  private static final byte[] KEY_TAIL = {(byte)0xF0, 0x01, 0x00, 0x5F, 0x37, 0x40};

  private Certificate() {
  }

  private static boolean stands(byte[] what, byte[] data, short at) {
    return Util.arrayCompare(what, (short)0, data, at, (short)what.length) == 0;
  }

  /* Bytes in 53. */
  private static short extraLength(byte[] data, short at) {
    return (short)(data[(short)(at + EXTRA_LENGTH)] & 0xFF);
  }

  static boolean isTerminal(byte role) {
    return role == POS || role == RELOAD || role == DESK;
  }

  /* 0 for a role that is none. */
  private static short usageOf(byte role) {
    switch (role) {
    case POS:
    case RELOAD:
    case DESK:
    case ADMIN:
    case SERVER_PIN:
    case ECKA:
      return USAGE_KEY_AGREEMENT;
    case SERVER:
    case CARD_CA:
    case TERMINAL_CA:
    case SIG:
      return USAGE_SIGNATURE;
    default:
      return 0;
    }
  }

  /* Limits as DGI 0101 and the SIG certificate have them: single 4, total 4. */
  static boolean limitsValid(byte[] data, short at) {
    return !Unsigned.isAboveMoney(data, (short)(at + 4)) &&
           Unsigned.compare(data, at, data, (short)(at + 4), Unsigned.SIZE) <= 0;
  }

  /* What is behind role and version in 53 is what that role has there. */
  private static boolean extraValid(byte[] data, short at, short len) {
    byte role = data[(short)(at + ROLE)];
    switch (role) {
    case POS:
    case RELOAD:
    case DESK:
      for (short i = 0; i < len; i++)
        if (data[(short)(at + LEAST + i)] < 0x20 || data[(short)(at + LEAST + i)] > 0x7E)
          return false;
      return len <= MERCHANT_MAX;
    case SERVER:
    case TERMINAL_CA:
      return len == 1 && data[(short)(at + LEAST)] != 0 &&
             (data[(short)(at + LEAST)] & 0xFF) <= (data[(short)(at + VERSION)] & 0xFF);
    case SIG:
      return len == OFFLINE_SIZE && limitsValid(data, (short)(at + OFFLINE_LIMITS));
    default:
      return len == 0;
    }
  }

  /* Whether the bytes are a certificate by 3.1, but for whether the key is on the curve: Crypto.pointValid. */
  static boolean formed(byte[] data, short at, short len) {
    if (len < SIZE_MIN || len > SIZE_MAX)
      return false;
    short extra = extraLength(data, at);
    if (len != (short)(FIXED + extra) || (data[(short)(at + 3)] & 0xFF) != (short)(len - SIGNED))
      return false;
    short behind = (short)(at + extra);
    short usage = usageOf(data[(short)(at + ROLE)]);
    return stands(HEAD, data, at) && stands(SERIAL_HEAD, data, (short)(at + SIGNED)) &&
           stands(CA_ID_HEAD, data, (short)(at + CA_ID - 2)) && stands(SUBJECT_HEAD, data, (short)(at + SUBJECT - 3)) &&
           stands(USAGE_HEAD, data, (short)(at + USAGE - 2)) && stands(EXPIRY_HEAD, data, (short)(at + EXPIRY - 3)) &&
           data[(short)(at + EXTRA_LENGTH - 1)] == 0x53 && stands(KEY_HEAD, data, (short)(behind + BEHIND_EXTRA)) &&
           stands(KEY_TAIL, data, (short)(behind + POINT + Curve.POINT_SIZE)) && usage != 0 &&
           Util.getShort(data, (short)(at + USAGE)) == usage && Moment.dateValid(data, (short)(at + EXPIRY)) &&
           extraValid(data, at, (short)(extra - EXTRA_MIN));
  }

  static short size(byte[] data, short at) {
    return (short)(FIXED + extraLength(data, at));
  }

  /* Where the public key stands, 65 bytes. */
  static short pointAt(byte[] data, short at) {
    return (short)(at + POINT + extraLength(data, at));
  }

  static boolean signedBy(Crypto crypto, ECPublicKey ca, byte[] data, short at) {
    short extra = extraLength(data, at);
    return crypto.verify(ca, data, (short)(at + SIGNED), (short)(SIGNED_SIZE + extra), (short)(at + SIGNATURE + extra));
  }

  /* Whether a SIG certificate tells terminals what the parameters tell the card: number, off-line limits, currency. */
  static boolean agrees(byte[] data, short at, byte[] parameters, short parametersAt) {
    return Util.arrayCompare(data, (short)(at + SUBJECT), parameters, (short)(parametersAt + Memory.CID),
                             SUBJECT_SIZE) == 0 &&
           Util.arrayCompare(data, (short)(at + OFFLINE_CURRENCY), parameters,
                             (short)(parametersAt + Memory.CURRENCY), (short)2) == 0 &&
           Util.arrayCompare(data, (short)(at + OFFLINE_LIMITS), parameters,
                             (short)(parametersAt + Memory.OFFLINE_SINGLE), LIMITS_SIZE) == 0;
  }
}
