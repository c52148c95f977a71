/* SPDX-License-Identifier: Apache-2.0
 * The CAP file of the classes that this runtime runs: names and bytecode in it are theirs, but it is not what Oracle's
 * converter would make of them, and no card would run it. It is for a chip that loads it and has this runtime behind it. */
package engine;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

final class LoadFile {
  private static final int MAJOR = 1, MINOR = 0; /* of the package: applet/cap.mk */
  private static final int HEADER = 1, APPLET = 3, METHOD = 7;

  private final byte[] applet, method;

  /* `applet` is the applet's AID; its package's is that without the last byte (applet/README.md). */
  LoadFile(Path classes, byte[] applet) throws IOException {
    this.applet = applet;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      for (Path file : Bytecode.files(classes)) {
        hash.update(Files.readAllBytes(file));
        out.write(Bytecode.of(Files.readAllBytes(file)));
      }
      out.write(hash.digest()); /* over the class files */
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
    method = out.toByteArray();
  }

  private static byte[] component(int tag, byte[]... parts) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts)
      content.write(part);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(whole);
    out.writeByte(tag);
    out.writeShort(content.size());
    out.write(content.toByteArray());
    return whole.toByteArray();
  }

  private static byte[] named(byte[] aid) {
    byte[] field = new byte[1 + aid.length];
    field[0] = (byte)aid.length;
    System.arraycopy(aid, 0, field, 1, aid.length);
    return field;
  }

  /* Packages of the API that the applet imports, in the versions of Java Card 3.0.4. */
  private static byte[] imports() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(3);
    for (String each : new String[] {"0501A0000000620101", "0501A0000000620102", "0501A0000000620201"}) {
      byte[] one = Main.hex(each);
      out.write(one, 0, 2);
      out.write(named(Arrays.copyOfRange(one, 2, one.length)));
    }
    return out.toByteArray();
  }

  /* In the order in which a card takes them. */
  private Map<String, byte[]> components() throws IOException {
    byte[] ofPackage = named(Arrays.copyOf(applet, applet.length - 1));
    Map<String, byte[]> all = new LinkedHashMap<>();
    all.put("Header", component(HEADER, Main.hex("DECAFFED010204"), new byte[] {MINOR, MAJOR}, ofPackage));
    all.put("Directory", component(2, new byte[4]));
    all.put("Import", component(4, imports()));
    all.put("Applet", component(APPLET, new byte[] {1}, named(applet), new byte[2]));
    all.put("Class", component(6, new byte[2]));
    all.put("Method", component(METHOD, method));
    all.put("StaticField", component(8, new byte[10]));
    all.put("ConstantPool", component(5, new byte[2]));
    all.put("RefLocation", component(9, new byte[4]));
    return all;
  }

  void write(Path file) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> each : components().entrySet()) {
        zip.putNextEntry(new ZipEntry("epurse/javacard/" + each.getKey() + ".cap"));
        zip.write(each.getValue());
        zip.closeEntry();
      }
    }
  }

  /* Whether what a card was given (C4, length, components) are these classes, under these names, in this version. */
  boolean is(byte[] loaded) throws IOException {
    int length = loaded.length > 1 ? loaded[1] & 0xFF : 0;
    int from = length <= 0x7F ? 2 : 2 + length - 0x80;
    ByteArrayOutputStream mine = new ByteArrayOutputStream();
    for (byte[] each : components().values())
      mine.write(each);
    return from <= loaded.length && Arrays.equals(mine.toByteArray(), Arrays.copyOfRange(loaded, from, loaded.length));
  }
}
