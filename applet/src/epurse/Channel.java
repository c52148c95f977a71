/* SPDX-License-Identifier: Apache-2.0
 * Channel set-up: certificate check and key agreement of SCP11a, challenges and cryptograms of SCP03. */
package epurse;

import javacard.framework.JCSystem;
import javacard.framework.SystemException;
import javacard.framework.Util;
import javacard.security.AESKey;
import javacard.security.CryptoException;
import javacard.security.ECPrivateKey;
import javacard.security.KeyBuilder;
import javacard.security.KeyPair;

final class Channel {
  static final short SCP11_REQUEST_SIZE = 83;
  static final short CHALLENGE_SIZE = 8;
  static final short CRYPTOGRAM_SIZE = 8;

  private static final byte MORE_FOLLOW = (byte)0x80; /* bit 8 of P2 (GPC Amd F 7.5) */
  private static final byte KID_CA_KLOC = 0x10;
  private static final byte KVN_FIRST = 0x01;
  private static final short BLOCK = 16;

  /* Before the host's ephemeral key: Amendment F 7.3.2. */
  private static final byte[] REQUEST_HEAD = {(byte)0xA6, 0x0D,       (byte)0x90, 0x02,       0x11, 0x01,
                                              (byte)0x95, 0x01,       0x3C,       (byte)0x80, 0x01, (byte)0x88,
                                              (byte)0x81, 0x01,       0x10,       0x5F,       0x49, 0x41};
  private static final byte[] ANSWER_HEAD = {0x5F, 0x49, 0x41};
  private static final byte[] RECEIPT_HEAD = {(byte)0x86, 0x10};
  private static final byte[] SHARED_INFO = {0x3C, (byte)0x88, 0x10};
  private static final short POINT_TLV_SIZE = 3 + Curve.POINT_SIZE;

  /* The second half of Z is agreed on first, when the certificate is taken. In the scratch: Z, counter, shared info. */
  private static final short Z_SIZE = 2 * Curve.FIELD_SIZE;
  private static final short KDF_COUNTER = Z_SIZE;
  private static final short KDF_INFO = KDF_COUNTER + 4;
  private static final short KDF_SIZE = KDF_INFO + 3;
  private static final short DERIVED = 128; /* in the answer, for a moment: receipt key, S-ENC, S-MAC, S-RMAC */

  /* SCP03, GPC Amendment D table 4-1. In the scratch: the 32 bytes that are derived from, and the result. */
  private static final byte DERIVE_CARD_CRYPTOGRAM = 0x00;
  private static final byte DERIVE_HOST_CRYPTOGRAM = 0x01;
  private static final byte DERIVE_S_ENC = 0x04;
  private static final byte DERIVE_S_MAC = 0x06;
  private static final byte DERIVE_S_RMAC = 0x07;
  private static final short DERIVATION_SIZE = 32;
  private static final short DERIVATION_RESULT = DERIVATION_SIZE;
  private static final short SCP03_ANSWER_SIZE = 29;

  private final Card card;
  private final Memory memory;
  private final Session session;
  private final Crypto crypto;
  private final Command command;
  private final Answer answer;
  private final SecureMessaging secure;
  private final KeyPair ephemeral;
  private final boolean transientEphemeral;

  Channel(Card card) {
    this.card = card;
    memory = card.memory;
    session = card.session;
    crypto = card.crypto;
    command = card.command;
    answer = card.answer;
    secure = card.secure;
    KeyPair found = transientPair();
    transientEphemeral = found != null;
    ephemeral = transientEphemeral ? found : Curve.pair(KeyBuilder.TYPE_EC_FP_PRIVATE);
  }

  /* A pair is made with it at once: some chips refuse only then. null: this one has no such keys, or no room for one. */
  private static KeyPair transientPair() {
    try {
      KeyPair found = Curve.pair(KeyBuilder.TYPE_EC_FP_PRIVATE_TRANSIENT_DESELECT);
      found.genKeyPair();
      return found;
    } catch (CryptoException hasNone) {
      return null;
    } catch (SystemException hasNoRoom) {
      return null;
    }
  }

  /* Ends the session: keys, role, TID, verified PIN and half-begun set-ups are wiped. */
  void close() {
    closeButShown();
    session.wipeShown();
  }

  private void closeButShown() {
    secure.wipeKeys();
    session.wipeChannel();
  }

  /* ---- the terminal that came last ---- */

  /* Whether this very certificate was verified before, under a CA of the same version, and its holder had its key. Names,
   * expiry and what is lowest that is still good are asked anew each time. */
  private boolean terminalIsKnown() {
    byte version = command.p1();
    crypto.hash(command.bytes, Command.DATA, command.lc(), session.bytes, Session.HASH);
    session.bytes[Session.CA_VERSION] = version;
    boolean known = memory.knownCaVersion != 0 && memory.knownCaVersion == version &&
                    Crypto.equal(memory.knownHash, (short)0, session.bytes, Session.HASH, Crypto.HASH_SIZE);
    session.set(Session.KNOWN, known);
    return known;
  }

  /* The static half of the secret, remembered or agreed on. */
  private boolean agreeStatic(boolean known, short pointAt) {
    if (!known)
      return crypto.agree(card.perso.eckaPrivate(), command.bytes, pointAt, session.bytes, Session.AGREED);
    Util.arrayCopyNonAtomic(memory.knownAgreed, (short)0, session.bytes, Session.AGREED, Curve.FIELD_SIZE);
    return true;
  }

  /* With every valid C-MAC: the first of a session, which only the terminal can have made, raises the floor, and lets the
   * card remember the terminal; both in one commit. */
  void confirm() {
    if (session.is(Session.CONFIRMED))
      return;
    session.set(Session.CONFIRMED, true);
    boolean rises = card.issuerKey.floorRises();
    boolean isNew = session.bytes[Session.CHANNEL] == Session.CHANNEL_SCP11 && !session.is(Session.KNOWN);
    if (rises || isNew) {
      JCSystem.beginTransaction();
      if (rises)
        memory.terminalCaLeast = session.bytes[Session.TERMINAL_CA_LEAST];
      if (isNew) {
        memory.knownCaVersion = session.bytes[Session.CA_VERSION];
        Memory.set(memory.knownHash, session.bytes, Session.HASH);
        Memory.set(memory.knownAgreed, session.bytes, Session.AGREED);
      }
      JCSystem.commitTransaction();
    }
    if (session.bytes[Session.CHANNEL] == Session.CHANNEL_SCP11)
      Util.arrayFillNonAtomic(session.bytes, Session.AGREED, Curve.FIELD_SIZE, (byte)0);
  }

  /* ---- SCP11a ---- */

  /* The terminal's certificate, under the terminal CA that is stored or under the one that came right before it. Its
   * signature is verified before the card's static key meets its point; whether the point is on the curve is then told
   * by the agreement, whose result is kept for MUTUAL AUTHENTICATE. */
  private short takeTerminal(boolean shown) {
    byte[] data = command.bytes;
    if (!Certificate.formed(data, Command.DATA, command.lc()))
      return Sw.WRONG_DATA;
    short pointAt = Certificate.pointAt(data, Command.DATA);
    byte role = data[(short)(Command.DATA + Certificate.ROLE)];
    boolean known = terminalIsKnown();
    if (!Certificate.isTerminal(role) || !card.issuerKey.terminalCaSigned(shown, known) ||
        Moment.passed(data, (short)(Command.DATA + Certificate.EXPIRY), memory.latestTime, (short)0))
      return known || crypto.pointValid(data, pointAt) ? Sw.SECURITY_NOT_SATISFIED : Sw.WRONG_DATA;
    if (!agreeStatic(known, pointAt))
      return Sw.WRONG_DATA;
    session.bytes[Session.ROLE] = role;
    Util.arrayCopyNonAtomic(data, (short)(Command.DATA + Certificate.SUBJECT), session.bytes, Session.TID,
                            Session.TID_SIZE);
    session.bytes[Session.TERMINAL_CA_LEAST] = card.issuerKey.terminalCaLeast(shown);
    session.set(Session.CERTIFICATE_VERIFIED, true);
    return Sw.OK;
  }

  /* One terminal certificate, or a chain of two: a newer terminal CA's under the master key, then the terminal's. The
   * session before it ends first: a certificate is public, and must not lend its role to a channel that another
   * terminal opened. A CA is good for the one command that follows. */
  short performSecurityOperation() {
    boolean shown = card.issuerKey.terminalCaIsShown(command.p1());
    closeButShown();
    short sw = takeCertificate(shown);
    if (sw != Sw.OK || (command.p2() & MORE_FOLLOW) == 0)
      session.wipeShown();
    return sw;
  }

  private short takeCertificate(boolean shown) {
    if ((command.p1() & MORE_FOLLOW) != 0)
      return Sw.CHAINING_UNSUPPORTED;
    if ((byte)(command.p2() & ~MORE_FOLLOW) != KID_CA_KLOC)
      return Sw.DATA_NOT_FOUND;
    if ((command.p2() & MORE_FOLLOW) != 0)
      return card.issuerKey.takeTerminalCa();
    if (!shown && !card.issuerKey.terminalCaIsStored(command.p1()))
      return Sw.DATA_NOT_FOUND;
    return takeTerminal(shown);
  }

  /* Opens the channel. Whoever replays a certificate gets this far; without the terminal's private key no C-MAC of
   * theirs will fit, and nothing has changed on the card. */
  short mutualAuthenticate() {
    if (!session.is(Session.CERTIFICATE_VERIFIED))
      return Sw.CONDITIONS_NOT_SATISFIED;
    session.set(Session.CERTIFICATE_VERIFIED, false);
    if (Util.arrayCompare(REQUEST_HEAD, (short)0, command.bytes, Command.DATA, (short)REQUEST_HEAD.length) != 0 ||
        !agree()) {
      crypto.wipeScratch();
      close();
      return Sw.WRONG_DATA;
    }
    answerScp11();
    session.bytes[Session.CHANNEL] = Session.CHANNEL_SCP11;
    return Sw.OK;
  }

  /* Both halves of Z into the scratch. */
  private boolean agree() {
    byte[] scratch = crypto.scratch;
    ECPrivateKey key = Curve.privateOf(ephemeral);
    if (transientEphemeral)
      Curve.set(key);
    ephemeral.genKeyPair();
    boolean agreed = crypto.agree(key, command.bytes, (short)(Command.DATA + REQUEST_HEAD.length), scratch, (short)0);
    if (transientEphemeral)
      key.clearKey();
    else
      key.setS(Crypto.PROBE, (short)0, Curve.FIELD_SIZE); /* what clearKey() leaves of the curve, chips disagree on */
    Util.arrayCopyNonAtomic(session.bytes, Session.AGREED, scratch, Curve.FIELD_SIZE, Curve.FIELD_SIZE);
    return agreed;
  }

  /* X9.63 with SHA-256 over the scratch, two rounds of it: receipt key, S-ENC, S-MAC, S-RMAC (GPC Amd F 3.1.3). */
  private void deriveScp11() {
    byte[] scratch = crypto.scratch;
    Util.arrayFillNonAtomic(scratch, KDF_COUNTER, (short)4, (byte)0);
    Util.arrayCopyNonAtomic(SHARED_INFO, (short)0, scratch, KDF_INFO, (short)3);
    for (byte round = 0; round < 2; round++) {
      scratch[(short)(KDF_COUNTER + 3)]++;
      crypto.hash(scratch, (short)0, KDF_SIZE, answer.bytes, (short)(DERIVED + round * Crypto.HASH_SIZE));
    }
    crypto.wipeScratch();
  }

  private void answerScp11() {
    byte[] bytes = answer.bytes;
    deriveScp11();
    answer.put((short)0, ANSWER_HEAD);
    Curve.publicOf(ephemeral).getW(bytes, (short)ANSWER_HEAD.length);
    secure.sRmac.setKey(bytes, DERIVED); /* the receipt key, once */
    crypto.cmac.setKey(secure.sRmac);
    crypto.cmac.begin(command.bytes, Command.DATA, SCP11_REQUEST_SIZE);
    crypto.cmac.finish(bytes, (short)0, POINT_TLV_SIZE, session.bytes, Session.CHAIN);
    secure.sEnc.setKey(bytes, (short)(DERIVED + BLOCK));
    secure.sMac.setKey(bytes, (short)(DERIVED + 2 * BLOCK));
    secure.sRmac.setKey(bytes, (short)(DERIVED + 3 * BLOCK));
    secure.open();
    Util.arrayFillNonAtomic(bytes, DERIVED, (short)(4 * BLOCK), (byte)0);
    short at = answer.put(POINT_TLV_SIZE, RECEIPT_HEAD);
    answer.setLength(answer.put(at, session.bytes, Session.CHAIN, BLOCK));
  }

  /* NIST SP 800-108 in counter mode with CMAC: label, 00, length in bits, counter 1, context (Amendment D 4.1.5). */
  private void derive(AESKey key, byte constant, short bits) {
    byte[] scratch = crypto.scratch;
    Util.arrayFillNonAtomic(scratch, (short)0, DERIVATION_SIZE, (byte)0);
    scratch[11] = constant;
    Util.setShort(scratch, (short)13, bits);
    scratch[15] = 1;
    Util.arrayCopyNonAtomic(session.bytes, Session.HOST_CHALLENGE, scratch, (short)16, (short)(2 * CHALLENGE_SIZE));
    crypto.cmac.setKey(key);
    crypto.cmac.finish(scratch, (short)0, DERIVATION_SIZE, scratch, DERIVATION_RESULT);
  }

  private void deriveKey(AESKey from, byte constant, AESKey to) {
    derive(from, constant, (short)0x0080);
    to.setKey(crypto.scratch, DERIVATION_RESULT);
  }

  /* S-MAC from the transport key, which stands in S-RMAC for a moment. */
  private void deriveMac() {
    secure.sRmac.setKey(memory.transportKey, (short)0);
    deriveKey(secure.sRmac, DERIVE_S_MAC, secure.sMac);
  }

  short initializeUpdate() {
    close();
    byte[] bytes = answer.bytes;
    Util.arrayCopyNonAtomic(command.bytes, Command.DATA, session.bytes, Session.HOST_CHALLENGE, CHALLENGE_SIZE);
    crypto.random(session.bytes, Session.CARD_CHALLENGE, CHALLENGE_SIZE);
    deriveMac();
    derive(secure.sMac, DERIVE_CARD_CRYPTOGRAM, (short)0x0040);
    secure.wipeKeys();
    answer.put((short)0, memory.serial);
    bytes[10] = command.p1() != 0 ? command.p1() : KVN_FIRST; /* 0 asks for whichever key there is */
    bytes[11] = 0x03;                                         /* SCP03 */
    bytes[12] = 0x60;                                         /* i: R-MAC, R-ENC, random challenge */
    answer.put((short)13, session.bytes, Session.CARD_CHALLENGE, CHALLENGE_SIZE);
    answer.put((short)21, crypto.scratch, DERIVATION_RESULT, CRYPTOGRAM_SIZE);
    answer.setLength(SCP03_ANSWER_SIZE);
    crypto.wipeScratch();
    session.set(Session.SCP03_STARTED, true);
    return Sw.OK;
  }

  /* Host cryptogram and C-MAC; whichever is wrong, a new INITIALIZE UPDATE is needed. */
  short externalAuthenticate() {
    if (!session.is(Session.SCP03_STARTED))
      return Sw.CONDITIONS_NOT_SATISFIED;
    deriveMac();
    deriveKey(secure.sRmac, DERIVE_S_ENC, secure.sEnc);
    deriveKey(secure.sRmac, DERIVE_S_RMAC, secure.sRmac);
    secure.open();
    Util.arrayFillNonAtomic(session.bytes, Session.CHAIN, BLOCK, (byte)0);
    Util.arrayFillNonAtomic(session.bytes, Session.COUNTER, BLOCK, (byte)0);
    boolean fits = secure.macFits();
    if (fits) {
      derive(secure.sMac, DERIVE_HOST_CRYPTOGRAM, (short)0x0040);
      fits = Crypto.equal(crypto.scratch, DERIVATION_RESULT, command.bytes, Command.DATA, CRYPTOGRAM_SIZE);
    }
    crypto.wipeScratch();
    if (!fits) {
      close();
      return Sw.SECURITY_NOT_SATISFIED;
    }
    session.set(Session.SCP03_STARTED, false);
    session.bytes[Session.CHANNEL] = Session.CHANNEL_SCP03;
    session.bytes[Session.ROLE] = Certificate.DESK; /* who holds the transport key is the issuer's desk */
    return Sw.OK;
  }
}
