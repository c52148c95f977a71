/* SPDX-License-Identifier: Apache-2.0
 * Signed records: one TLV of a fixed layout, then 5F37 40 and r || s over it. */
package epurse;

import javacard.security.ECPrivateKey;
import javacard.security.ECPublicKey;

final class Record {
  static final byte TAG_FIRST = (byte)0xDF; /* of every record */
  static final byte TAG_PROMISE = 0x60;
  static final byte TAG_AUTHORISATION = 0x61;
  static final byte TAG_BLOCK_ORDER = 0x62;
  static final byte TAG_PIN_RECORD = 0x63;
  static final byte TAG_CARD_REQUEST = 0x64;
  static final byte VERSION = 2;

  static final short SIGNATURE_SIZE = 3 + Crypto.SIGNATURE_SIZE;
  static final short PROMISE_TLV_SIZE = 168; /* DF60 81 A4 */
  static final short PROMISE_SIZE = PROMISE_TLV_SIZE + SIGNATURE_SIZE;
  static final short AUTHORISATION_BODY_SIZE = 73;
  static final short AUTHORISATION_SIZE = 3 + AUTHORISATION_BODY_SIZE + SIGNATURE_SIZE;
  static final short BLOCK_ORDER_BODY_SIZE = 17;
  static final short BLOCK_ORDER_SIZE = 3 + BLOCK_ORDER_BODY_SIZE + SIGNATURE_SIZE;

  /* Types of transaction. */
  static final byte PURCHASE = 1;
  static final byte LOAD = 2;
  static final byte POINTS_PURCHASE = 3;
  static final byte REFUND = 4;
  static final byte PAYOUT = 5;
  static final byte OFFLINE_PURCHASE = 6;

  private Record() {
  }

  private static boolean signatureFollows(byte[] data, short at) {
    return data[at] == 0x5F && data[(short)(at + 1)] == 0x37 &&
           data[(short)(at + 2)] == (byte)Crypto.SIGNATURE_SIZE;
  }

  /* Whether the command's data is a record of that kind, as far as its frame tells; bodies of up to 127 bytes. The table
   * has looked at the length. */
  static boolean fits(byte[] data, short at, byte tag, short bodySize) {
    return data[at] == TAG_FIRST && data[(short)(at + 1)] == tag && data[(short)(at + 2)] == (byte)bodySize &&
           data[(short)(at + 3)] == VERSION && signatureFollows(data, (short)(at + 3 + bodySize));
  }

  /* The beginning of a record in an answer; tells where the body goes on behind the version. */
  static short begin(byte[] answer, byte tag, short bodySize) {
    short at = 3;
    answer[0] = TAG_FIRST;
    answer[1] = tag;
    if (bodySize > 127) {
      answer[2] = (byte)0x81;
      at = 4;
    }
    answer[(short)(at - 1)] = (byte)bodySize;
    answer[at] = VERSION;
    return (short)(at + 1);
  }

  /* Signs the TLV of that size in the answer, which is the record then; false where the chip could not. */
  static boolean sign(Crypto crypto, ECPrivateKey key, Answer answer, short tlvSize) {
    answer.bytes[tlvSize] = 0x5F;
    answer.bytes[(short)(tlvSize + 1)] = 0x37;
    answer.bytes[(short)(tlvSize + 2)] = (byte)Crypto.SIGNATURE_SIZE;
    if (!crypto.sign(key, answer, tlvSize, (short)(tlvSize + 3)))
      return false;
    answer.setLength((short)(tlvSize + SIGNATURE_SIZE));
    return true;
  }

  static boolean verify(Crypto crypto, ECPublicKey key, byte[] data, short at, short tlvSize) {
    return crypto.verify(key, data, at, tlvSize, (short)(at + tlvSize + 3));
  }
}
