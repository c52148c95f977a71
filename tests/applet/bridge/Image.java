/* SPDX-License-Identifier: Apache-2.0
 * What the applet keeps, as the C card has it: struct card_memory of include/epurse/card.h, byte for byte. */
package bridge;

import engine.Device;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javacard.security.Key;
import javacard.security.KeyPair;

final class Image {
  private static final int PARAMETERS = 0, PIN = 1, MASTER_KEY = 2, TERMINAL_CA = 3, SERVER = 4, ECKA = 5, SIG = 6;
  private static final int CERTIFICATE_ROOM = 239, PROMISE_SIZE = 235;
  private static final int KNOWN_SIZE = 1 + 32 + 32; /* the terminal that came last */

  private final Object memory, perso, log, issuerKey;
  private final byte[] session;
  private ByteArrayOutputStream out;
  private ByteBuffer in;

  Image(Device device) throws ReflectiveOperationException {
    Field applet = Device.class.getDeclaredField("applet");
    applet.setAccessible(true);
    Object card = get(applet.get(device), "card");
    memory = get(card, "memory");
    perso = get(card, "perso");
    log = get(card, "log");
    issuerKey = get(card, "issuerKey");
    session = (byte[])get(get(card, "session"), "bytes");
  }

  private static Field field(Object of, String name) throws ReflectiveOperationException {
    Field field = of.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  private static Object get(Object of, String name) throws ReflectiveOperationException {
    return field(of, name).get(of);
  }

  private Object call(String name) throws ReflectiveOperationException {
    Method method = memory.getClass().getDeclaredMethod(name);
    method.setAccessible(true);
    return method.invoke(memory);
  }

  private byte[] grouping(int number) throws ReflectiveOperationException {
    Method method = memory.getClass().getDeclaredMethod("grouping", byte.class);
    method.setAccessible(true);
    return (byte[])method.invoke(memory, (byte)number);
  }

  private void put(byte[] bytes) {
    out.write(bytes, 0, bytes.length);
  }

  private void bytes(String name) throws ReflectiveOperationException {
    put((byte[])get(memory, name));
  }

  private void number(String name) throws ReflectiveOperationException {
    Object value = get(memory, name);
    if (value instanceof Short)
      out.write((Short)value >> 8);
    out.write(((Number)value).intValue());
  }

  /* Past the device's functions, which count and may be without power. */
  private void key(Key key, int size) throws ReflectiveOperationException {
    Class<?> type = key.getClass();
    while (!type.getSimpleName().equals("KeyValue"))
      type = type.getSuperclass();
    Field value = type.getDeclaredField("value");
    value.setAccessible(true);
    put((Boolean)get(memory, "keysMade") ? (byte[])value.get(key) : new byte[size]);
  }

  private void pair(String name) throws ReflectiveOperationException {
    KeyPair pair = ((KeyPair[])get(perso, name))[((Byte)get(memory, "keySet"))];
    key(pair.getPrivate(), 32);
    key(pair.getPublic(), 65);
  }

  private void certificate(int grouping) throws ReflectiveOperationException {
    byte[] certificate = grouping(grouping);
    int length = certificate[0] == 0 ? 0 : 4 + (certificate[3] & 0xFF);
    out.write(length);
    put(Arrays.copyOf(Arrays.copyOf(certificate, length), CERTIFICATE_ROOM));
  }

  /* Ever written; beyond the ring's size it is only known how far round it is. */
  private void count(String kept, String next, int size) throws ReflectiveOperationException {
    int lines = (Byte)get(log, kept);
    put(new byte[] {0, 0, 0, (byte)(lines < size ? lines : size + (Byte)get(log, next))});
  }

  private void keys() throws ReflectiveOperationException {
    byte[] master = grouping(MASTER_KEY), terminalCa = grouping(TERMINAL_CA), server = grouping(SERVER);
    pair("ecka");
    pair("sig");
    out.write(master[0]);
    put(Arrays.copyOfRange(master, 10, 75));
    out.write(terminalCa[0]);
    put(Arrays.copyOfRange(terminalCa, 2, 75));
    out.write(server[0]);
    put(Arrays.copyOfRange(server, 10, 75));
    number("terminalCaLeast");
    number("serverLeast");
    certificate(ECKA);
    certificate(SIG);
  }

  private void counters() throws ReflectiveOperationException {
    put(grouping(PARAMETERS));
    bytes("latestTime");
    put(grouping(PIN));
    number("pinTriesLeft");
    number("pinChanges");
    bytes("pinEvents");
    bytes("noPinSum");
    number("offlineCount");
    bytes("offlineSum");
    put((Boolean)get(memory, "offlinePaid") ? (byte[])call("offlinePromise") : new byte[PROMISE_SIZE]);
    bytes("balance");
    bytes("points");
    bytes("atc");
  }

  private void slotAndLogs() throws ReflectiveOperationException {
    number("slotState");
    put((byte[])call("slotPromise"));
    bytes("slotSecret");
    bytes("lastAtc");
    bytes("lastSecret");
    count("keptPurchases", "nextPurchase", 32);
    count("keptLoads", "nextLoad", 8);
    put((byte[])get(log, "purchases"));
    put((byte[])get(log, "loads"));
  }

  /* Channel, role, PIN verified, TID 8, version of a shown server key: the session, 12 bytes. */
  byte[] session() {
    byte[] said = new byte[12];
    said[0] = session[0];
    said[1] = session[1];
    said[2] = session[3];
    System.arraycopy(session, 7, said, 3, 8);
    said[11] = session[113] == 0x10 ? session[114] : 0;
    return said;
  }

  byte[] take() throws ReflectiveOperationException {
    out = new ByteArrayOutputStream();
    put(new byte[] {'E', 'P', 'C', '2'});
    number("state");
    bytes("serial");
    bytes("transportKey");
    number("stored");
    keys();
    counters();
    slotAndLogs();
    number("knownCaVersion");
    bytes("knownHash");
    bytes("knownAgreed");
    return out.toByteArray();
  }

  /* ---- the other way ---- */

  private byte[] next(int size) {
    byte[] bytes = new byte[size];
    in.get(bytes);
    return bytes;
  }

  private void into(byte[] field) {
    in.get(field);
  }

  private void into(String name) throws ReflectiveOperationException {
    into((byte[])get(memory, name));
  }

  private void numberInto(String name) throws ReflectiveOperationException {
    Field field = field(memory, name);
    if (field.getType() == short.class)
      field.setShort(memory, in.getShort());
    else
      field.setByte(memory, in.get());
  }

  private static boolean blank(byte[] bytes) {
    return Arrays.equals(bytes, new byte[bytes.length]);
  }

  private static void keyInto(Object key, byte[] value) throws ReflectiveOperationException {
    Class<?> type = key.getClass();
    while (!type.getSimpleName().equals("KeyValue"))
      type = type.getSuperclass();
    Field field = type.getDeclaredField("value");
    field.setAccessible(true);
    field.set(key, value);
  }

  private void pairInto(String name) throws ReflectiveOperationException {
    KeyPair pair = ((KeyPair[])get(perso, name))[((Byte)get(memory, "keySet"))];
    byte[] secret = next(32), open = next(65);
    boolean made = !blank(open);
    field(memory, "keysMade").setBoolean(memory, made);
    keyInto(pair.getPrivate(), made ? secret : null);
    keyInto(pair.getPublic(), made ? open : null);
  }

  private void issuerKeyInto(int grouping, int from, String object) throws ReflectiveOperationException {
    byte[] kept = grouping(grouping);
    kept[0] = in.get();
    in.get(kept, from, 75 - from);
    keyInto(get(issuerKey, object), Arrays.copyOfRange(kept, 10, 75));
  }

  private void certificateInto(int grouping) throws ReflectiveOperationException {
    byte[] kept = grouping(grouping);
    in.get(); /* its length, which it tells itself */
    System.arraycopy(next(CERTIFICATE_ROOM), 0, kept, 0, kept.length);
  }

  private void countInto(String kept, String next, int size) throws ReflectiveOperationException {
    int lines = in.getInt();
    field(log, kept).setByte(log, (byte)Math.min(lines, size));
    field(log, next).setByte(log, (byte)(lines % size));
  }

  private void offlinePromiseInto() throws ReflectiveOperationException {
    byte[] promise = next(PROMISE_SIZE);
    field(memory, "offlinePaid").setBoolean(memory, !blank(promise));
    System.arraycopy(promise, 0, (byte[])call("offlinePromise"), 0, PROMISE_SIZE);
  }

  /* The whole of it, at power off. What the applet keeps beside it, copies that are not the one, stays. */
  void put(ByteBuffer image) throws ReflectiveOperationException {
    in = image;
    next(4);
    numberInto("state");
    into("serial");
    into("transportKey");
    numberInto("stored");
    pairInto("ecka");
    pairInto("sig");
    issuerKeyInto(MASTER_KEY, 10, "master");
    issuerKeyInto(TERMINAL_CA, 2, "terminalCa");
    issuerKeyInto(SERVER, 10, "server");
    for (String name : new String[] {"terminalCaLeast", "serverLeast"})
      numberInto(name);
    certificateInto(ECKA);
    certificateInto(SIG);
    into(grouping(PARAMETERS));
    into("latestTime");
    into(grouping(PIN));
    for (String name : new String[] {"pinTriesLeft", "pinChanges"})
      numberInto(name);
    into("pinEvents");
    into("noPinSum");
    numberInto("offlineCount");
    into("offlineSum");
    offlinePromiseInto();
    for (String name : new String[] {"balance", "points", "atc"})
      into(name);
    numberInto("slotState");
    into((byte[])call("slotPromise"));
    for (String name : new String[] {"slotSecret", "lastAtc", "lastSecret"})
      into(name);
    countInto("keptPurchases", "nextPurchase", 32);
    countInto("keptLoads", "nextLoad", 8);
    into((byte[])get(log, "purchases"));
    into((byte[])get(log, "loads"));
    numberInto("knownCaVersion");
    into("knownHash");
    into("knownAgreed");
  }

  /* Where a test has set a number of the image at power off: of those that tests set. */
  void poke(byte[] image) throws ReflectiveOperationException {
    byte[] now = take();
    for (String name : new String[] {"pinEvents", "noPinSum", "offlineSum", "balance", "points", "atc"})
      copy(image, offset(now, name), (byte[])get(memory, name));
    int changes = offset(now, "pinChanges"), count = offset(now, "offlineCount");
    field(memory, "pinChanges").setShort(memory, (short)(image[changes] << 8 | image[changes + 1] & 0xFF));
    field(memory, "offlineCount").setShort(memory, (short)(image[count] << 8 | image[count + 1] & 0xFF));
  }

  private static void copy(byte[] from, int at, byte[] to) {
    System.arraycopy(from, at, to, 0, to.length);
  }

  /* Counted from the end, behind which these lie. */
  private static int offset(byte[] image, String name) {
    int slot = image.length - KNOWN_SIZE - (1 + PROMISE_SIZE + 32 + 4 + 32 + 4 + 4 + 40 * 34);
    int promise = slot - 12 - PROMISE_SIZE;
    switch (name) {
    case "atc":
      return slot - 4;
    case "points":
      return slot - 8;
    case "balance":
      return slot - 12;
    case "offlineSum":
      return promise - 4;
    case "offlineCount":
      return promise - 6;
    case "noPinSum":
      return promise - 10;
    case "pinEvents":
      return promise - 14;
    case "pinChanges":
      return promise - 16;
    default:
      throw new IllegalArgumentException(name);
    }
  }
}
