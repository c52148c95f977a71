-- SPDX-License-Identifier: Apache-2.0
-- The ledger. What must never be false is said here, so that no program can make it so.
--
-- Integer keys throughout: a card's is the serial part of its number, an account's is made of its owner and its kind
-- (src/ledger/posting.h), a transaction's is card << 32 | atc. What changes with each payment is one row of its card
-- (card_counters), kept apart from what does not change (card); double entry is a view of the transactions (posting).

CREATE TABLE schema_version (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  version INTEGER NOT NULL
) STRICT;
INSERT INTO schema_version VALUES (1, 1);

CREATE TABLE setting (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  currency INTEGER NOT NULL CHECK (currency BETWEEN 1 AND 999),
  issuer INTEGER NOT NULL CHECK (issuer BETWEEN 0 AND 999999),
  point_value INTEGER NOT NULL CHECK (point_value BETWEEN 1 AND 1000000), -- minor units
  pool_first INTEGER NOT NULL CHECK (pool_first BETWEEN 1 AND pool_end),
  pool_end INTEGER NOT NULL CHECK (pool_end BETWEEN 1 AND 1000000000) -- the first serial never yet in the pool
) STRICT;

CREATE TABLE merchant (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 15), -- the identifier on receipts
  title TEXT NOT NULL,
  points_rate INTEGER NOT NULL CHECK (points_rate BETWEEN 0 AND 10000),
  fee_rate INTEGER NOT NULL DEFAULT 0 CHECK (fee_rate BETWEEN 0 AND 10000), -- basis points
  iban TEXT NOT NULL DEFAULT '' CHECK (length(iban) BETWEEN 0 AND 34), -- how it is paid out; '': not known
  bic TEXT NOT NULL DEFAULT '' CHECK (length(bic) IN (0, 8, 11))
) STRICT;

CREATE TABLE terminal (
  id INTEGER PRIMARY KEY,
  tid BLOB NOT NULL UNIQUE CHECK (length(tid) = 8),
  role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 4),
  merchant INTEGER NOT NULL REFERENCES merchant (id),
  ecka_public BLOB NOT NULL CHECK (length(ecka_public) = 65),
  sig_public BLOB NOT NULL CHECK (length(sig_public) = 65),
  expiry BLOB NOT NULL CHECK (length(expiry) = 4),
  revoked INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1))
) STRICT;

-- Sequence numbers of a terminal's messages: the highest, and a bit for each of the 64 up to it. Payments take none, and note one of
-- theirs from time to time as the highest.
CREATE TABLE terminal_window (
  id INTEGER PRIMARY KEY REFERENCES terminal (id),
  last_seq INTEGER NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
  bitmap INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Free card numbers.
CREATE TABLE pool (
  serial INTEGER PRIMARY KEY CHECK (serial BETWEEN 1 AND 999999999)
) STRICT;

-- States: 1 reserved, 2 issued, 3 blocked, 4 retired.
CREATE TABLE card (
  id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 999999999),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  chip_serial BLOB NOT NULL CHECK (length(chip_serial) = 8),
  sig_public BLOB CHECK (length(sig_public) = 65),
  ecka_public BLOB CHECK (length(ecka_public) = 65),
  expiry BLOB CHECK (length(expiry) = 4),
  currency INTEGER,
  purse_ceiling INTEGER CHECK (purse_ceiling BETWEEN 0 AND 2147483647),
  payment_ceiling INTEGER CHECK (payment_ceiling BETWEEN 0 AND 2147483647),
  pin_mac BLOB CHECK (length(pin_mac) = 32),
  pin_candidate BLOB CHECK (length(pin_candidate) = 32), -- a change of PIN whose other half is the card's
  sig_certificate BLOB,
  reason TEXT NOT NULL DEFAULT '',
  reserved_at INTEGER NOT NULL,
  issued_at INTEGER NOT NULL DEFAULT 0,
  blocked_at INTEGER NOT NULL DEFAULT 0,
  -- Which change of PIN made the stored one, as the card counts them in its promises; a candidate will be the card's with
  -- that count, if with any. It came with the record of terminal and N.
  pin_changes INTEGER NOT NULL DEFAULT 0 CHECK (pin_changes BETWEEN 0 AND 65535),
  pin_candidate_changes INTEGER CHECK (pin_candidate_changes BETWEEN 1 AND 65535),
  pin_candidate_tid BLOB CHECK (length(pin_candidate_tid) = 8),
  pin_candidate_nonce BLOB CHECK (length(pin_candidate_nonce) = 8),
  suspended_at INTEGER NOT NULL DEFAULT 0 CHECK (suspended_at >= 0), -- 0: it is not; `reason` says why
  -- What it pays without its PIN at once, and in all between two right ones, as certification fixed it; minor units, 0: never.
  no_pin_single INTEGER NOT NULL DEFAULT 0 CHECK (no_pin_single BETWEEN 0 AND 2147483647),
  no_pin_total INTEGER NOT NULL DEFAULT 0 CHECK (no_pin_total BETWEEN 0 AND 2147483647),
  CHECK (state IN (1, 4) OR sig_public IS NOT NULL),
  CHECK (pin_candidate IS NULL OR pin_mac IS NOT NULL),
  CHECK ((sig_public IS NULL) = (pin_mac IS NULL) AND (sig_public IS NULL) = (sig_certificate IS NULL))
) STRICT;
CREATE UNIQUE INDEX card_chip ON card (chip_serial) WHERE state <> 4; -- one living card for a chip
CREATE INDEX card_retired ON card (chip_serial) WHERE state = 4;
CREATE INDEX card_state ON card (state);

CREATE TRIGGER card_one_way BEFORE UPDATE OF state ON card
WHEN NEW.state < OLD.state OR (NEW.state = 4 AND OLD.state IN (2, 3))
BEGIN SELECT RAISE(ABORT, 'a card does not go back'); END;
CREATE TRIGGER card_not_lost BEFORE DELETE ON card
WHEN OLD.state <> 1 OR OLD.sig_public IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a card number that was certified is never forgotten'); END;

-- The purse: what a card said last, and what a payment moves on it: its accounts of kinds 1, 2, 8 and 9.
CREATE TABLE card_counters (
  id INTEGER PRIMARY KEY REFERENCES card (id),
  balance INTEGER NOT NULL DEFAULT 0, -- shadow of what is on the card
  ceiling INTEGER NOT NULL CHECK (ceiling BETWEEN 0 AND 2147483647), -- of that
  held INTEGER NOT NULL DEFAULT 0 CHECK (held BETWEEN 0 AND 2147483647), -- authorised, outcome unknown
  points INTEGER NOT NULL DEFAULT 0 CHECK (points BETWEEN 0 AND 2147483647),
  points_held INTEGER NOT NULL DEFAULT 0 CHECK (points_held BETWEEN 0 AND 2147483647),
  last_atc INTEGER NOT NULL DEFAULT 0, -- highest in any promise
  last_hash BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK (length(last_hash) = 32), -- of that promise
  captured_atc INTEGER NOT NULL DEFAULT 0, -- of the last transaction known to be committed
  held_atc INTEGER NOT NULL DEFAULT 0, -- of the open hold, 0: none
  -- Promises that say verified, with a PIN that is not the stored one.
  pin_failures INTEGER NOT NULL DEFAULT 0 CHECK (pin_failures >= 0),
  pin_events INTEGER NOT NULL DEFAULT 0 CHECK (pin_events BETWEEN 0 AND 4294967295), -- the highest number that was counted
  pin_wrong INTEGER NOT NULL DEFAULT 0 CHECK (pin_wrong >= 0), -- that the card has signed since a right one
  -- In order of ATC: grows where a payment without the PIN is captured, 0 again with a promise whose PIN the server verified.
  no_pin_sum INTEGER NOT NULL DEFAULT 0 CHECK (no_pin_sum >= 0),
  CHECK (balance BETWEEN 0 AND ceiling),
  CHECK (captured_atc <= last_atc AND held_atc <= last_atc)
) STRICT;

-- Kinds below 8 hold money, from 8 on loyalty points. Those of cards that payments move lie in card_counters.
CREATE TABLE account (
  id INTEGER PRIMARY KEY,
  balance INTEGER NOT NULL DEFAULT 0,
  floor INTEGER NOT NULL,
  ceiling INTEGER NOT NULL,
  CHECK (balance BETWEEN floor AND ceiling)
) STRICT;
INSERT INTO account VALUES (-10, 0, -4611686018427387904, 4611686018427387904); -- the issuer's points

CREATE TRIGGER account_elsewhere BEFORE INSERT ON account WHEN NEW.id > 0 AND NEW.id % 16 IN (1, 2, 8, 9)
BEGIN SELECT RAISE(ABORT, 'what payments move lies with the card'); END;

-- All of them, wherever they lie.
CREATE VIEW holding (id, balance, floor, ceiling) AS
SELECT id, balance, floor, ceiling FROM account
UNION ALL SELECT id * 16 + 1, balance, 0, ceiling FROM card_counters
UNION ALL SELECT id * 16 + 2, held, 0, 2147483647 FROM card_counters
UNION ALL SELECT id * 16 + 8, points, 0, 2147483647 FROM card_counters
UNION ALL SELECT id * 16 + 9, points_held, 0, 2147483647 FROM card_counters;

-- A movement on one account of the other ones: inserted, it is made.
CREATE VIEW movement (account, amount) AS SELECT id, 0 FROM account WHERE 0;
CREATE TRIGGER movement_made INSTEAD OF INSERT ON movement
BEGIN
  SELECT RAISE(ABORT, 'there is no such account') WHERE NOT EXISTS (SELECT 1 FROM account WHERE id = NEW.account);
  UPDATE account SET balance = balance + NEW.amount WHERE id = NEW.account;
END;

-- Transactions of cards. Types: 1 purchase, 2 load, 3 purchase with points, 4 refund, 5 payout, 6 off-line purchase.
-- States: 1 held, 2 captured, 3 released, 4 declined, 5 owed, 6 refunded.
-- Rows lie in the order in which they came, so that those of a commit share pages; the index by id is small.
CREATE TABLE booking (
  id INTEGER NOT NULL UNIQUE, -- card << 32 | atc
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 6),
  type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 6),
  amount INTEGER NOT NULL CHECK (amount BETWEEN iif(type = 5, 0, 1) AND 2147483647), -- 0: it closes an empty card
  points INTEGER NOT NULL,
  terminal INTEGER NOT NULL REFERENCES terminal (id),
  merchant INTEGER NOT NULL REFERENCES merchant (id),
  tender INTEGER NOT NULL CHECK (tender BETWEEN 0 AND 3),
  reference TEXT NOT NULL,
  reason TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32), -- of the promise
  promise BLOB NOT NULL,
  authorisation BLOB NOT NULL, -- without the hash of the promise (src/ledger/booking.h)
  secret BLOB CHECK (length(secret) = 32), -- r
  created_at INTEGER NOT NULL,
  settled_at INTEGER NOT NULL DEFAULT 0,
  sale INTEGER REFERENCES booking (id), -- that a refund is of
  in_points INTEGER NOT NULL DEFAULT 0 CHECK (in_points IN (0, 1)), -- of a refund: its sale was paid with points
  CHECK (type <> 3 OR state = 4 OR points < 0),
  CHECK ((state = 2) = (secret IS NOT NULL)),
  CHECK (state NOT IN (5, 6) OR type = 2)
) STRICT;
CREATE INDEX booking_open_refund ON booking (id) WHERE state = 1 AND type = 4; -- of the others the cards' rows tell

CREATE TRIGGER booking_first BEFORE INSERT ON booking WHEN NEW.state NOT IN (1, 4)
BEGIN SELECT RAISE(ABORT, 'a transaction begins held or declined'); END;
CREATE TRIGGER booking_settled_once BEFORE UPDATE OF state ON booking -- no list of three: SQLite would make a table of it, each time
WHEN NOT ((OLD.state = 1 AND (NEW.state BETWEEN 2 AND 3 OR NEW.state = 5)) OR (OLD.state = 5 AND NEW.state = 6))
BEGIN SELECT RAISE(ABORT, 'a transaction is settled once'); END;
CREATE TRIGGER booking_fixed
BEFORE UPDATE OF id, type, amount, points, terminal, merchant, tender, reference, reason, hash, promise,
  authorisation, created_at ON booking
BEGIN SELECT RAISE(ABORT, 'what was answered is not changed'); END;
CREATE TRIGGER booking_kept BEFORE DELETE ON booking
BEGIN SELECT RAISE(ABORT, 'transactions are kept'); END;

-- Tenders that a terminal gave back, known here or not.
CREATE TABLE reversal (
  booking INTEGER NOT NULL,
  terminal INTEGER NOT NULL REFERENCES terminal (id),
  at INTEGER NOT NULL,
  PRIMARY KEY (booking, terminal)
) STRICT, WITHOUT ROWID;

-- What needs a person.
CREATE TABLE incident (
  number INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  card INTEGER NOT NULL REFERENCES card (id),
  atc INTEGER NOT NULL,
  evidence BLOB NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (card, atc, kind, evidence)
) STRICT;
CREATE TRIGGER incident_fixed BEFORE UPDATE ON incident
BEGIN SELECT RAISE(ABORT, 'incidents are not changed'); END;
CREATE TRIGGER incident_kept BEFORE DELETE ON incident
BEGIN SELECT RAISE(ABORT, 'incidents are kept'); END;

-- ---- money outside of any card's transaction, replaced cards, settlement ----

INSERT INTO account VALUES (-6, 0, 0, 4611686018427387904); -- what was ordered to be paid out to merchants
INSERT INTO account VALUES (-7, 0, 0, 4611686018427387904); -- the issuer's fees
INSERT INTO account VALUES (-5, 0, -4611686018427387904, 0); -- below zero: what desks took as deposits of cards

-- Double entry too, but of no transaction. Kinds: 1 replacement (subject: the old card), 2 fee, 3 set-off, 4 paid to
-- the merchant, 5 payouts handed out and credit (brought to its account), 6 a payout to a bank account (subject: the settlement),
-- 7 a deposit taken (subject: the card), 8 a deposit given back (subject: the payout that closes its card).
-- The same thing is booked once.
CREATE TABLE transfer (
  number INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 15),
  subject INTEGER NOT NULL,
  debit INTEGER NOT NULL, -- of a card or an account that is there, both: transfer_moves
  credit INTEGER NOT NULL,
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 4611686018427387904),
  at INTEGER NOT NULL,
  UNIQUE (kind, subject, debit),
  CHECK (debit <> credit),
  CHECK ((abs(debit) % 16 < 8) = (abs(credit) % 16 < 8)) -- money stays money
) STRICT;

CREATE INDEX transfer_credit ON transfer (credit);
CREATE INDEX transfer_debit ON transfer (debit);

-- Of what lies with a card, all or its points are taken, when another one replaces it.
CREATE TRIGGER transfer_moves AFTER INSERT ON transfer
BEGIN
  INSERT INTO movement SELECT NEW.debit, -NEW.amount WHERE NEW.debit < 0 OR NEW.debit % 16 NOT IN (1, 8);
  SELECT RAISE(ABORT, 'there is no such card') WHERE NEW.debit > 0 AND NEW.debit % 16 IN (1, 8)
    AND NOT EXISTS (SELECT 1 FROM card_counters WHERE id = NEW.debit / 16);
  UPDATE card_counters SET balance = balance - iif(NEW.debit % 16 = 1, NEW.amount, 0),
    points = points - iif(NEW.debit % 16 = 8, NEW.amount, 0)
    WHERE NEW.debit > 0 AND NEW.debit % 16 IN (1, 8) AND id = NEW.debit / 16;
  INSERT INTO movement VALUES (NEW.credit, NEW.amount);
END;
CREATE TRIGGER transfer_fixed BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'transfers are not changed'); END;
CREATE TRIGGER transfer_kept BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'transfers are kept'); END;

-- Blocked cards whose money went to another one, with what they had then.
CREATE TABLE replacement (
  card INTEGER PRIMARY KEY REFERENCES card (id),
  successor INTEGER NOT NULL REFERENCES card (id),
  balance INTEGER NOT NULL CHECK (balance >= 0),
  owed INTEGER NOT NULL CHECK (owed >= 0),
  points INTEGER NOT NULL CHECK (points >= 0), -- lapsed
  settled_atc INTEGER NOT NULL CHECK (settled_atc >= 0), -- the hold that ended by the rule, 0: none
  at INTEGER NOT NULL,
  CHECK (card <> successor)
) STRICT;

CREATE TRIGGER replacement_of_blocked BEFORE INSERT ON replacement
WHEN NOT EXISTS (SELECT 1 FROM card WHERE id = NEW.card AND state = 3)
  OR NOT EXISTS (SELECT 1 FROM card WHERE id = NEW.successor AND state = 2)
BEGIN SELECT RAISE(ABORT, 'a blocked card is replaced by one in use'); END;
CREATE TRIGGER replacement_fixed BEFORE UPDATE ON replacement
BEGIN SELECT RAISE(ABORT, 'replacements are not changed'); END;
CREATE TRIGGER replacement_kept BEFORE DELETE ON replacement
BEGIN SELECT RAISE(ABORT, 'replacements are kept'); END;

-- Purchases in the order in which they were captured; a settlement is a run of these numbers, and what its lines say is
-- their sums. What they are is told again here, so that nobody has to look at `booking` for it.
CREATE TABLE capture (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  booking INTEGER NOT NULL REFERENCES booking (id),
  merchant INTEGER NOT NULL,
  type INTEGER NOT NULL CHECK (type IN (1, 3)),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
  points INTEGER NOT NULL CHECK (CASE type WHEN 1 THEN points >= 0 ELSE points < 0 END), -- granted; what it cost
  at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER capture_fixed BEFORE UPDATE ON capture
BEGIN SELECT RAISE(ABORT, 'captures are not changed'); END;
CREATE TRIGGER capture_kept BEFORE DELETE ON capture
BEGIN SELECT RAISE(ABORT, 'captures are kept'); END;

-- Closed batches: number and closing time, and their run of captures.
CREATE TABLE settlement (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  closed_at INTEGER NOT NULL,
  first_capture INTEGER NOT NULL,
  last_capture INTEGER NOT NULL UNIQUE,
  CHECK (last_capture >= first_capture)
) STRICT;

-- A merchant's part of it. Written before its settlement's row, which closes it.
CREATE TABLE settlement_line (
  settlement INTEGER NOT NULL REFERENCES settlement (number) DEFERRABLE INITIALLY DEFERRED,
  merchant INTEGER NOT NULL REFERENCES merchant (id),
  purchases INTEGER NOT NULL,
  gross INTEGER NOT NULL CHECK (gross BETWEEN 0 AND 4611686018427387904), -- what an account holds
  fee_rate INTEGER NOT NULL,
  fee INTEGER NOT NULL CHECK (fee = gross / 10000 * fee_rate + gross % 10000 * fee_rate / 10000), -- gross * fee_rate / 10000, rounded down, in 64 bits
  loads INTEGER NOT NULL CHECK (loads >= 0), -- what it owed for loads
  set_off INTEGER NOT NULL CHECK (set_off BETWEEN 0 AND loads),
  net INTEGER NOT NULL CHECK (net >= 0),
  points_granted INTEGER NOT NULL,
  points_purchases INTEGER NOT NULL,
  points_redeemed INTEGER NOT NULL,
  points_value INTEGER NOT NULL,
  iban TEXT NOT NULL, -- as it was then; '': was not known
  bic TEXT NOT NULL,
  payouts INTEGER NOT NULL DEFAULT 0 CHECK (payouts >= 0), -- handed out to cardholders
  credit INTEGER NOT NULL DEFAULT 0 CHECK (credit >= 0), -- its tender account above zero
  PRIMARY KEY (settlement, merchant),
  CHECK (gross + payouts + credit = fee + set_off + net)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER capture_open AFTER INSERT ON capture
WHEN NEW.number <= (SELECT coalesce(max(last_capture), 0) FROM settlement)
BEGIN SELECT RAISE(ABORT, 'nothing is captured behind a settlement'); END;
-- What was due goes to the merchant's accounts; transfers take it from there.
CREATE TRIGGER settlement_line_moves AFTER INSERT ON settlement_line
BEGIN
  UPDATE account SET balance = balance + NEW.gross WHERE id = -(NEW.merchant * 16 + 4);
  UPDATE account SET balance = balance + NEW.points_redeemed - NEW.points_granted WHERE id = -(NEW.merchant * 16 + 10);
END;
CREATE TRIGGER settlement_fixed BEFORE UPDATE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement is closed for good'); END;
CREATE TRIGGER settlement_kept BEFORE DELETE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement is kept'); END;
CREATE TRIGGER settlement_line_open BEFORE INSERT ON settlement_line
WHEN EXISTS (SELECT 1 FROM settlement WHERE number >= NEW.settlement)
BEGIN SELECT RAISE(ABORT, 'a settlement is closed for good'); END;
CREATE TRIGGER settlement_line_fixed BEFORE UPDATE ON settlement_line
BEGIN SELECT RAISE(ABORT, 'a settlement is closed for good'); END;
CREATE TRIGGER settlement_line_kept BEFORE DELETE ON settlement_line
BEGIN SELECT RAISE(ABORT, 'a settlement is kept'); END;

-- The account of a line whose merchant's was not known as it was closed: the one of its first export, for good, since the bank
-- takes a file with the same message identification for the same one.
CREATE TABLE settlement_account (
  settlement INTEGER NOT NULL,
  merchant INTEGER NOT NULL,
  iban TEXT NOT NULL CHECK (length(iban) BETWEEN 15 AND 34),
  bic TEXT NOT NULL,
  PRIMARY KEY (settlement, merchant),
  FOREIGN KEY (settlement, merchant) REFERENCES settlement_line (settlement, merchant)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER settlement_account_fixed BEFORE UPDATE ON settlement_account
BEGIN SELECT RAISE(ABORT, 'an exported account is not changed'); END;
CREATE TRIGGER settlement_account_kept BEFORE DELETE ON settlement_account
BEGIN SELECT RAISE(ABORT, 'an exported account is kept'); END;

-- ---- copies that took the place of younger ones ----

CREATE TABLE restoration (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER restoration_fixed BEFORE UPDATE ON restoration
BEGIN SELECT RAISE(ABORT, 'restorations are not changed'); END;
CREATE TRIGGER restoration_kept BEFORE DELETE ON restoration
BEGIN SELECT RAISE(ABORT, 'restorations are kept'); END;

-- ---- what was never seen, what a card denied and a receipt proves ----

-- Promises that somebody asked about before any request came with them: the answer was "never seen". They are never
-- authorised any more. The name of each is all three: card, ATC, hash.
CREATE TABLE never_seen (
  booking INTEGER NOT NULL, -- card << 32 | atc
  hash BLOB NOT NULL CHECK (length(hash) = 32), -- of the promise
  terminal INTEGER NOT NULL REFERENCES terminal (id), -- that asked
  promise BLOB NOT NULL, -- the card signed it
  at INTEGER NOT NULL,
  PRIMARY KEY (booking, hash)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER never_seen_true BEFORE INSERT ON never_seen
WHEN EXISTS (SELECT 1 FROM booking WHERE id = NEW.booking AND hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'this promise was seen'); END;
CREATE TRIGGER never_seen_kept_word BEFORE INSERT ON booking
WHEN NEW.state <> 4 AND EXISTS (SELECT 1 FROM never_seen WHERE booking = NEW.id AND hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'what was given up is not authorised'); END;
CREATE TRIGGER never_seen_fixed BEFORE UPDATE ON never_seen
BEGIN SELECT RAISE(ABORT, 'what was never seen is not changed'); END;
CREATE TRIGGER never_seen_kept BEFORE DELETE ON never_seen
BEGIN SELECT RAISE(ABORT, 'what was never seen is kept'); END;

-- The issuer's risk: what it paid for payments that their cards had denied.
INSERT INTO account VALUES (-1, 0, -4611686018427387904, 4611686018427387904);
INSERT INTO account VALUES (-12, 0, -4611686018427387904, 4611686018427387904); -- in points

-- Released payments whose r came after all. The issuer pays one for each card; more are for a person to look at.
CREATE TABLE honour (
  card INTEGER PRIMARY KEY REFERENCES card (id),
  booking INTEGER NOT NULL UNIQUE REFERENCES booking (id),
  secret BLOB NOT NULL CHECK (length(secret) = 32), -- r
  debit INTEGER NOT NULL REFERENCES account (id) CHECK (debit IN (-1, -12)),
  credit INTEGER NOT NULL REFERENCES account (id),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
  at INTEGER NOT NULL,
  CHECK (booking >> 32 = card),
  CHECK ((debit = -12) = (abs(credit) % 16 = 10)) -- money stays money
) STRICT;

CREATE TRIGGER honour_of_denied BEFORE INSERT ON honour
WHEN NOT EXISTS (SELECT 1 FROM booking WHERE id = NEW.booking AND state = 3 AND type <> 2)
BEGIN SELECT RAISE(ABORT, 'only a payment that was released is honoured'); END;
CREATE TRIGGER honour_moves AFTER INSERT ON honour -- the merchant has it as a capture
BEGIN UPDATE account SET balance = balance - NEW.amount WHERE id = NEW.debit; END;
CREATE TRIGGER honour_fixed BEFORE UPDATE ON honour
BEGIN SELECT RAISE(ABORT, 'what was honoured is not changed'); END;
CREATE TRIGGER honour_kept BEFORE DELETE ON honour
BEGIN SELECT RAISE(ABORT, 'what was honoured is kept'); END;

-- ---- limits of exposure: what one terminal and one merchant can load before a person looks ----

-- Kinds: of a terminal's day 1 what it loads, 3 what it gives back, 5 what it takes off-line, 6 how many payments that is,
-- 7 what it pays out; 2 what a merchant may owe for loads. Subject: the terminal or merchant; 0: all that have no row of their own.
CREATE TABLE limit_rule (
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 15),
  subject INTEGER NOT NULL CHECK (subject >= 0),
  allowed INTEGER CHECK (allowed > 0), -- minor units, or payments; NULL: no limit
  PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

-- Days are counted from 1970-01-01 in the issuer's time zone; what has no day (kind 2) stands under 0.
CREATE TABLE limit_use (
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 15),
  subject INTEGER NOT NULL CHECK (subject > 0),
  day INTEGER NOT NULL,
  used INTEGER NOT NULL CHECK (used >= 0),
  allowed INTEGER, -- as it was when something was last taken; NULL: no limit
  PRIMARY KEY (kind, subject, day),
  CHECK (allowed IS NULL OR used <= allowed)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER limit_use_kept BEFORE DELETE ON limit_use
BEGIN SELECT RAISE(ABORT, 'what was used is not forgotten'); END;
-- What each load took, by its promise: once, and given back once.
CREATE TABLE limit_reservation (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  booking INTEGER NOT NULL REFERENCES booking (id),
  day INTEGER NOT NULL,
  returned INTEGER NOT NULL DEFAULT 0 CHECK (returned IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER limit_reservation_returned_once BEFORE UPDATE OF returned ON limit_reservation WHEN OLD.returned = 1
BEGIN SELECT RAISE(ABORT, 'what was reserved is given back once'); END;
CREATE TRIGGER limit_reservation_fixed BEFORE UPDATE OF hash, booking, day ON limit_reservation
BEGIN SELECT RAISE(ABORT, 'reservations are not changed'); END;
CREATE TRIGGER limit_reservation_kept BEFORE DELETE ON limit_reservation
BEGIN SELECT RAISE(ABORT, 'reservations are kept'); END;

-- ---- desks: a reserved card number belongs to the desk that reserved it, and a desk has a quota of them ----

-- Whose a reserved number is; the row ends with the reservation.
CREATE TABLE reservation (
  card INTEGER PRIMARY KEY REFERENCES card (id),
  desk INTEGER NOT NULL REFERENCES terminal (id)
) STRICT;
CREATE INDEX reservation_desk ON reservation (desk);

-- How many numbers a desk reserved on the last day on which it did; days are UTC's, from 1970-01-01.
CREATE TABLE desk_use (
  desk INTEGER PRIMARY KEY REFERENCES terminal (id),
  day INTEGER NOT NULL,
  reserved INTEGER NOT NULL CHECK (reserved > 0)
) STRICT;

CREATE TRIGGER desk_use_forward BEFORE UPDATE ON desk_use
WHEN NEW.day < OLD.day OR (NEW.day = OLD.day AND NEW.reserved < OLD.reserved)
BEGIN SELECT RAISE(ABORT, 'what a desk reserved is not forgotten'); END;
CREATE TRIGGER desk_use_kept BEFORE DELETE ON desk_use
BEGIN SELECT RAISE(ABORT, 'what a desk reserved is not forgotten'); END;

-- Serials of the chips that the issuer was delivered. Where there are any, no other chip gets a card number.
CREATE TABLE chip (
  serial BLOB PRIMARY KEY CHECK (length(serial) = 8)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER chip_kept BEFORE DELETE ON chip
BEGIN SELECT RAISE(ABORT, 'what was delivered is not forgotten'); END;

-- ---- references: what a merchant's caller named a transaction, so that asked again it is not done twice ----

CREATE TABLE reference (
  merchant INTEGER NOT NULL REFERENCES merchant (id),
  reference TEXT NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
  booking INTEGER NOT NULL UNIQUE REFERENCES booking (id), -- the one that carries it
  PRIMARY KEY (merchant, reference)
) STRICT, WITHOUT ROWID;

-- It leaves what was declined, released or refunded; and what a card is owed, for that card's claim of it.
CREATE TRIGGER reference_held BEFORE UPDATE OF booking ON reference
WHEN EXISTS (SELECT 1 FROM booking o JOIN booking n ON n.id = NEW.booking WHERE o.id = OLD.booking
  AND NOT (o.state IN (4, 6) OR (o.state = 3 AND o.tender <> 3)
           OR (o.state IN (3, 5) AND n.tender = 3 AND n.id >> 32 = o.id >> 32)))
BEGIN SELECT RAISE(ABORT, 'a reference stays with what holds it'); END;
CREATE TRIGGER reference_fixed BEFORE UPDATE OF merchant, reference ON reference
BEGIN SELECT RAISE(ABORT, 'references are not changed'); END;
CREATE TRIGGER reference_kept BEFORE DELETE ON reference
BEGIN SELECT RAISE(ABORT, 'references are kept'); END;

-- ---- incarnations: what a backup that was put back is told from what stood there before ----

-- What goes out of the house carries the name, so that a number that is given a second time means another thing.
CREATE TABLE incarnation (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  name INTEGER NOT NULL UNIQUE CHECK (name BETWEEN 1 AND 16777215), -- at random; written as six hexadecimal digits
  at INTEGER NOT NULL,    -- when it began; 0: with the ledger
  since INTEGER NOT NULL, -- what was booked after this may be missing; 0: nothing is
  exported INTEGER CHECK (exported >= 0) -- the last settlement before it; NULL: nobody has told yet
) STRICT;

CREATE TRIGGER incarnation_told_once BEFORE UPDATE OF exported ON incarnation WHEN OLD.exported IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what was exported last is told once'); END;
CREATE TRIGGER incarnation_fixed BEFORE UPDATE OF number, name, at, since ON incarnation
BEGIN SELECT RAISE(ABORT, 'incarnations are not changed'); END;
CREATE TRIGGER incarnation_kept BEFORE DELETE ON incarnation
BEGIN SELECT RAISE(ABORT, 'incarnations are kept'); END;
CREATE TRIGGER settlement_next BEFORE INSERT ON settlement
WHEN EXISTS (SELECT 1 FROM incarnation WHERE exported IS NULL)
  OR NEW.number <> (SELECT max(last) + 1 FROM (SELECT coalesce(max(number), 0) AS last FROM settlement
    UNION ALL SELECT max(exported) FROM incarnation))
  OR NEW.first_capture <> (SELECT coalesce(max(last_capture), 0) + 1 FROM settlement)
  OR NEW.last_capture <> (SELECT coalesce(max(number), 0) FROM capture)
BEGIN SELECT RAISE(ABORT, 'settlements follow each other without gaps'); END;

INSERT INTO incarnation VALUES (1, 1 + abs(random() % 16777215), 0, 0, 0);

-- ---- its clock, and what terminals ask about ----

-- How far the issuer's time had come when something was last signed.
CREATE TABLE clock_mark (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  at INTEGER NOT NULL CHECK (at >= 0), -- unix seconds, a few behind the last booking; 0: nothing was signed
  confirmations INTEGER NOT NULL DEFAULT 0 CHECK (confirmations >= 0) -- how often an operator has set it
) STRICT;

CREATE TRIGGER clock_mark_forward BEFORE UPDATE ON clock_mark
WHEN NEW.confirmations < OLD.confirmations OR (NEW.at < OLD.at AND NEW.confirmations = OLD.confirmations)
BEGIN SELECT RAISE(ABORT, 'time goes on unless an operator says otherwise'); END;
CREATE TRIGGER clock_mark_kept BEFORE DELETE ON clock_mark
BEGIN SELECT RAISE(ABORT, 'how far time had come is not forgotten'); END;

INSERT INTO clock_mark VALUES (1, 0, 0);

-- Which cards a terminal asked about without a promise of theirs, and on which day last, as in limit_use. A number that no
-- card has counts too.
CREATE TABLE card_asked (
  terminal INTEGER NOT NULL REFERENCES terminal (id),
  card INTEGER NOT NULL CHECK (card BETWEEN 0 AND 999999999),
  day INTEGER NOT NULL,
  PRIMARY KEY (terminal, card)
) STRICT, WITHOUT ROWID;
CREATE INDEX card_asked_day ON card_asked (terminal, day);

CREATE TRIGGER card_asked_kept BEFORE DELETE ON card_asked
BEGIN SELECT RAISE(ABORT, 'what was asked is not forgotten'); END;

-- ---- receipts that were brought in again: what a backup had forgotten and terminals kept ----

-- Transactions that were booked from a whole receipt, after a restoration. A settlement that was forgotten too may have
-- paid out some of them.
CREATE TABLE brought_in (
  booking INTEGER PRIMARY KEY REFERENCES booking (id),
  capture INTEGER UNIQUE REFERENCES capture (number), -- its number; NULL: a load, refund or payout, which has none
  incarnation INTEGER NOT NULL REFERENCES incarnation (number),
  at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER brought_in_captured BEFORE INSERT ON brought_in
WHEN NOT EXISTS (SELECT 1 FROM booking b LEFT JOIN capture c ON c.number = NEW.capture
    WHERE b.id = NEW.booking AND b.state = 2 AND ((b.type IN (2, 4, 5) AND NEW.capture IS NULL) OR c.booking = b.id))
  OR NOT EXISTS (SELECT 1 FROM incarnation WHERE number = NEW.incarnation AND at > 0)
BEGIN SELECT RAISE(ABORT, 'only what was done before a restoration is brought in'); END;
CREATE TRIGGER brought_in_fixed BEFORE UPDATE ON brought_in
BEGIN SELECT RAISE(ABORT, 'what was brought in is not changed'); END;
CREATE TRIGGER brought_in_kept BEFORE DELETE ON brought_in
BEGIN SELECT RAISE(ABORT, 'what was brought in is kept'); END;

-- ---- refunds: what a sale gives back is a transaction of its own, tied to the sale and never more than it ----

CREATE INDEX booking_sale ON booking (sale) WHERE sale IS NOT NULL;

-- What a merchant gave back while the card was not there: owed to the sale's card, or to the one that replaced it, until a
-- load collects it. `wish` is the terminal's name of it, so that asked again it is booked once.
CREATE TABLE owed_refund (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  sale INTEGER NOT NULL REFERENCES booking (id),
  card INTEGER NOT NULL REFERENCES card (id),
  terminal INTEGER NOT NULL REFERENCES terminal (id),
  merchant INTEGER NOT NULL REFERENCES merchant (id),
  day INTEGER NOT NULL, -- of the limits that it took of
  wish BLOB NOT NULL CHECK (length(wish) = 32),
  debit INTEGER NOT NULL REFERENCES account (id),
  credit INTEGER NOT NULL REFERENCES account (id),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
  at INTEGER NOT NULL,
  UNIQUE (terminal, wish),
  CHECK (debit = -(merchant * 16 + 5) AND credit = card * 16 + 3)
) STRICT;
CREATE INDEX owed_refund_sale ON owed_refund (sale);
CREATE INDEX owed_refund_card ON owed_refund (card);
CREATE TRIGGER owed_refund_of_sale BEFORE INSERT ON owed_refund
WHEN NOT EXISTS (SELECT 1 FROM booking s WHERE s.id = NEW.sale AND s.state = 2 AND s.type = 1
  AND s.merchant = NEW.merchant AND NEW.amount <= s.amount
  - (SELECT coalesce(sum(r.amount), 0) FROM booking r WHERE r.sale = s.id AND r.state IN (1, 2))
  - (SELECT coalesce(sum(o.amount), 0) FROM owed_refund o WHERE o.sale = s.id))
BEGIN SELECT RAISE(ABORT, 'a refund is of a sale, and not more than it'); END;
CREATE TRIGGER owed_refund_moves AFTER INSERT ON owed_refund
BEGIN
  UPDATE account SET balance = balance - NEW.amount WHERE id = NEW.debit;
  UPDATE account SET balance = balance + NEW.amount WHERE id = NEW.credit;
END;
CREATE TRIGGER owed_refund_fixed BEFORE UPDATE ON owed_refund
BEGIN SELECT RAISE(ABORT, 'refunds are not changed'); END;
CREATE TRIGGER owed_refund_kept BEFORE DELETE ON owed_refund
BEGIN SELECT RAISE(ABORT, 'refunds are kept'); END;

CREATE TRIGGER booking_sale_fixed BEFORE UPDATE OF sale, in_points ON booking
BEGIN SELECT RAISE(ABORT, 'what was answered is not changed'); END;
CREATE TRIGGER refund_of_sale BEFORE INSERT ON booking
WHEN NEW.type = 4 AND NEW.state <> 4 AND NOT EXISTS (SELECT 1 FROM booking s WHERE s.id = NEW.sale AND s.state = 2
  AND s.type = CASE NEW.in_points WHEN 1 THEN 3 ELSE 1 END AND s.merchant = NEW.merchant
  AND s.id >> 32 = NEW.id >> 32 AND s.id < NEW.id AND NEW.amount <= s.amount
  - (SELECT coalesce(sum(r.amount), 0) FROM booking r WHERE r.sale = s.id AND r.state IN (1, 2))
  - (SELECT coalesce(sum(o.amount), 0) FROM owed_refund o WHERE o.sale = s.id))
BEGIN SELECT RAISE(ABORT, 'a refund is of a sale, and not more than it'); END;
CREATE TRIGGER sale_of_refund BEFORE INSERT ON booking WHEN NEW.type <> 4 AND (NEW.sale IS NOT NULL OR NEW.in_points <> 0)
BEGIN SELECT RAISE(ABORT, 'only a refund has a sale'); END;

-- ---- off-line purchases: what cards announced, and what was brought in of it ----
--
-- One that is paid from its card is a purchase in `booking` (type 1, captured) without an authorisation: nobody was asked.
-- It has no r either, and zeros stand in its place.

-- What a card has signed of its off-line payments since its on-line transaction `since` (0: since it was issued), and what
-- of it is here. The rest is held: it lies in the card's account of kind 4, which pays what comes, whatever the purse holds by
-- then.
CREATE TABLE offline_window (
  card INTEGER NOT NULL REFERENCES card (id),
  since INTEGER NOT NULL CHECK (since >= 0),
  count INTEGER NOT NULL CHECK (count BETWEEN 1 AND 65536), -- payments
  sum INTEGER NOT NULL CHECK (sum BETWEEN 1 AND 2147483647), -- minor units
  paid_count INTEGER NOT NULL DEFAULT 0 CHECK (paid_count >= 0),
  paid_sum INTEGER NOT NULL DEFAULT 0 CHECK (paid_sum >= 0),
  released INTEGER NOT NULL DEFAULT 0 CHECK (released >= 0), -- owed with the card's replacement
  PRIMARY KEY (card, since),
  CHECK (sum - paid_sum >= count - paid_count AND count >= paid_count), -- what is lacking is at least 1 each
  CHECK (count > paid_count OR sum = paid_sum),
  CHECK (released IN (0, sum - paid_sum))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER offline_window_begins AFTER INSERT ON offline_window
BEGIN
  UPDATE card_counters SET balance = balance - NEW.sum WHERE id = NEW.card;
  UPDATE account SET balance = balance + NEW.sum WHERE id = NEW.card * 16 + 4;
END;
CREATE TRIGGER offline_window_moves AFTER UPDATE ON offline_window
BEGIN
  UPDATE card_counters SET balance = balance - NEW.sum + OLD.sum WHERE id = NEW.card;
  UPDATE account SET balance = balance + (NEW.sum - NEW.released) - (OLD.sum - OLD.released) WHERE id = NEW.card * 16 + 4;
  UPDATE account SET balance = balance + NEW.released - OLD.released WHERE id = NEW.card * 16 + 3;
END;
CREATE TRIGGER offline_window_empty BEFORE INSERT ON offline_window
WHEN NEW.paid_count <> 0 OR NEW.paid_sum <> 0 OR NEW.released <> 0
BEGIN SELECT RAISE(ABORT, 'nothing is paid of what was not announced'); END;
CREATE TRIGGER offline_window_grows BEFORE UPDATE ON offline_window
WHEN NEW.card <> OLD.card OR NEW.since <> OLD.since OR NEW.count < OLD.count OR NEW.sum < OLD.sum
  OR NEW.paid_count < OLD.paid_count OR NEW.paid_sum < OLD.paid_sum OR (OLD.released > 0 AND NEW.released <> OLD.released)
BEGIN SELECT RAISE(ABORT, 'what was announced and paid only grows'); END;
CREATE TRIGGER offline_window_kept BEFORE DELETE ON offline_window
BEGIN SELECT RAISE(ABORT, 'what was announced is kept'); END;

-- Every off-line promise that was brought in, by card, ATC and hash. Outcomes: 1 paid from its card, 2 waits for a promise
-- of the card that confirms it, 3 its terminal was revoked: not paid; of what contradicts the card's chain: 4 paid by the
-- issuer's risk, 5 not paid.
CREATE TABLE offline_promise (
  booking INTEGER NOT NULL, -- card << 32 | atc
  hash BLOB NOT NULL CHECK (length(hash) = 32), -- of the promise
  since INTEGER NOT NULL,
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
  terminal INTEGER NOT NULL REFERENCES terminal (id), -- that it names
  merchant INTEGER NOT NULL REFERENCES merchant (id), -- its merchant
  brought_by INTEGER NOT NULL REFERENCES terminal (id),
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 1 AND 5),
  day INTEGER NOT NULL, -- that its terminal's limits counted it on; 0: none
  settlement INTEGER NOT NULL, -- outcome 4: the next one then; else 0
  promise BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (booking, hash),
  CHECK ((outcome = 4) = (settlement > 0)),
  CHECK (outcome IN (1, 4) OR day = 0)
) STRICT, WITHOUT ROWID;

-- Its trigger moves the issuer's risk; what is paid from the card is moved with its booking.
CREATE TRIGGER offline_promise_risk AFTER INSERT ON offline_promise WHEN NEW.outcome = 4
BEGIN UPDATE account SET balance = balance - NEW.amount WHERE id = -1; END;
CREATE INDEX offline_promise_of_risk ON offline_promise (settlement) WHERE outcome = 4;

-- What merchants are owed for purchases, and no settlement has closed.
CREATE VIEW due AS
SELECT merchant, type, amount, points FROM capture
WHERE number > (SELECT coalesce(max(last_capture), 0) FROM settlement)
UNION ALL SELECT merchant, 1, amount, 0 FROM offline_promise
WHERE outcome = 4 AND settlement > (SELECT coalesce(max(number), 0) FROM settlement);
CREATE TRIGGER offline_promise_once BEFORE UPDATE OF outcome ON offline_promise
WHEN NOT (OLD.outcome = 2 AND NEW.outcome = 1)
BEGIN SELECT RAISE(ABORT, 'what was brought in is answered once'); END;
CREATE TRIGGER offline_promise_fixed
BEFORE UPDATE OF booking, hash, since, amount, terminal, merchant, brought_by, settlement, promise, at ON offline_promise
BEGIN SELECT RAISE(ABORT, 'what was brought in is not changed'); END;
CREATE TRIGGER offline_promise_kept BEFORE DELETE ON offline_promise
BEGIN SELECT RAISE(ABORT, 'what was brought in is kept'); END;

-- Cards as terminals must not take them off-line, in the order in which that changed: blocked ones and suspended ones.
CREATE TABLE deny_change (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  card INTEGER NOT NULL REFERENCES card (id),
  denied INTEGER NOT NULL CHECK (denied IN (0, 1))
) STRICT;
CREATE INDEX deny_change_card ON deny_change (card, number);

CREATE TRIGGER deny_change_noted AFTER UPDATE OF state, suspended_at ON card
WHEN (NEW.state = 3 OR NEW.suspended_at > 0) <> (OLD.state = 3 OR OLD.suspended_at > 0)
BEGIN
  INSERT INTO deny_change SELECT coalesce(max(number), 0) + 1, NEW.id, (NEW.state = 3 OR NEW.suspended_at > 0)
    FROM deny_change;
END;
CREATE TRIGGER deny_change_fixed BEFORE UPDATE ON deny_change
BEGIN SELECT RAISE(ABORT, 'what terminals were told is not changed'); END;
CREATE TRIGGER deny_change_kept BEFORE DELETE ON deny_change
BEGIN SELECT RAISE(ABORT, 'what terminals were told is kept'); END;

-- ---- payouts: money that left a card (type 5) goes to its holder's hand, or back to the card, one of them and once ----

-- What was said of a captured payout. Outcomes: 1 pay (the terminal that the promise names may hand it out, and the issuer
-- owes it to its merchant), 2 back (owed to the card), 3 transfer (to the bank account in payout_account).
CREATE TABLE payout (
  booking INTEGER PRIMARY KEY REFERENCES booking (id),
  outcome INTEGER NOT NULL CHECK (outcome IN (1, 2, 3)),
  at INTEGER NOT NULL,
  handed_at INTEGER NOT NULL DEFAULT 0 CHECK (handed_at >= 0), -- outcome 1: when it was told that it was handed out; 0: not yet
  CHECK (outcome = 1 OR handed_at = 0)
) STRICT;
CREATE INDEX booking_payout ON booking (id) WHERE type = 5;

CREATE TRIGGER payout_captured BEFORE INSERT ON payout
WHEN NEW.handed_at <> 0 OR NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = NEW.booking AND b.type = 5 AND b.state = 2)
BEGIN SELECT RAISE(ABORT, 'only what was captured is paid out'); END;
CREATE TRIGGER payout_fixed BEFORE UPDATE OF booking, outcome, at ON payout
BEGIN SELECT RAISE(ABORT, 'what was said of a payout is not changed'); END;
CREATE TRIGGER payout_handed_once BEFORE UPDATE OF handed_at ON payout WHEN OLD.handed_at <> 0
BEGIN SELECT RAISE(ABORT, 'what was handed out is not changed'); END;
CREATE TRIGGER payout_kept BEFORE DELETE ON payout
BEGIN SELECT RAISE(ABORT, 'payouts are kept'); END;

-- ---- two administrators: what one of them asked for and another one has to approve ----

-- How many administrators it takes to replace a card, pay a merchant to another account, raise a limit. Less than two
-- only by both.
CREATE TABLE approval_rule (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  needed INTEGER NOT NULL CHECK (needed IN (1, 2)),
  approval INTEGER -- by which it became what it is; NULL: the issuer was founded so
) STRICT;
INSERT INTO approval_rule VALUES (1, 1, NULL);
CREATE TRIGGER approval_rule_kept BEFORE DELETE ON approval_rule
BEGIN SELECT RAISE(ABORT, 'two administrators stay two'); END;

-- Exactly what was asked for: the type of the message, its body, and SHA-256 of both. States: 1 waits, 2 given, with which
-- it was done, 3 refused.
CREATE TABLE approval (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  asked_by INTEGER NOT NULL REFERENCES terminal (id),
  asked_at INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 3),
  decided_by INTEGER REFERENCES terminal (id),
  decided_at INTEGER NOT NULL DEFAULT 0,
  CHECK ((state = 1) = (decided_by IS NULL)),
  CHECK (state <> 2 OR decided_by <> asked_by)
) STRICT;
CREATE INDEX approval_waiting ON approval (number) WHERE state = 1;

CREATE TRIGGER approval_waits BEFORE INSERT ON approval WHEN NEW.state <> 1
BEGIN SELECT RAISE(ABORT, 'nothing is approved before it was asked for'); END;
CREATE TRIGGER approval_fixed BEFORE UPDATE OF number, type, body, hash, asked_by, asked_at ON approval
BEGIN SELECT RAISE(ABORT, 'what was asked for is not changed'); END;
CREATE TRIGGER approval_once BEFORE UPDATE OF state, decided_by, decided_at ON approval WHEN OLD.state <> 1
BEGIN SELECT RAISE(ABORT, 'an approval is decided once'); END;
CREATE TRIGGER approval_kept BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'what was asked for is kept'); END;

-- ---- two administrators: one becomes two when a second one agrees, and two become one again when both do ----

CREATE TRIGGER approval_rule_agreed BEFORE UPDATE ON approval_rule WHEN NEW.needed < OLD.needed AND NOT EXISTS (
  SELECT 1 FROM approval WHERE number = NEW.approval AND number > coalesce(OLD.approval, 0) AND state = 2
    AND type = 'approval-rule' AND body = '{"needed":' || NEW.needed || '}')
BEGIN SELECT RAISE(ABORT, 'two administrators stay two until both agree'); END;
CREATE TRIGGER approval_rule_names_newer BEFORE UPDATE OF approval ON approval_rule
WHEN OLD.approval IS NOT NULL AND (NEW.approval IS NULL OR NEW.approval < OLD.approval)
BEGIN SELECT RAISE(ABORT, 'an approval is used once'); END;

-- ---- what shops hand out: a settlement pays it to them, as it does what they sold; and payouts to a bank account ----

-- What nobody confirmed to have handed out is settled by no settlement.
CREATE INDEX payout_waits ON payout (booking) WHERE outcome = 1 AND handed_at = 0;

-- Whose holder wants a payout on a bank account: nothing is handed out. Captured, its outcome is 3 (transfer) at once, and the
-- next settlement orders it, by a transfer of kind 6 for each card.
CREATE TABLE payout_account (
  booking INTEGER PRIMARY KEY REFERENCES booking (id),
  iban TEXT NOT NULL CHECK (length(iban) BETWEEN 15 AND 34),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 70),
  settlement INTEGER REFERENCES settlement (number) DEFERRABLE INITIALLY DEFERRED -- NULL: not ordered yet
) STRICT;
CREATE INDEX payout_account_ordered ON payout_account (settlement, booking);

-- Whose account a restoration made this ledger forget: nothing is said of it until a terminal brings that in.
CREATE TABLE payout_nowhere (
  booking INTEGER PRIMARY KEY REFERENCES booking (id)
) STRICT;

CREATE TRIGGER payout_nowhere_first BEFORE INSERT ON payout_nowhere
WHEN NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = NEW.booking AND b.type = 5 AND b.state = 1)
  OR NOT EXISTS (SELECT 1 FROM incarnation WHERE at > 0)
BEGIN SELECT RAISE(ABORT, 'only a restoration makes an account forgotten'); END;
CREATE TRIGGER payout_nowhere_fixed BEFORE UPDATE ON payout_nowhere
BEGIN SELECT RAISE(ABORT, 'what was forgotten is not changed'); END;
CREATE TRIGGER payout_nowhere_kept BEFORE DELETE ON payout_nowhere
BEGIN SELECT RAISE(ABORT, 'what was forgotten is kept'); END;
CREATE TRIGGER payout_nowhere_holds BEFORE INSERT ON payout
WHEN NEW.outcome <> 3 AND EXISTS (SELECT 1 FROM payout_nowhere n WHERE n.booking = NEW.booking)
BEGIN SELECT RAISE(ABORT, 'what goes to an account is not handed out'); END;

CREATE TRIGGER payout_account_first BEFORE INSERT ON payout_account
WHEN NEW.settlement IS NOT NULL OR NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = NEW.booking AND b.type = 5 AND (b.state = 1
  OR (b.state = 2 AND EXISTS (SELECT 1 FROM payout_nowhere n WHERE n.booking = b.id))))
BEGIN SELECT RAISE(ABORT, 'an account is named with the payout'); END;
CREATE TRIGGER payout_account_fixed BEFORE UPDATE OF booking, iban, name ON payout_account
BEGIN SELECT RAISE(ABORT, 'where a payout goes is not changed'); END;
CREATE TRIGGER payout_account_once BEFORE UPDATE OF settlement ON payout_account
WHEN OLD.settlement IS NOT NULL OR EXISTS (SELECT 1 FROM settlement WHERE number >= NEW.settlement)
  OR NOT EXISTS (SELECT 1 FROM payout p WHERE p.booking = NEW.booking AND p.outcome = 3)
BEGIN SELECT RAISE(ABORT, 'a payout is ordered once'); END;
CREATE TRIGGER payout_account_kept BEFORE DELETE ON payout_account
BEGIN SELECT RAISE(ABORT, 'payouts are kept'); END;
CREATE TRIGGER payout_to_account BEFORE INSERT ON payout
WHEN (NEW.outcome = 3) <> EXISTS (SELECT 1 FROM payout_account a WHERE a.booking = NEW.booking)
BEGIN SELECT RAISE(ABORT, 'a payout goes where its holder wanted it'); END;

-- ---- closed cards: a payout of all that is on a card can end it ----

-- Said with the payout's promise; captured, it blocks its card in the same step.
CREATE TABLE payout_close (
  booking INTEGER PRIMARY KEY REFERENCES booking (id)
) STRICT;

CREATE TRIGGER payout_close_first BEFORE INSERT ON payout_close
WHEN NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = NEW.booking AND b.type = 5 AND b.state = 1)
BEGIN SELECT RAISE(ABORT, 'a card is closed by a payout that is in hold'); END;
CREATE TRIGGER payout_close_fixed BEFORE UPDATE ON payout_close
BEGIN SELECT RAISE(ABORT, 'which payout closes a card is not changed'); END;
CREATE TRIGGER payout_close_kept BEFORE DELETE ON payout_close
BEGIN SELECT RAISE(ABORT, 'payouts are kept'); END;

-- ---- deposits: what a card's holder left at the desk, and gets back with the payout that closes it ----

CREATE TABLE card_deposit (
  card INTEGER PRIMARY KEY REFERENCES card (id),
  terminal INTEGER NOT NULL REFERENCES terminal (id), -- the desk that took it
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
  at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER card_deposit_issued BEFORE INSERT ON card_deposit
WHEN NOT EXISTS (SELECT 1 FROM card c WHERE c.id = NEW.card AND c.state = 2 AND c.issued_at = NEW.at)
BEGIN SELECT RAISE(ABORT, 'a deposit is taken when its card is issued'); END;
CREATE TRIGGER card_deposit_fixed BEFORE UPDATE ON card_deposit
BEGIN SELECT RAISE(ABORT, 'deposits are not changed'); END;
CREATE TRIGGER card_deposit_kept BEFORE DELETE ON card_deposit
BEGIN SELECT RAISE(ABORT, 'deposits are kept'); END;
CREATE TRIGGER deposit_back_of_closed BEFORE INSERT ON transfer
WHEN NEW.kind = 8 AND NOT EXISTS (SELECT 1 FROM payout_close c JOIN payout p ON p.booking = c.booking AND p.outcome IN (1, 3)
  WHERE c.booking = NEW.subject AND NEW.debit = (NEW.subject >> 32) * 16 + 7)
BEGIN SELECT RAISE(ABORT, 'a deposit goes with the payout that closes its card'); END;

-- ---- renewed cards: what goes to a new card before the old one's window has passed ----

-- The first part; the rest follows with the replacement, which has a row of its own.
CREATE TABLE renewal (
  card INTEGER PRIMARY KEY REFERENCES card (id),
  successor INTEGER NOT NULL REFERENCES card (id),
  balance INTEGER NOT NULL CHECK (balance >= 0),         -- of what was on the card
  owed INTEGER NOT NULL CHECK (owed >= 0),               -- of what it was owed
  points INTEGER NOT NULL CHECK (points >= 0),           -- of those on it
  points_owed INTEGER NOT NULL CHECK (points_owed >= 0), -- of those that it was owed
  since INTEGER NOT NULL,                                -- its window begins
  at INTEGER NOT NULL,
  CHECK (card <> successor)
) STRICT;
CREATE INDEX renewal_successor ON renewal (successor);

CREATE TRIGGER renewal_of_blocked BEFORE INSERT ON renewal
WHEN NOT EXISTS (SELECT 1 FROM card WHERE id = NEW.card AND state = 3)
  OR NOT EXISTS (SELECT 1 FROM card WHERE id = NEW.successor AND state = 2)
  OR EXISTS (SELECT 1 FROM replacement WHERE card = NEW.card)
BEGIN SELECT RAISE(ABORT, 'a blocked card is renewed by one in use, before it is replaced'); END;
CREATE TRIGGER renewal_moves AFTER INSERT ON renewal
BEGIN
  UPDATE card_counters SET balance = balance - NEW.balance, points = points - NEW.points WHERE id = NEW.card;
  UPDATE account SET balance = balance - NEW.owed WHERE id = NEW.card * 16 + 3;
  UPDATE account SET balance = balance + NEW.balance + NEW.owed WHERE id = NEW.successor * 16 + 3;
  UPDATE account SET balance = balance - NEW.points_owed WHERE id = NEW.card * 16 + 11;
  UPDATE account SET balance = balance + NEW.points + NEW.points_owed WHERE id = NEW.successor * 16 + 11;
END;
CREATE TRIGGER renewal_fixed BEFORE UPDATE ON renewal
BEGIN SELECT RAISE(ABORT, 'renewals are not changed'); END;
CREATE TRIGGER renewal_kept BEFORE DELETE ON renewal
BEGIN SELECT RAISE(ABORT, 'renewals are kept'); END;

-- ---- double entry, for people and for the audit: what transactions move, from one account to another ----

-- From where to where a transaction's amount goes (money, or the points that pay for it or come back); the hold lies in between.
-- `back`: where a load goes whose card did not credit it.
CREATE VIEW booking_route AS
SELECT id, state, type, points, merchant, created_at, settled_at, id >> 32 AS card, length(authorisation) = 0 AS offline,
  CASE WHEN type = 3 THEN -points WHEN in_points = 1 THEN points ELSE amount END AS held,
  CASE WHEN in_points = 1 THEN -10 WHEN type = 1 THEN (id >> 32) * 16 + iif(length(authorisation) = 0, 4, 1)
    WHEN type = 3 THEN (id >> 32) * 16 + 8 WHEN type = 5 THEN (id >> 32) * 16 + 1
    WHEN tender = 3 THEN (id >> 32) * 16 + 3 ELSE -(merchant * 16 + 5) END AS source,
  (id >> 32) * 16 + iif(type = 3 OR in_points = 1, 9, 2) AS hold,
  CASE WHEN in_points = 1 THEN (id >> 32) * 16 + 8 WHEN type = 1 THEN -(merchant * 16 + 4)
    WHEN type = 3 THEN -(merchant * 16 + 10) WHEN type = 5 THEN (id >> 32) * 16 + 5 ELSE (id >> 32) * 16 + 1 END AS target
FROM booking;

-- Transitions: 1 hold, 2 settle (captured, released or owed), 3 points that are granted or taken back, 4 a tender given back, or
-- what was said of a payout. A load that was given back after it had become owed has the later time for both.
CREATE VIEW posting (booking, transition, debit, credit, amount, at) AS
SELECT r.id, t.transition,
  CASE t.transition WHEN 1 THEN r.source WHEN 2 THEN r.hold
    WHEN 3 THEN CASE r.type WHEN 1 THEN -(r.merchant * 16 + 10) WHEN 2 THEN r.card * 16 + 11 ELSE r.card * 16 + 8 END
    ELSE r.card * 16 + iif(r.type = 5, 5, 3) END,
  CASE t.transition WHEN 1 THEN r.hold
    WHEN 2 THEN CASE r.state WHEN 2 THEN r.target WHEN 3 THEN r.source ELSE r.card * 16 + 3 END
    WHEN 3 THEN CASE r.type WHEN 4 THEN -10 ELSE r.card * 16 + iif(r.offline, 11, 8) END
    ELSE CASE p.outcome WHEN 1 THEN -(r.merchant * 16 + 6) WHEN 2 THEN r.card * 16 + 3 WHEN 3 THEN r.card * 16 + 6
      ELSE r.source END END,
  CASE t.transition WHEN 3 THEN abs(r.points) ELSE r.held END,
  CASE t.transition WHEN 1 THEN r.created_at WHEN 4 THEN coalesce(p.at, r.settled_at) ELSE r.settled_at END
FROM booking_route r LEFT JOIN payout p ON p.booking = r.id
JOIN (SELECT 1 AS transition UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) t
  ON CASE t.transition WHEN 1 THEN r.state <> 4 AND r.held > 0
    WHEN 2 THEN r.state IN (2, 3, 5, 6) AND r.held > 0
    WHEN 3 THEN r.state = 2 AND ((r.type IN (1, 2) AND r.points > 0) OR (r.type = 4 AND r.points < 0))
    ELSE r.state = 6 OR (r.type = 5 AND r.held > 0 AND p.outcome IS NOT NULL) END;
