/* SPDX-License-Identifier: Apache-2.0
 * What the instrumented applet calls instead of, or before, what it wants to do to its memory. */
package engine;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;

public final class Hook {
  private static final List<Field> fields = new ArrayList<>();
  private static final List<String[]> sites = new ArrayList<>();
  private static final List<ClassLoader> loaders = new ArrayList<>();

  private Hook() {
  }

  /* A number for a place that writes a field. */
  static int site(ClassLoader loader, String owner, String name) {
    sites.add(new String[] {owner, name});
    loaders.add(loader);
    fields.add(null);
    return sites.size() - 1;
  }

  private static Field field(int site) {
    if (fields.get(site) == null)
      try {
        String[] names = sites.get(site);
        Field field = Class.forName(names[0].replace('/', '.'), true, loaders.get(site)).getDeclaredField(names[1]);
        field.setAccessible(true);
        fields.set(site, field);
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    return fields.get(site);
  }

  public static void number(Object owner, int value, int site) {
    Device.now().memory.beforeField(owner, field(site), null);
  }

  public static void reference(Object owner, Object value, int site) {
    Device.now().memory.beforeField(owner, field(site), value);
  }

  public static void allocation() {
    Device.now().allocates("an object");
  }

  public static void putByte(Object array, int index, int value) {
    if (array instanceof boolean[])
      Device.now().memory.putElement(array, index, (value & 1) != 0);
    else if (Device.now().memory.persistent(array))
      Device.now().memory.putElement(array, index, (byte)value);
    else
      ((byte[])array)[index] = (byte)value;
  }

  public static void putShort(short[] array, int index, int value) {
    if (Device.now().memory.persistent(array))
      Device.now().memory.putElement(array, index, (short)value);
    else
      array[index] = (short)value;
  }

  public static void putReference(Object[] array, int index, Object value) {
    Device.now().refuseGlobal(value);
    Device.now().memory.putElement(array, index, value);
  }
}
