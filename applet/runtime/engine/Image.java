/* SPDX-License-Identifier: Apache-2.0
 * The device's memory in a file: all that the applet holds, written anew after each command that changed something. */
package engine;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

public final class Image {
  private Image() {
  }

  /* The old file or the new one, also where the machine stops. */
  public static void save(Device device, Path file) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".new");
    try (FileOutputStream out = new FileOutputStream(next.toFile());
         ObjectOutputStream objects = new ObjectOutputStream(new BufferedOutputStream(out))) {
      objects.writeObject(device);
      objects.flush();
      out.getFD().sync();
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /* Only files of one's own: objects of any class on the class path would be made. */
  public static Device load(Path file, ClassLoader loader) throws IOException, ClassNotFoundException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
         ObjectInputStream objects = new ObjectInputStream(in) {
           @Override
           protected Class<?> resolveClass(ObjectStreamClass type) throws IOException, ClassNotFoundException {
             try {
               return Class.forName(type.getName(), false, loader);
             } catch (ClassNotFoundException e) {
               return super.resolveClass(type);
             }
           }
         }) {
      return (Device)objects.readObject();
    }
  }
}
