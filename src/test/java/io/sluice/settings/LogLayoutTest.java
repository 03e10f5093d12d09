package io.sluice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;

/** What others write cannot make a line of the log that the program has not written. */
class LogLayoutTest {
  private static String line(String message, Throwable thrown) throws IOException {
    Properties properties = new Properties();
    try (InputStream in = LogLayoutTest.class.getResourceAsStream("/log4j2.properties")) {
      properties.load(in);
    }
    String layout = "appender.stderr.layout.";
    return PatternLayout.newBuilder()
        .withPattern(properties.getProperty(layout + "pattern"))
        .withAlwaysWriteExceptions(
            Boolean.parseBoolean(properties.getProperty(layout + "alwaysWriteExceptions")))
        .build()
        .toSerializable(
            Log4jLogEvent.newBuilder()
                .setLoggerName("sluice")
                .setLevel(Level.WARN)
                .setMessage(new SimpleMessage(message))
                .setThrown(thrown)
                .setTimeMillis(0)
                .build())
        .substring("00:00:00 ".length());
  }

  @Test
  void aPlainMessageStaysAsItIs() throws IOException {
    assertEquals("WARN  sluice: a \\ b: \u00e4\n", line("a \\ b: \u00e4", null));
  }

  @Test
  void aMessageIsOneLineWhateverItHolds() throws IOException {
    assertEquals(
        "WARN  sluice: a\\r\\n22:00:00 INFO  sluice: done?[2J??\n",
        line("a\r\n22:00:00 INFO  sluice: done\u001b[2J\u2028\u202e", null));
    String thrown = line("failed", new IOException("first\nsecond"));
    assertEquals("WARN  sluice: failed first\\nsecond\n", thrown);
    assertTrue(thrown.indexOf('\n') == thrown.length() - 1, thrown);
  }
}
