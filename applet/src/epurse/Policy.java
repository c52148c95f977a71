/* SPDX-License-Identifier: Apache-2.0
 * The security policy: one table, a row per command, the same as commands[] of src/card/card.c. The first row that fits is
 * taken; its columns are asked from left to right: 6A86, 6985, 6982, 6982, 6982, 6700. */
package epurse;

final class Policy {
  /* States, a bit each. */
  static final byte IN_INITIALISED = 0x01;
  static final byte IN_PERSONALISED = 0x02;
  static final byte IN_EXPIRED = 0x04;
  static final byte IN_BLOCKED = 0x08;
  static final byte IN_EXPIRED_DESK = 0x10; /* expired: for the issuer's desk alone */
  private static final byte LIVING = IN_PERSONALISED | IN_EXPIRED;
  private static final byte READABLE = IN_PERSONALISED | IN_EXPIRED_DESK;
  private static final byte ANY_STATE = IN_INITIALISED | LIVING | IN_BLOCKED;

  /* Channels. */
  private static final byte CLEAR = Session.CHANNEL_NONE;
  private static final byte SCP03 = Session.CHANNEL_SCP03;
  private static final byte SCP11 = Session.CHANNEL_SCP11;

  /* Roles, a bit each. */
  static final byte BY_POS = 0x01;
  static final byte BY_RELOAD = 0x02;
  static final byte BY_DESK = 0x04;
  private static final byte BY_ANY = BY_POS | BY_RELOAD | BY_DESK;

  /* The PIN. */
  static final byte PIN_NOT_NEEDED = 0;
  static final byte PIN_OR_RIDING = 2;
  static final byte PIN_OR_DESK = 3;
  static final byte PIN_BY_AMOUNT = 4;

  /* Handlers: Card.handle(). */
  static final byte SELECT = 0;
  static final byte CARD_CERTIFICATE = 1;
  static final byte SECURITY_OPERATION = 2;
  static final byte MUTUAL_AUTHENTICATE = 3;
  static final byte INITIALIZE_UPDATE = 4;
  static final byte EXTERNAL_AUTHENTICATE = 5;
  static final byte GENERATE = 6;
  static final byte STORE_DATA = 7;
  static final byte VERIFY = 8;
  static final byte CHANGE_PIN = 9;
  static final byte INITIALIZE = 10;
  static final byte EXECUTE = 11;
  static final byte PROOF = 12;
  static final byte OFFLINE_PROMISE = 13;
  static final byte BALANCE = 14;
  static final byte READ_RECORDS = 15;
  static final byte SIG_CERTIFICATE = 16;
  static final byte PARTICULARS = 17;
  static final byte SHOW_SERVER = 18;
  static final byte BLOCK = 19;

  /* Columns. */
  static final short CLA = 0;
  static final short INS = 1;
  static final short P1 = 2;
  static final short P1_MASK = 3;
  static final short P2 = 4;
  static final short P2_MASK = 5;
  static final short STATES = 6;
  static final short CHANNEL = 7;
  static final short ROLES = 8;
  static final short AUTHENTICATION = 9;
  static final short LC_MIN = 10;
  static final short LC_MAX = 11;
  static final short HANDLER = 12;
  static final short WIDTH = 13;

  private static final byte FF = (byte)0xFF;
  private static final byte GP = (byte)0x80;          /* CLA */
  private static final byte GET_DATA = (byte)0xCA;    /* INS */
  private static final byte READ_RECORD = (byte)0xB2; /* INS */
  private static final byte LC_ANY = (byte)Command.DATA_MAX;
  private static final byte PLAIN = (byte)SecureMessaging.PLAIN_MAX;
  private static final byte REQUEST = Channel.SCP11_REQUEST_SIZE;
  private static final byte CHALLENGE = Channel.CHALLENGE_SIZE;
  private static final byte EXTERNAL = Channel.CRYPTOGRAM_SIZE + SecureMessaging.MAC_SIZE;
  private static final byte PIN = Pin.VERIFY_SIZE;
  private static final byte PINS = Pin.CHANGE_SIZE;
  private static final byte INIT = Promise.SIZE;
  private static final byte INIT_PIN = Promise.SIZE_MAX;
  private static final byte INIT_SALE = Promise.REFUND_SIZE;
  private static final byte ORDER = (byte)Record.AUTHORISATION_SIZE;
  private static final byte KEY = (byte)Certificate.SERVER_SIZE;
  private static final byte BLOCK_ORDER = Record.BLOCK_ORDER_SIZE;
  private static final byte RELOAD_DESK = BY_RELOAD | BY_DESK;
  private static final byte POS_DESK = BY_POS | BY_DESK;

  static final byte[] ROWS = {
      /* CLA, INS, P1, mask, P2, mask, states, channel, roles, authentication, Lc min, max, handler */
      /* in the clear: all that an unknown reader gets */
      0x00, (byte)0xA4, 0x04, FF, 0x00, FF, ANY_STATE, CLEAR, BY_ANY, PIN_NOT_NEEDED, 0, LC_ANY, SELECT,
      0x00, GET_DATA, (byte)0xBF, FF, 0x21, FF, LIVING, CLEAR, BY_ANY, PIN_NOT_NEEDED, 0, 6, CARD_CERTIFICATE,
      GP, GET_DATA, (byte)0xBF, FF, 0x21, FF, LIVING, CLEAR, BY_ANY, PIN_NOT_NEEDED, 0, 6, CARD_CERTIFICATE,
      GP, 0x2A, 0x00, 0x00, 0x00, 0x00, LIVING, CLEAR, BY_ANY, PIN_NOT_NEEDED, 1, LC_ANY, SECURITY_OPERATION,
      GP, (byte)0x82, 0x01, FF, 0x11, FF, LIVING, CLEAR, BY_ANY, PIN_NOT_NEEDED, REQUEST, REQUEST, MUTUAL_AUTHENTICATE,
      GP, 0x50, 0x00, 0x00, 0x00, FF, IN_INITIALISED, CLEAR, BY_ANY, PIN_NOT_NEEDED, CHALLENGE, CHALLENGE, INITIALIZE_UPDATE,
      (byte)0x84, (byte)0x82, 0x33, FF, 0x00, FF, IN_INITIALISED, CLEAR, BY_ANY, PIN_NOT_NEEDED, EXTERNAL, EXTERNAL, EXTERNAL_AUTHENTICATE,
      /* blank cards, inside SCP03 */
      0x00, 0x47, (byte)0x80, FF, 0x00, FF, IN_INITIALISED, SCP03, BY_DESK, PIN_NOT_NEEDED, 0, 0, GENERATE,
      GP, (byte)0xE2, 0x00, 0x7F, 0x00, 0x00, IN_INITIALISED, SCP03, BY_DESK, PIN_NOT_NEEDED, 3, PLAIN, STORE_DATA,
      /* cardholder's cards, inside SCP11a */
      0x00, 0x20, 0x00, FF, (byte)0x80, FF, IN_PERSONALISED, SCP11, BY_ANY, PIN_NOT_NEEDED, PIN, PIN, VERIFY,
      0x00, 0x24, 0x00, FF, (byte)0x80, FF, IN_PERSONALISED, SCP11, BY_ANY, PIN_NOT_NEEDED, PINS, PINS, CHANGE_PIN,
      GP, 0x50, 0x00, FF, 0x00, FF, IN_PERSONALISED, SCP11, BY_RELOAD, PIN_OR_RIDING, INIT, INIT_PIN, INITIALIZE,
      GP, 0x50, 0x01, FF, 0x00, FF, IN_PERSONALISED, SCP11, BY_POS, PIN_BY_AMOUNT, INIT, INIT_PIN, INITIALIZE,
      GP, 0x50, 0x02, FF, 0x00, FF, IN_PERSONALISED, SCP11, BY_POS, PIN_NOT_NEEDED, INIT_SALE, INIT_SALE, INITIALIZE,
      GP, 0x50, 0x03, FF, 0x00, FF, IN_PERSONALISED, SCP11, RELOAD_DESK, PIN_OR_RIDING, INIT, INIT_PIN, INITIALIZE,
      GP, 0x50, 0x04, FF, 0x00, FF, IN_PERSONALISED, SCP11, BY_POS, PIN_BY_AMOUNT, INIT, INIT_PIN, INITIALIZE,
      GP, 0x52, 0x00, FF, 0x00, FF, IN_PERSONALISED, SCP11, BY_RELOAD, PIN_NOT_NEEDED, ORDER, ORDER, EXECUTE,
      GP, 0x54, 0x01, FF, 0x00, FF, IN_PERSONALISED, SCP11, BY_POS, PIN_NOT_NEEDED, ORDER, ORDER, EXECUTE,
      GP, 0x52, 0x02, FF, 0x00, FF, IN_PERSONALISED, SCP11, BY_POS, PIN_NOT_NEEDED, ORDER, ORDER, EXECUTE,
      GP, 0x54, 0x03, FF, 0x00, FF, IN_PERSONALISED, SCP11, RELOAD_DESK, PIN_NOT_NEEDED, ORDER, ORDER, EXECUTE,
      GP, 0x5A, 0x00, FF, 0x00, FF, READABLE, SCP11, BY_ANY, PIN_NOT_NEEDED, 0, 0, PROOF,
      GP, 0x5A, 0x01, FF, 0x00, FF, READABLE, SCP11, POS_DESK, PIN_NOT_NEEDED, 0, 0, OFFLINE_PROMISE,
      GP, 0x5C, 0x00, FF, 0x00, FF, READABLE, SCP11, BY_ANY, PIN_OR_DESK, 0, 0, BALANCE,
      0x00, READ_RECORD, 0x00, 0x00, Log.P2_LOADS, FF, READABLE, SCP11, BY_ANY, PIN_OR_DESK, 0, 0, READ_RECORDS,
      0x00, READ_RECORD, 0x00, 0x00, Log.P2_PURCHASES, FF, READABLE, SCP11, BY_ANY, PIN_OR_DESK, 0, 0, READ_RECORDS,
      0x00, GET_DATA, 0x7F, FF, 0x21, FF, READABLE, SCP11, BY_ANY, PIN_NOT_NEEDED, 0, 0, SIG_CERTIFICATE,
      GP, GET_DATA, 0x7F, FF, 0x21, FF, READABLE, SCP11, BY_ANY, PIN_NOT_NEEDED, 0, 0, SIG_CERTIFICATE,
      0x00, GET_DATA, (byte)0xDF, FF, 0x70, FF, READABLE, SCP11, BY_ANY, PIN_NOT_NEEDED, 0, 0, PARTICULARS,
      GP, GET_DATA, (byte)0xDF, FF, 0x70, FF, READABLE, SCP11, BY_ANY, PIN_NOT_NEEDED, 0, 0, PARTICULARS,
      0x00, 0x2A, 0x00, FF, (byte)0xBE, FF, LIVING, SCP11, BY_ANY, PIN_NOT_NEEDED, KEY, KEY, SHOW_SERVER,
      GP, 0x1E, 0x00, FF, 0x00, FF, LIVING, SCP11, BY_ANY, PIN_NOT_NEEDED, BLOCK_ORDER, BLOCK_ORDER, BLOCK,
  };

  private final Card card;
  private final Memory memory;
  private final Session session;
  private final Command command;

  Policy(Card card) {
    this.card = card;
    memory = card.memory;
    session = card.session;
    command = card.command;
  }

  /* Logical channels, chaining and classes that no row has: ISO/IEC 7816-4 5.4.1. */
  static short classRefusal(byte cla) {
    if ((cla & 0x68) != 0)
      return Sw.WRONG_CLA;
    if ((cla & 0x10) != 0)
      return Sw.CHAINING_UNSUPPORTED;
    return (cla & 0x03) != 0 ? Sw.CHANNEL_UNSUPPORTED : Sw.OK;
  }

  /* A row of the clear commands wants the class as it stands; of the others, without Command.CLA_SECURE. What has come
   * out of secure messaging never fits a clear row. */
  private boolean classFits(short row, boolean secured) {
    byte cla = command.cla();
    if (ROWS[(short)(row + CHANNEL)] == CLEAR)
      return !secured && cla == ROWS[row];
    return (byte)(cla & ~Command.CLA_SECURE) == ROWS[row];
  }

  private static boolean parameterFits(byte parameter, short at) {
    return (byte)(parameter & ROWS[(short)(at + 1)]) == ROWS[at];
  }

  /* Where the first row begins that fits; else, with its sign turned, the status word that says what is wrong. */
  short find(boolean secured) {
    short sw = Sw.WRONG_INS;
    for (short row = 0; row < (short)ROWS.length; row = (short)(row + WIDTH)) {
      if (ROWS[(short)(row + INS)] != command.ins())
        continue;
      if (!classFits(row, secured)) {
        if (sw == Sw.WRONG_INS)
          sw = Sw.WRONG_CLA;
      } else if (parameterFits(command.p1(), (short)(row + P1)) && parameterFits(command.p2(), (short)(row + P2))) {
        return row;
      } else {
        sw = Sw.WRONG_P1P2;
      }
    }
    return (short)-sw;
  }

  private boolean stateFits(byte states) {
    switch (memory.state) {
    case Memory.INITIALISED:
      return (states & IN_INITIALISED) != 0;
    case Memory.PERSONALISED:
      return (states & IN_PERSONALISED) != 0;
    case Memory.EXPIRED:
      return (states & (IN_EXPIRED | IN_EXPIRED_DESK)) != 0;
    default:
      return (states & IN_BLOCKED) != 0;
    }
  }

  private boolean roleFits(short row) {
    byte roles = ROWS[(short)(row + ROLES)];
    if (ROWS[(short)(row + CHANNEL)] == CLEAR)
      return true; /* nobody is known yet */
    if (memory.state == Memory.EXPIRED && (ROWS[(short)(row + STATES)] & IN_EXPIRED) == 0)
      roles = (byte)(roles & BY_DESK);
    switch (session.bytes[Session.ROLE]) {
    case Certificate.POS:
      return (roles & BY_POS) != 0;
    case Certificate.RELOAD:
      return (roles & BY_RELOAD) != 0;
    case Certificate.DESK:
      return (roles & BY_DESK) != 0;
    default:
      return false;
    }
  }

  private boolean authenticationFits(short row) {
    boolean riding = command.lc() > (short)(ROWS[(short)(row + LC_MIN)] & 0xFF);
    if (session.is(Session.PIN_VERIFIED))
      return true;
    switch (ROWS[(short)(row + AUTHENTICATION)]) {
    case PIN_NOT_NEEDED:
      return true;
    case PIN_OR_RIDING:
      return riding;
    case PIN_BY_AMOUNT:
      return riding || card.promise.needsNoPin();
    case PIN_OR_DESK:
      return session.bytes[Session.ROLE] == Certificate.DESK;
    default:
      return false;
    }
  }

  short refusal(short row, boolean secured) {
    byte channel = ROWS[(short)(row + CHANNEL)];
    short lc = command.lc();
    if (!stateFits(ROWS[(short)(row + STATES)]))
      return Sw.CONDITIONS_NOT_SATISFIED;
    if (channel != CLEAR && (!secured || session.bytes[Session.CHANNEL] != channel))
      return Sw.SECURITY_NOT_SATISFIED;
    if (!roleFits(row) || !authenticationFits(row))
      return Sw.SECURITY_NOT_SATISFIED;
    if (lc < (short)(ROWS[(short)(row + LC_MIN)] & 0xFF) || lc > (short)(ROWS[(short)(row + LC_MAX)] & 0xFF))
      return Sw.WRONG_LENGTH;
    return Sw.OK;
  }
}
