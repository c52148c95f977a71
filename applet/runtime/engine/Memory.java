/* SPDX-License-Identifier: Apache-2.0
 * The device's memory: every change of a persistent field or array passes here, may be torn here, and is undone here. */
package engine;

import java.io.Serializable;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import javacard.framework.SystemException;
import javacard.framework.TransactionException;

public final class Memory implements Serializable {
  private static final long serialVersionUID = 1;

  public static final byte CLEAR_ON_RESET = 1;
  public static final byte CLEAR_ON_DESELECT = 2;

  /* What loses its value at an event and is no array: a transient key. */
  public interface Clearable {
    void clear();
  }

  private final Policy policy;
  private final Map<Object, Byte> transients = new IdentityHashMap<>();
  private int transientLeft;
  private transient Deque<Runnable> undo;
  private transient Set<Object> logged;
  private transient Map<Object, Boolean> skipped; /* arrays written past the transaction in progress */
  private transient boolean open;
  private transient int used;
  private transient int steps;
  private transient int cutAt;
  private transient boolean cutAfterCommit;
  private transient boolean dead;

  public Memory(Policy policy) {
    this.policy = policy;
    transientLeft = policy.transientBytes;
    wake();
  }

  /* Power on: what was in progress is undone, transient memory of both kinds is cleared. A cut that has not come yet still
   * comes. */
  public void wake() {
    rollBack();
    if (dead)
      cutAt = 0;
    if (cutAt == 0)
      steps = 0;
    dead = false;
    clear(CLEAR_ON_RESET);
  }

  /* ---- power ---- */

  /* Lets the n-th of the steps that follow fail, and all that comes after it. A commit can be lost or be durable. */
  public void cut(int n, boolean afterCommit) {
    steps = 0;
    cutAt = n;
    cutAfterCommit = afterCommit;
  }

  /* Steps since power on or cut(). */
  public int steps() {
    return steps;
  }

  public boolean dead() {
    return dead;
  }

  public void die() {
    dead = true;
    throw new Tear();
  }

  private boolean cutNow() {
    if (dead)
      throw new Tear();
    return ++steps == cutAt;
  }

  private void step() {
    if (cutNow())
      die();
    Device.now().tally.add(Tally.Count.WRITES, 1);
  }

  /* ---- transactions ---- */

  private void rollBack() {
    if (undo != null && policy.transactions)
      while (!undo.isEmpty())
        undo.pop().run();
    forget();
  }

  private void forget() {
    undo = new ArrayDeque<>();
    logged = new HashSet<>();
    skipped = new IdentityHashMap<>();
    open = false;
    used = 0;
  }

  public boolean open() {
    return open;
  }

  public int unused() {
    return policy.commitBuffer - used;
  }

  public void begin() {
    if (open)
      TransactionException.throwIt(TransactionException.IN_PROGRESS);
    forget();
    open = true;
  }

  public void abort() {
    if (!open)
      TransactionException.throwIt(TransactionException.NOT_IN_PROGRESS);
    rollBack();
  }

  public void commit() {
    if (!open)
      TransactionException.throwIt(TransactionException.NOT_IN_PROGRESS);
    boolean cut = cutNow();
    if (cut && !cutAfterCommit)
      die();
    forget();
    if (cut)
      die();
    Device.now().tally.add(Tally.Count.COMMITS, 1);
  }

  private void charge(int bytes) {
    used += bytes + policy.commitOverhead;
    Device.now().highWater(used, transientUsed());
    if (used > policy.commitBuffer)
      TransactionException.throwIt(TransactionException.BUFFER_FULL);
  }

  /* ---- fields ---- */

  /* A field's or an element's place, so that writing it twice in a transaction takes the buffer once. */
  private static final class Place {
    private final Object owner, part;

    Place(Object owner, Object part) {
      this.owner = owner;
      this.part = part;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Place && ((Place)other).owner == owner && ((Place)other).part.equals(part);
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(owner) * 31 + part.hashCode();
    }
  }

  /* Called before a field is written. */
  public void beforeField(Object owner, Field field, Object value) {
    Device.now().refuseGlobal(value);
    step();
    if (!open)
      return;
    try {
      Object old = field.get(owner);
      if (logged.add(new Place(owner, field)))
        charge(old instanceof Byte || old instanceof Boolean ? 1 : 2);
      undo.push(() -> {
        try {
          field.set(owner, old);
        } catch (IllegalAccessException e) {
          throw new AssertionError(e);
        }
      });
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  /* Writes one element of an array; single writes are atomic. */
  public void putElement(Object array, int index, Object value) {
    if (index < 0 || index >= Array.getLength(array))
      throw new ArrayIndexOutOfBoundsException(index);
    if (persistent(array)) {
      Device.now().refuseGlobal(value);
      step();
      if (open)
        logElement(array, index);
    }
    Array.set(array, index, value);
  }

  private void logElement(Object array, int index) {
    mixed(array);
    Object old = Array.get(array, index);
    if (logged.add(new Place(array, index)))
      charge(array instanceof byte[] || array instanceof boolean[] ? 1 : 2);
    undo.push(() -> Array.set(array, index, old));
  }

  /* ---- runs of bytes ---- */

  private void mixed(Object array) {
    if (skipped.containsKey(array))
      throw new Violation("an array written past the transaction is written inside it too");
  }

  /* All or nothing, inside a transaction or not. `from` and `to` may overlap. */
  public void copyAtomic(byte[] from, int fromAt, byte[] to, int toAt, int length) {
    bounds(from, fromAt, length);
    bounds(to, toAt, length);
    if (!persistent(to) || length == 0) {
      System.arraycopy(from, fromAt, to, toAt, length);
      return;
    }
    boolean alone = !open;
    if (alone)
      forget();
    mixed(to);
    logged.add(new Place(to, -1));
    charge(length);
    byte[] old = java.util.Arrays.copyOfRange(to, toAt, toAt + length);
    undo.push(() -> System.arraycopy(old, 0, to, toAt, length));
    halves(java.util.Arrays.copyOfRange(from, fromAt, fromAt + length), to, toAt);
    if (alone)
      forget();
  }

  /* Not undone; torn in its middle. What the device's own functions write (cryptography) goes this way too. */
  public void copyNonAtomic(byte[] from, int fromAt, byte[] to, int toAt, int length) {
    bounds(from, fromAt, length);
    bounds(to, toAt, length);
    if (!persistent(to) || length == 0) {
      System.arraycopy(from, fromAt, to, toAt, length);
      return;
    }
    if (open) {
      for (Object place : logged)
        if (((Place)place).owner == to)
          throw new Violation("an array written inside the transaction is written past it too");
      skipped.put(to, true);
    }
    halves(java.util.Arrays.copyOfRange(from, fromAt, fromAt + length), to, toAt);
  }

  private void halves(byte[] from, byte[] to, int toAt) {
    int half = from.length / 2;
    step();
    System.arraycopy(from, 0, to, toAt, half);
    if (half > 0)
      step();
    System.arraycopy(from, half, to, toAt + half, from.length - half);
  }

  public static void bounds(byte[] array, int at, int length) {
    if (at < 0 || length < 0 || at + length > array.length)
      throw new ArrayIndexOutOfBoundsException(at + "+" + length + " of " + array.length);
  }

  /* A change that is not one of an array or a field of the applet: a key's value. */
  public void beforeChange(String what) {
    if (open)
      throw new Violation(what + " inside a transaction: undone on some cards, not on others");
    step();
  }

  /* A change that no abort takes back: the tries of an OwnerPIN. */
  public void beforeLasting() {
    step();
  }

  /* A change of the device's own object that a transaction does take back. */
  public void beforeUndoable(int bytes, Runnable back) {
    step();
    if (open) {
      charge(bytes);
      undo.push(back);
    }
  }

  /* ---- transient memory ---- */

  public boolean persistent(Object array) {
    return array != null && !transients.containsKey(array) && !Device.now().global(array);
  }

  public byte event(Object array) {
    return transients.getOrDefault(array, (byte)0);
  }

  private static int elementSize(Object array) {
    return array instanceof byte[] || array instanceof boolean[] ? 1 : 2;
  }

  public <T> T makeTransient(T array, byte event) {
    reserve(Array.getLength(array) * elementSize(array), event);
    transients.put(array, event);
    return array;
  }

  public void makeTransientKey(Clearable key, int bytes, byte event) {
    reserve(bytes, event);
    transients.put(key, event);
  }

  private void reserve(int bytes, byte event) {
    if (event != CLEAR_ON_RESET && event != CLEAR_ON_DESELECT)
      SystemException.throwIt(SystemException.ILLEGAL_VALUE);
    Device.now().allocates("transient memory");
    if (bytes > transientLeft)
      SystemException.throwIt(SystemException.NO_TRANSIENT_SPACE);
    transientLeft -= bytes;
    Device.now().highWater(used, transientUsed());
  }

  public int transientUsed() {
    return policy.transientBytes - transientLeft;
  }

  public int transientLeft() {
    return transientLeft;
  }

  /* A reset clears both kinds, a selection those of CLEAR_ON_DESELECT. */
  public void clear(byte event) {
    transients.forEach((array, kind) -> {
      if (event == CLEAR_ON_RESET || kind == event)
        zero(array);
    });
  }

  private static void zero(Object array) {
    if (array instanceof Clearable)
      ((Clearable)array).clear();
    else if (array instanceof byte[])
      java.util.Arrays.fill((byte[])array, (byte)0);
    else if (array instanceof short[])
      java.util.Arrays.fill((short[])array, (short)0);
    else if (array instanceof boolean[])
      java.util.Arrays.fill((boolean[])array, false);
    else
      java.util.Arrays.fill((Object[])array, null);
  }

  private void readObject(java.io.ObjectInputStream in) throws java.io.IOException, ClassNotFoundException {
    in.defaultReadObject();
    forget();
  }
}
