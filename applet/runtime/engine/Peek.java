/* SPDX-License-Identifier: Apache-2.0
 * What the applet keeps in a field, for a test of another language. */
package engine;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;

final class Peek {
  private Peek() {
  }

  /* Each name is a path of fields: "card.memory.balance". Bytes as they are, a short as two, a flag as one. */
  static byte[] bytes(Object root, String[] names) throws ReflectiveOperationException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String name : names) {
      Object value = root;
      for (String part : name.split("\\."))
        value = field(value, part);
      put(out, value);
    }
    return out.toByteArray();
  }

  private static Object field(Object of, String name) throws ReflectiveOperationException {
    Field field = of.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(of);
  }

  private static void put(ByteArrayOutputStream out, Object value) {
    if (value instanceof byte[])
      out.write((byte[])value, 0, ((byte[])value).length);
    else if (value instanceof Boolean)
      out.write((Boolean)value ? 1 : 0);
    else if (value instanceof Byte)
      out.write((Byte)value);
    else {
      out.write((Short)value >> 8);
      out.write((Short)value);
    }
  }
}
