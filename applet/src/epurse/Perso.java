/* SPDX-License-Identifier: Apache-2.0
 * GENERATE ASYMMETRIC KEY PAIR and STORE DATA: each data grouping is checked, then kept; the last one locks the card. */
package epurse;

import javacard.framework.JCSystem;
import javacard.framework.Util;
import javacard.security.ECPrivateKey;
import javacard.security.KeyBuilder;
import javacard.security.KeyPair;

final class Perso {
  private static final byte P1_LAST = (byte)0x80;
  private static final short HEAD_SIZE = 3; /* DGI 2, length 1 */
  private static final short VALUE = Command.DATA + HEAD_SIZE;
  private static final short MASTER_KEY_SIZE = 1 + Curve.POINT_SIZE;
  private static final byte STORED_ALL = 0x7F;
  private static final byte NO_GROUPING = -1;

  private static final short REQUEST_TLV_SIZE = 143;
  private static final short REQUEST_BODY_SIZE = 139;

  private final Card card;
  private final Memory memory;
  private final Crypto crypto;
  private final Command command;
  private final Answer answer;
  /* Two sets; a new one is made in the set that is not in force, and the commit turns to it. */
  private final KeyPair[] ecka, sig;

  Perso(Card card) {
    this.card = card;
    memory = card.memory;
    crypto = card.crypto;
    command = card.command;
    answer = card.answer;
    ecka = new KeyPair[2];
    sig = new KeyPair[2];
    for (byte set = 0; set < 2; set++) {
      ecka[set] = Curve.pair(KeyBuilder.TYPE_EC_FP_PRIVATE);
      sig[set] = Curve.pair(KeyBuilder.TYPE_EC_FP_PRIVATE);
    }
  }

  ECPrivateKey eckaPrivate() {
    return Curve.privateOf(ecka[memory.keySet]);
  }

  ECPrivateKey sigPrivate() {
    return Curve.privateOf(sig[memory.keySet]);
  }

  short generate() {
    byte[] bytes = answer.bytes;
    byte set = (byte)(1 - memory.keySet);
    ecka[set].genKeyPair();
    sig[set].genKeyPair();
    short at = Record.begin(bytes, Record.TAG_CARD_REQUEST, REQUEST_BODY_SIZE);
    at = answer.put(at, memory.serial);
    at = (short)(at + Curve.publicOf(ecka[set]).getW(bytes, at));
    Curve.publicOf(sig[set]).getW(bytes, at);
    if (!Record.sign(crypto, Curve.privateOf(sig[set]), answer, REQUEST_TLV_SIZE))
      return Sw.INTERNAL;
    JCSystem.beginTransaction();
    memory.keySet = set;
    memory.keysMade = true;
    memory.stored = 0;
    JCSystem.commitTransaction();
    return Sw.OK;
  }

  /* ---- what each grouping must be ---- */

  private static boolean ceilingValid(byte[] data, short at) {
    return !Unsigned.isZero(data, at, Unsigned.SIZE) && !Unsigned.isAboveMoney(data, at);
  }

  private short checkParameters(short len) {
    byte[] data = command.bytes;
    if (len != Memory.PARAMETERS_SIZE || !Moment.dateValid(data, (short)(VALUE + Memory.EXPIRY)) ||
        !Moment.valid(data, (short)(VALUE + Memory.TIME)) ||
        !ceilingValid(data, (short)(VALUE + Memory.PURSE_CEILING)) ||
        !ceilingValid(data, (short)(VALUE + Memory.PAYMENT_CEILING)) ||
        !Certificate.limitsValid(data, (short)(VALUE + Memory.OFFLINE_SINGLE)) ||
        !Certificate.limitsValid(data, (short)(VALUE + Memory.NO_PIN_SINGLE)) ||
        Unsigned.isZero(data, (short)(VALUE + Memory.NO_PIN_SINGLE), Unsigned.SIZE) !=
            Unsigned.isZero(data, (short)(VALUE + Memory.NO_PIN_TOTAL), Unsigned.SIZE) ||
        Unsigned.isZero(data, (short)(VALUE + Memory.CURRENCY), (short)2) ||
        Moment.passed(data, (short)(VALUE + Memory.EXPIRY), data, (short)(VALUE + Memory.TIME)))
      return Sw.WRONG_DATA;
    return Sw.OK;
  }

  private short checkMasterKey(short len) {
    byte[] data = command.bytes;
    return len == MASTER_KEY_SIZE && data[VALUE] != 0 && crypto.pointValid(data, (short)(VALUE + 1)) ? Sw.OK
                                                                                                      : Sw.WRONG_DATA;
  }

  private boolean isCertificate(short len) {
    return Certificate.formed(command.bytes, VALUE, len) &&
           crypto.pointValid(command.bytes, Certificate.pointAt(command.bytes, VALUE));
  }

  private boolean roleIs(byte role) {
    return command.bytes[(short)(VALUE + Certificate.ROLE)] == role;
  }

  private short checkUnderMaster(short len, byte role) {
    if (!memory.has(Memory.MASTER_KEY))
      return Sw.CONDITIONS_NOT_SATISFIED;
    if (!isCertificate(len))
      return Sw.WRONG_DATA;
    return roleIs(role) && Certificate.signedBy(crypto, card.issuerKey.master(), command.bytes, VALUE)
               ? Sw.OK
               : Sw.SECURITY_NOT_SATISFIED;
  }

  /* The card cannot verify its own CA's signature; it sees to it that the certificate is for its own key. */
  private short checkOwn(KeyPair pair, byte role) {
    if (!memory.keysMade)
      return Sw.CONDITIONS_NOT_SATISFIED;
    Curve.publicOf(pair).getW(crypto.scratch, (short)0);
    return roleIs(role) && Util.arrayCompare(crypto.scratch, (short)0, command.bytes,
                                             Certificate.pointAt(command.bytes, VALUE), Curve.POINT_SIZE) == 0
               ? Sw.OK
               : Sw.WRONG_DATA;
  }

  private short checkCardSig(short len) {
    if (!isCertificate(len))
      return Sw.WRONG_DATA;
    if (memory.has(Memory.PARAMETERS) &&
        (!roleIs(Certificate.SIG) ||
         !Certificate.agrees(command.bytes, VALUE, memory.parameters(), (short)0)))
      return Sw.WRONG_DATA;
    return checkOwn(sig[memory.keySet], Certificate.SIG);
  }

  private short check(byte grouping, short len) {
    switch (grouping) {
    case Memory.PARAMETERS:
      return checkParameters(len);
    case Memory.PIN:
      return len == Memory.PIN_SIZE && Pin.blockValid(command.bytes, VALUE) ? Sw.OK : Sw.WRONG_DATA;
    case Memory.MASTER_KEY:
      return checkMasterKey(len);
    case Memory.TERMINAL_CA:
      return checkUnderMaster(len, Certificate.TERMINAL_CA);
    case Memory.SERVER:
      return checkUnderMaster(len, Certificate.SERVER);
    case Memory.CARD_ECKA:
      return isCertificate(len) ? checkOwn(ecka[memory.keySet], Certificate.ECKA) : Sw.WRONG_DATA;
    default:
      return checkCardSig(len);
    }
  }

  /* What no longer holds once this grouping is kept. */
  private byte voids(byte grouping) {
    if (grouping == Memory.MASTER_KEY)
      return (byte)(Memory.bit(Memory.TERMINAL_CA) | Memory.bit(Memory.SERVER));
    if (grouping == Memory.PARAMETERS && memory.has(Memory.CARD_SIG) &&
        !Certificate.agrees(memory.grouping(Memory.CARD_SIG), (short)0, command.bytes, VALUE))
      return Memory.bit(Memory.CARD_SIG);
    return 0;
  }

  /* ---- the command ---- */

  private static byte groupingOf(short dgi) {
    switch (dgi) {
    case (short)0x0101:
      return Memory.PARAMETERS;
    case (short)0x8010:
      return Memory.PIN;
    case (short)0x0201:
      return Memory.MASTER_KEY;
    case (short)0x0202:
      return Memory.TERMINAL_CA;
    case (short)0x0203:
      return Memory.SERVER;
    case (short)0x0301:
      return Memory.CARD_ECKA;
    case (short)0x0302:
      return Memory.CARD_SIG;
    default:
      return NO_GROUPING;
    }
  }

  /* Beside the one that holds; nothing has changed yet. */
  private void write(byte grouping, short len) {
    byte[] to = memory.successor(grouping);
    byte[] data = command.bytes;
    if (grouping == Memory.MASTER_KEY) {
      to[IssuerKey.VERSION] = data[VALUE];
      Util.arrayCopyNonAtomic(data, (short)(VALUE + 1), to, IssuerKey.POINT, Curve.POINT_SIZE);
    } else if (grouping == Memory.TERMINAL_CA || grouping == Memory.SERVER) {
      IssuerKey.keep(data, VALUE, to, (short)0);
    } else {
      Util.arrayCopyNonAtomic(data, VALUE, to, (short)0, len);
    }
  }

  /* A grouping as it will hold after the commit. */
  private byte[] next(byte grouping, byte written) {
    return grouping == written ? memory.successor(grouping) : memory.grouping(grouping);
  }

  /* Inside the commit: everything that a cardholder's card begins with; the keys are fixed from here on. */
  private void lock() {
    Memory.set(memory.latestTime, memory.parameters(), Memory.TIME);
    memory.pinTriesLeft = Memory.PIN_TRIES;
    memory.pinChanges = 0;
    Memory.clear(memory.balance);
    Memory.clear(memory.points);
    Memory.clear(memory.atc);
    memory.slotState = Memory.NONE;
    Memory.clear(memory.transportKey);
    memory.state = Memory.PERSONALISED;
  }

  private void commit(byte grouping, byte nowStored, boolean last) {
    byte[] successor = memory.successor(grouping);
    JCSystem.beginTransaction();
    memory.copies = (byte)(memory.copies ^ Memory.bit(grouping));
    memory.stored = nowStored;
    if (grouping == Memory.TERMINAL_CA)
      memory.terminalCaLeast = successor[IssuerKey.LEAST];
    if (grouping == Memory.SERVER)
      memory.serverLeast = successor[IssuerKey.LEAST];
    if (last)
      lock();
    JCSystem.commitTransaction();
  }

  short storeData() {
    byte grouping = groupingOf(Util.getShort(command.bytes, Command.DATA));
    short len = (short)(command.bytes[(short)(Command.DATA + 2)] & 0xFF);
    boolean last = command.p1() == P1_LAST;
    if (grouping == NO_GROUPING)
      return Sw.DATA_NOT_FOUND;
    if (len != (short)(command.lc() - HEAD_SIZE))
      return Sw.WRONG_DATA;
    short sw = check(grouping, len);
    if (sw != Sw.OK)
      return sw;
    byte nowStored = (byte)((memory.stored & ~voids(grouping)) | Memory.bit(grouping));
    if (last && nowStored != STORED_ALL)
      return Sw.CONDITIONS_NOT_SATISFIED;
    write(grouping, len);
    if (last)
      card.issuerKey.load(next(Memory.MASTER_KEY, grouping), next(Memory.TERMINAL_CA, grouping),
                          next(Memory.SERVER, grouping));
    commit(grouping, nowStored, last);
    return Sw.OK;
  }
}
