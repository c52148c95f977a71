/* SPDX-License-Identifier: Apache-2.0
 * The instructions of a class file's methods, without names, and without the tables that its static arrays are: what of it
 * becomes an applet's code on a card. */
package engine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/* JVMS chapter 4. */
final class Bytecode {
  private static final int UTF8 = 1, LONG = 5, DOUBLE = 6;

  private final DataInputStream in;
  private final ByteArrayOutputStream code = new ByteArrayOutputStream();
  private String[] names;

  private Bytecode(byte[] file) {
    in = new DataInputStream(new ByteArrayInputStream(file));
  }

  /* All class files under a folder, in the order of their names. */
  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> path.toString().endsWith(".class")).sorted().collect(Collectors.toList());
    }
  }

  /* One class file's, method by method. */
  static byte[] of(byte[] file) throws IOException {
    Bytecode read = new Bytecode(file);
    read.in.skipBytes(8); /* magic, version */
    read.constants();
    read.in.skipBytes(6); /* access, names of itself and its parent */
    read.in.skipBytes(2 * read.in.readUnsignedShort());
    read.members(); /* fields */
    read.members();
    return read.code.toByteArray();
  }

  private void constants() throws IOException {
    names = new String[in.readUnsignedShort()];
    for (int i = 1; i < names.length; i++) {
      int tag = in.readUnsignedByte();
      if (tag == UTF8)
        names[i] = in.readUTF();
      else
        in.skipBytes(tag == LONG || tag == DOUBLE ? 8 : tag == 3 || tag == 4 || tag >= 9 && tag <= 12 ? 4 : 2);
      if (tag == LONG || tag == DOUBLE)
        i++;
    }
  }

  private void members() throws IOException {
    for (int left = in.readUnsignedShort(); left > 0; left--) {
      in.skipBytes(2); /* access */
      boolean table = "<clinit>".equals(names[in.readUnsignedShort()]);
      in.skipBytes(2); /* type */
      for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--)
        attribute(table);
    }
  }

  private void attribute(boolean table) throws IOException {
    String name = names[in.readUnsignedShort()];
    byte[] body = new byte[in.readInt()];
    in.readFully(body);
    if (table || !name.equals("Code"))
      return;
    DataInputStream inside = new DataInputStream(new ByteArrayInputStream(body));
    inside.skipBytes(4); /* stack, locals */
    byte[] instructions = new byte[inside.readInt()];
    inside.readFully(instructions);
    code.write(instructions);
  }
}
